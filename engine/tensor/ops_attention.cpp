#include "internal.h"

namespace huizhen::engine {
namespace {

// The three projections and where each lies.
struct Projections {
    HzTensor q, k, v;
};

HzTensor heads_view(const Tensor& packed, std::int64_t part) {
    // packed [3, B, H, L, Dh]
    HzTensor result = view(packed, Shape{packed.dim(1), packed.dim(2), packed.dim(3), packed.dim(4)});
    const std::int64_t offset = part * (packed.count() / 3);
    result.data = static_cast<float*>(result.data) + offset;
    return result;
}

Projections unpack(const Tensor& packed) {
    return {heads_view(packed, 0), heads_view(packed, 1), heads_view(packed, 2)};
}

HzAttention attention_arguments(const Projections& in, const Tensor& key_mask, const Tensor& out,
                                const Tensor& log_sum) {
    HzAttention arguments{};
    arguments.q = in.q;
    arguments.k = in.k;
    arguments.v = in.v;
    arguments.key_mask = view(key_mask);
    arguments.out = view(out);
    arguments.log_sum = view(log_sum);
    arguments.scale = 1.0F / std::sqrt(static_cast<float>(std::max<std::int64_t>(1, in.q.dims[3])));
    return arguments;
}

void forward(Context& context, const HzAttention& arguments) {
    run(context, HZ_OP_ATTENTION, {arguments.q, arguments.k, arguments.v},
        [&](const HzBackend& b, void* s) { return b.attention_forward(s, &arguments); });
}

void backward_into(Context& context, HzAttention arguments, const Tensor& dout,
                   const Projections& gradients) {
    arguments.dout = view(dout);
    arguments.dq = gradients.q;
    arguments.dk = gradients.k;
    arguments.dv = gradients.v;
    run(context, HZ_OP_ATTENTION, {arguments.q, arguments.k, arguments.v},
        [&](const HzBackend& b, void* s) { return b.attention_backward(s, &arguments); });
}

void check_mask(const Tensor& key_mask, std::int64_t batch, std::int64_t keys) {
    HZ_CHECK(!key_mask.defined() || key_mask.shape() == (Shape{batch, keys}), "key_mask [B, Lk]");
}

}  // namespace

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& key_mask) {
    HZ_CHECK(q.rank() == 4 && k.rank() == 4 && v.shape() == k.shape(),
             "q [B, H, Lq, Dh], k, v [B, H, Lk, Dh]");
    HZ_CHECK(q.shape().with(2, 0) == k.shape().with(2, 0), "q and k agree in all but their length");
    check_mask(key_mask, q.dim(0), k.dim(2));
    Context& context = q.context();
    const std::array<Tensor, 3> in{canonical(q).detach(), canonical(k).detach(), canonical(v).detach()};
    Tensor out = make_empty(context, q.shape());
    const Tensor log_sum = make_empty(context, Shape{q.dim(0), q.dim(1), q.dim(2)});
    const HzAttention arguments =
        attention_arguments({view(in[0]), view(in[1]), view(in[2])}, key_mask, out, log_sum);
    forward(context, arguments);
    if (should_record({&q, &k, &v})) {
        record(out, {q, k, v},
               [arguments, in, key_mask, log_sum, out = out.detach()](const Tensor& gradient) {
                   std::vector<Tensor> gradients{empty_like(in[0]), empty_like(in[1]), empty_like(in[2])};
                   backward_into(out.context(), arguments, canonical(gradient),
                                 {view(gradients[0]), view(gradients[1]), view(gradients[2])});
                   return gradients;
               });
    }
    return out;
}

Tensor self_attention(const Tensor& qkv, const Tensor& key_mask) {
    HZ_CHECK(qkv.rank() == 5 && qkv.dim(0) == 3, "qkv [3, B, H, L, Dh]");
    check_mask(key_mask, qkv.dim(1), qkv.dim(3));
    Context& context = qkv.context();
    const Tensor packed = canonical(qkv).detach();
    Tensor out = make_empty(context, Shape{qkv.dim(1), qkv.dim(2), qkv.dim(3), qkv.dim(4)});
    const Tensor log_sum = make_empty(context, Shape{qkv.dim(1), qkv.dim(2), qkv.dim(3)});
    const HzAttention arguments = attention_arguments(unpack(packed), key_mask, out, log_sum);
    forward(context, arguments);
    if (should_record({&qkv})) {
        record(out, {qkv},
               [arguments, packed, key_mask, log_sum, out = out.detach()](const Tensor& gradient) {
                   const Tensor dqkv = empty_like(packed);
                   backward_into(out.context(), arguments, canonical(gradient), unpack(dqkv));
                   return std::vector<Tensor>{dqkv};
               });
    }
    return out;
}

}  // namespace huizhen::engine
