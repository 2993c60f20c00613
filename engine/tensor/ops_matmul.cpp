#include "internal.h"

namespace huizhen::engine {
namespace {

struct MatmulValues {
    bool transpose_a = false, transpose_b = false;
    float scale = 1.0F;
    Activation activation = Activation::kNone;
};

// a, b of rank 3 after flattening the leading axes.
Tensor matmul_values(const Tensor& left, const Tensor& right, const Tensor& bias, const MatmulValues& how,
                     const Shape& out_shape) {
    const Tensor a = canonical(left);
    const Tensor b = canonical(right);
    const auto as_batches = [](const Tensor& t) {
        const std::int64_t rows = t.dim(-2);
        const std::int64_t columns = t.dim(-1);
        const std::int64_t matrix = std::max<std::int64_t>(1, rows * columns);
        return view(t, Shape{t.rank() == 2 ? 1 : t.count() / matrix, rows, columns});
    };
    Tensor out = make_empty(a.context(), out_shape);
    HzMatmul arguments{};
    arguments.a = as_batches(a);
    arguments.b = as_batches(b);
    arguments.bias = view(bias);
    arguments.out = as_batches(out);
    arguments.transpose_a = how.transpose_a ? 1 : 0;
    arguments.transpose_b = how.transpose_b ? 1 : 0;
    arguments.activation = static_cast<std::int32_t>(how.activation);
    arguments.alpha = how.scale;
    run(a.context(), HZ_OP_MATMUL, {arguments.a, arguments.b, arguments.out},
        [&](const HzBackend& table, void* s) { return table.matmul(s, &arguments); });
    return out;
}

// [..., rows, columns] -> [rows of all, columns]
Tensor flat_rows(const Tensor& x) {
    return view_as(canonical(x), Shape{x.dim(-1) == 0 ? 0 : x.count() / x.dim(-1), x.dim(-1)});
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, MatmulOptions options) {
    HZ_CHECK(a.rank() >= 2 && b.rank() >= 2, "matrices have rank 2 or more");
    if (b.rank() == 2 && a.rank() > 2) {
        const Tensor rows_first = options.transpose_a ? transpose(a, -1, -2) : a;
        const Tensor flat = reshape(rows_first, {-1, rows_first.dim(-1)});
        const Tensor product = matmul(flat, b, {false, options.transpose_b, options.scale});
        return reshape(product, rows_first.shape().with(-1, product.dim(-1)));
    }
    HZ_CHECK(a.rank() == b.rank(), "batched operands have one rank");
    for (int axis = 0; axis < a.rank() - 2; ++axis) HZ_CHECK(a.dim(axis) == b.dim(axis), "batches agree");
    const std::int64_t rows = a.dim(options.transpose_a ? -1 : -2);
    const std::int64_t inner = a.dim(options.transpose_a ? -2 : -1);
    const std::int64_t columns = b.dim(options.transpose_b ? -2 : -1);
    HZ_CHECK(inner == b.dim(options.transpose_b ? -1 : -2), "inner extents agree");
    const Shape out_shape = a.shape().with(-2, rows).with(-1, columns);
    Tensor out =
        matmul_values(a, b, {}, {options.transpose_a, options.transpose_b, options.scale}, out_shape);
    if (should_record({&a, &b})) {
        record(out, {a, b},
               [options, a = a.detach(), b = b.detach(), want_a = wants(a),
                want_b = wants(b)](const Tensor& dy) {
                   const bool ta = options.transpose_a;
                   const bool tb = options.transpose_b;
                   const float s = options.scale;
                   std::vector<Tensor> gradients(2);
                   if (want_a)
                       gradients[0] = ta ? matmul(b, dy, {tb, true, s}) : matmul(dy, b, {false, !tb, s});
                   if (want_b)
                       gradients[1] = tb ? matmul(dy, a, {true, ta, s}) : matmul(a, dy, {!ta, false, s});
                   return gradients;
               });
    }
    return out;
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation) {
    HZ_CHECK(weight.rank() == 2 && x.rank() >= 1 && x.dim(-1) == weight.dim(1),
             "x [..., In], weight [Out, In]");
    HZ_CHECK(!bias.defined() || bias.shape() == Shape{weight.dim(0)}, "bias [Out]");
    const bool recorded = should_record({&x, &weight, &bias});
    const Activation fused = recorded ? Activation::kNone : activation;  // backward needs what is before it
    const Tensor rows = flat_rows(x);
    const Shape out_shape{rows.dim(0), weight.dim(0)};
    Tensor out = matmul_values(rows, weight, bias, {false, true, 1.0F, fused}, out_shape);
    out = view_as(out, x.shape().with(-1, weight.dim(0)));
    if (!recorded) return out;
    record(out, {x, weight, bias},
           [rows, shape = x.shape(), weight = weight.detach(), want_x = wants(x), want_weight = wants(weight),
            want_bias = wants(bias)](const Tensor& gradient) {
               const Tensor dy = flat_rows(gradient);
               std::vector<Tensor> gradients(3);
               if (want_x) gradients[0] = view_as(matmul(dy, weight), shape);
               if (want_weight) gradients[1] = matmul(dy, rows, {.transpose_a = true});
               if (want_bias) gradients[2] = sum(dy, {0});
               return gradients;
           });
    return activate(out, activation);
}

}  // namespace huizhen::engine
