#include "internal.h"

namespace huizhen::engine {
namespace {

Tensor unary(const Tensor& input, HzUnaryKind kind, float alpha = 1.0F, float beta = 0.0F) {
    Context& context = input.context();
    const Tensor x = primary_supports(context, HZ_OP_UNARY, {view(input)}) ? input : canonical(input);
    Tensor y = empty_like(x);
    HzUnary arguments{};
    arguments.x = view(x);
    arguments.y = view(y);
    arguments.kind = kind;
    arguments.alpha = alpha;
    arguments.beta = beta;
    run(context, HZ_OP_UNARY, {arguments.x},
        [&](const HzBackend& b, void* s) { return b.unary_forward(s, &arguments); });
    if (should_record({&input})) {
        record(y, {input}, [arguments, x = x.detach(), kept = y.detach()](const Tensor& gradient) {
            const Tensor dy = to_layout(gradient, x.impl()->layout);
            const Tensor dx = empty_like(x);
            HzUnary back = arguments;
            back.dy = view(dy);
            back.dx = view(dx);
            run(x.context(), HZ_OP_UNARY, {back.x},
                [&](const HzBackend& b, void* s) { return b.unary_backward(s, &back); });
            return std::vector<Tensor>{dx};
        });
    }
    return y;
}

Shape broadcast_shape(const Shape& a, const Shape& b) {
    const int rank = std::max(a.rank(), b.rank());
    std::array<std::int64_t, HZ_MAX_RANK> dims{};
    for (int i = 0; i < rank; ++i) {
        const std::int64_t da = i < rank - a.rank() ? 1 : a[i - (rank - a.rank())];
        const std::int64_t db = i < rank - b.rank() ? 1 : b[i - (rank - b.rank())];
        HZ_CHECK(da == db || da == 1 || db == 1, "shapes broadcast");
        dims[static_cast<std::size_t>(i)] = da == 1 ? db : da;
    }
    return Shape(std::span<const std::int64_t>(dims.data(), static_cast<std::size_t>(rank)));
}

Shape padded_to_rank(const Shape& shape, int rank) {
    std::array<std::int64_t, HZ_MAX_RANK> dims{};
    dims.fill(1);
    std::ranges::copy(shape.dims(), dims.begin() + (rank - shape.rank()));
    return Shape(std::span<const std::int64_t>(dims.data(), static_cast<std::size_t>(rank)));
}

// Values only. Operands of one shape keep a shared private layout.
Tensor binary_values(const Tensor& left, const Tensor& right, HzBinaryKind kind) {
    Context& context = left.context();
    const Shape shape = broadcast_shape(left.shape(), right.shape());
    Tensor a = left;
    Tensor b = right;
    if (left.shape() == right.shape()) {
        // The private layout wins: it is the one of the image pipeline around.
        const std::int32_t layout = std::max(left.impl()->layout, right.impl()->layout);
        a = to_layout(left, layout);
        b = to_layout(right, layout);
        if (!primary_supports(context, HZ_OP_BINARY, {view(a), view(b)})) {
            a = canonical(a);
            b = canonical(b);
        }
    } else {
        a = canonical(left);
        b = canonical(right);
    }
    Tensor out = make_empty(context, shape, DType::kF32, a.impl()->layout);
    HzBinary arguments{};
    arguments.a = view(a, padded_to_rank(a.shape(), shape.rank()));
    arguments.b = view(b, padded_to_rank(b.shape(), shape.rank()));
    arguments.out = view(out);
    arguments.kind = kind;
    run(context, HZ_OP_BINARY, {arguments.a, arguments.b},
        [&](const HzBackend& table, void* s) { return table.binary(s, &arguments); });
    return out;
}

// The two partial derivatives, each reduced to the shape of its operand.
std::vector<Tensor> binary_gradients(const Tensor& dy, const Tensor& a, const Tensor& b, HzBinaryKind kind,
                                     bool want_a, bool want_b) {
    Tensor da;
    Tensor db;
    switch (kind) {
        case HZ_BINARY_ADD:
            da = dy;
            db = dy;
            break;
        case HZ_BINARY_SUB:
            da = dy;
            if (want_b) db = affine(dy, -1.0F, 0.0F);
            break;
        case HZ_BINARY_MUL:
            if (want_a) da = mul(dy, b);
            if (want_b) db = mul(dy, a);
            break;
        case HZ_BINARY_DIV:
            if (want_a) da = div(dy, b);
            if (want_b) db = affine(div(mul(dy, a), square(b)), -1.0F, 0.0F);
            break;
    }
    return {want_a ? reduce_to(da, a.shape()) : Tensor(), want_b ? reduce_to(db, b.shape()) : Tensor()};
}

Tensor binary(const Tensor& a, const Tensor& b, HzBinaryKind kind) {
    Tensor out = binary_values(a, b, kind);
    if (should_record({&a, &b})) {
        record(out, {a, b},
               [kind, a = a.detach(), b = b.detach(), want_a = wants(a), want_b = wants(b)](
                   const Tensor& dy) { return binary_gradients(dy, a, b, kind, want_a, want_b); });
    }
    return out;
}

Tensor dropout_values(const Tensor& x, float p, std::uint64_t seed, std::uint64_t offset) {
    const Tensor plain = canonical(x);
    Tensor y = empty_like(plain);
    HzDropout arguments{view(plain), view(y), p, seed, offset};
    run(x.context(), HZ_OP_DROPOUT, {arguments.x},
        [&](const HzBackend& b, void* s) { return b.dropout(s, &arguments); });
    return y;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) { return binary(a, b, HZ_BINARY_ADD); }
Tensor sub(const Tensor& a, const Tensor& b) { return binary(a, b, HZ_BINARY_SUB); }
Tensor mul(const Tensor& a, const Tensor& b) { return binary(a, b, HZ_BINARY_MUL); }
Tensor div(const Tensor& a, const Tensor& b) { return binary(a, b, HZ_BINARY_DIV); }
Tensor affine(const Tensor& x, float scale, float shift) { return unary(x, HZ_UNARY_AFFINE, scale, shift); }
Tensor relu(const Tensor& x) { return unary(x, HZ_UNARY_RELU); }
Tensor gelu(const Tensor& x) { return unary(x, HZ_UNARY_GELU); }
Tensor sigmoid(const Tensor& x) { return unary(x, HZ_UNARY_SIGMOID); }
Tensor tanh(const Tensor& x) { return unary(x, HZ_UNARY_TANH); }
Tensor exp(const Tensor& x) { return unary(x, HZ_UNARY_EXP); }
Tensor log(const Tensor& x) { return unary(x, HZ_UNARY_LOG); }
Tensor square(const Tensor& x) { return unary(x, HZ_UNARY_SQUARE); }
Tensor softplus(const Tensor& x) { return unary(x, HZ_UNARY_SOFTPLUS); }

Tensor activate(const Tensor& x, Activation activation) {
    switch (activation) {
        case Activation::kNone: return x;
        case Activation::kRelu: return relu(x);
        case Activation::kGelu: return gelu(x);
    }
    return x;
}

Tensor dropout(const Tensor& x, float p, Philox& random) {
    HZ_CHECK(p >= 0.0F && p < 1.0F, "a dropout probability lies in [0, 1)");
    if (p == 0.0F) return x;
    const std::uint64_t seed = random.seed();
    const std::uint64_t offset = random.take();
    Tensor y = dropout_values(x, p, seed, offset);
    if (should_record({&x})) {
        record(y, {x}, [p, seed, offset](const Tensor& dy) {
            return std::vector<Tensor>{dropout_values(dy, p, seed, offset)};
        });
    }
    return y;
}

}  // namespace huizhen::engine
