#include "internal.h"

namespace huizhen::engine {
namespace {

// `kept` has the rank of x and 1 on every reduced axis.
Tensor reduce_values(const Tensor& x, const Shape& kept, HzReduceKind kind) {
    const Tensor plain = canonical(x);
    Tensor out = make_empty(x.context(), kept);
    HzReduce arguments{view(plain), view(out), kind};
    run(x.context(), HZ_OP_REDUCE, {arguments.x, arguments.out},
        [&](const HzBackend& b, void* s) { return b.reduce(s, &arguments); });
    return out;
}

Shape without(const Shape& shape, const std::array<bool, HZ_MAX_RANK>& reduced) {
    std::array<std::int64_t, HZ_MAX_RANK> dims{};
    std::size_t rank = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        if (!reduced[static_cast<std::size_t>(axis)]) dims[rank++] = shape[axis];
    }
    return Shape(std::span<const std::int64_t>(dims.data(), rank));
}

Tensor reduce(const Tensor& x, std::initializer_list<int> axes, bool keep_axes, HzReduceKind kind) {
    std::array<bool, HZ_MAX_RANK> reduced{};
    Shape kept = x.shape();
    for (const int axis : axes) {
        const int normal = x.shape().normal_axis(axis);
        reduced[static_cast<std::size_t>(normal)] = true;
        kept = kept.with(normal, 1);
    }
    Tensor out = reduce_values(x, kept, kind);
    if (!keep_axes) out = view_as(out, without(x.shape(), reduced));
    if (kind != HZ_REDUCE_MAX && should_record({&x})) {
        const float scale =
            kind == HZ_REDUCE_MEAN
                ? static_cast<float>(kept.count()) / static_cast<float>(std::max<std::int64_t>(1, x.count()))
                : 1.0F;
        record(out, {x}, [kept, scale, shape = x.shape()](const Tensor& dy) {
            const Tensor wide = view_as(canonical(dy), kept);
            return std::vector<Tensor>{broadcast_to(scale == 1.0F ? wide : affine(wide, scale, 0.0F), shape)};
        });
    }
    return out;
}

Tensor reduce_all(const Tensor& x, HzReduceKind kind) {
    const Tensor flat = reshape(x, Shape{x.count()});
    return reduce(flat, {0}, false, kind);
}

}  // namespace

Tensor reduce_to(const Tensor& gradient, const Shape& shape) {
    if (gradient.shape() == shape) return gradient;
    const int extra = gradient.rank() - shape.rank();
    Shape kept = gradient.shape();
    for (int axis = 0; axis < gradient.rank(); ++axis) {
        const std::int64_t wanted = axis < extra ? 1 : shape[axis - extra];
        if (wanted == 1) kept = kept.with(axis, 1);
    }
    return view_as(reduce_values(gradient, kept, HZ_REDUCE_SUM), shape);
}

Tensor sum(const Tensor& x) { return reduce_all(x, HZ_REDUCE_SUM); }
Tensor mean(const Tensor& x) { return reduce_all(x, HZ_REDUCE_MEAN); }

Tensor sum(const Tensor& x, std::initializer_list<int> axes, bool keep_axes) {
    return reduce(x, axes, keep_axes, HZ_REDUCE_SUM);
}
Tensor mean(const Tensor& x, std::initializer_list<int> axes, bool keep_axes) {
    return reduce(x, axes, keep_axes, HZ_REDUCE_MEAN);
}
Tensor max(const Tensor& x, std::initializer_list<int> axes, bool keep_axes) {
    return reduce(x, axes, keep_axes, HZ_REDUCE_MAX);
}

}  // namespace huizhen::engine
