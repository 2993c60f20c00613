#include "internal.h"

namespace huizhen::engine {
namespace {

using Strides = std::array<std::int64_t, HZ_MAX_RANK>;

Strides row_major(const Shape& shape) {
    Strides strides{};
    std::int64_t step = 1;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        strides[static_cast<std::size_t>(axis)] = step;
        step *= shape[axis];
    }
    return strides;
}

struct CopyPlan {
    Shape dims;
    Strides from{}, to{};
    std::int64_t from_offset = 0, to_offset = 0;
};

void strided_copy(const Tensor& from, Tensor& to, const CopyPlan& plan, bool accumulate = false) {
    HzStridedCopy arguments{};
    arguments.from = view(from);
    arguments.to = view(to);
    arguments.rank = plan.dims.rank();
    for (int axis = 0; axis < plan.dims.rank(); ++axis) {
        const auto i = static_cast<std::size_t>(axis);
        arguments.dims[i] = plan.dims[axis];
        arguments.from_strides[i] = plan.from[i];
        arguments.to_strides[i] = plan.to[i];
    }
    arguments.from_offset = plan.from_offset;
    arguments.to_offset = plan.to_offset;
    arguments.accumulate = accumulate ? 1 : 0;
    run(from.context(), HZ_OP_STRIDED_COPY, {arguments.from, arguments.to},
        [&](const HzBackend& b, void* s) { return b.strided_copy(s, &arguments); });
}

Tensor permute_values(const Tensor& x, std::span<const int> order) {
    const Tensor plain = canonical(x);
    const Strides from = row_major(plain.shape());
    std::array<std::int64_t, HZ_MAX_RANK> dims{};
    CopyPlan plan;
    for (std::size_t i = 0; i < order.size(); ++i) {
        dims[i] = plain.shape()[order[i]];
        plan.from[i] = from[static_cast<std::size_t>(order[i])];
    }
    plan.dims = Shape(std::span<const std::int64_t>(dims.data(), order.size()));
    plan.to = row_major(plan.dims);
    Tensor out = make_empty(x.context(), plan.dims, x.dtype());
    strided_copy(plain, out, plan);
    return out;
}

Tensor permute_span(const Tensor& x, std::vector<int> order) {
    HZ_CHECK(static_cast<int>(order.size()) == x.rank(), "a permutation names every axis");
    std::vector<int> inverse(order.size(), -1);
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = x.shape().normal_axis(order[i]);
        HZ_CHECK(inverse[static_cast<std::size_t>(order[i])] == -1, "a permutation names every axis once");
        inverse[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
    }
    Tensor out = permute_values(x, order);
    if (should_record({&x})) {
        record(out, {x},
               [inverse](const Tensor& dy) { return std::vector<Tensor>{permute_values(dy, inverse)}; });
    }
    return out;
}

// Part of `whole` along `axis` starting at `begin`: out of it, or into it.
CopyPlan part_plan(const Shape& part, const Shape& whole, int axis, std::int64_t begin, bool into_whole) {
    CopyPlan plan;
    plan.dims = part;
    const Strides outer = row_major(whole);
    const Strides inner = row_major(part);
    const std::int64_t offset = begin * outer[static_cast<std::size_t>(axis)];
    plan.from = into_whole ? inner : outer;
    plan.to = into_whole ? outer : inner;
    (into_whole ? plan.to_offset : plan.from_offset) = offset;
    return plan;
}

Tensor slice_values(const Tensor& x, int axis, std::int64_t begin, std::int64_t end) {
    const Tensor plain = canonical(x);
    const Shape part = plain.shape().with(axis, end - begin);
    Tensor out = make_empty(x.context(), part, x.dtype());
    strided_copy(plain, out, part_plan(part, plain.shape(), axis, begin, false));
    return out;
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape) {
    HZ_CHECK(x.count() == shape.count(), "reshape keeps the number of elements");
    if (x.shape() == shape) return x;
    Tensor out = view_as(canonical(x), shape);
    if (should_record({&x})) {
        record(out, {x}, [before = x.shape()](const Tensor& dy) {
            return std::vector<Tensor>{view_as(canonical(dy), before)};
        });
    }
    return out;
}

Tensor reshape(const Tensor& x, std::initializer_list<std::int64_t> dims) {
    std::vector<std::int64_t> wanted(dims);
    std::int64_t known = 1;
    std::ptrdiff_t open = -1;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] == -1) {
            HZ_CHECK(open == -1, "one extent may be -1");
            open = static_cast<std::ptrdiff_t>(i);
        } else {
            known *= wanted[i];
        }
    }
    if (open >= 0) {
        HZ_CHECK(known > 0 && x.count() % known == 0, "the open extent is whole");
        wanted[static_cast<std::size_t>(open)] = x.count() / known;
    }
    return reshape(x, Shape(std::span<const std::int64_t>(wanted)));
}

Tensor permute(const Tensor& x, std::initializer_list<int> order) {
    return permute_span(x, std::vector<int>(order));
}

Tensor transpose(const Tensor& x, int axis_a, int axis_b) {
    std::vector<int> order(static_cast<std::size_t>(x.rank()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    std::swap(order[static_cast<std::size_t>(x.shape().normal_axis(axis_a))],
              order[static_cast<std::size_t>(x.shape().normal_axis(axis_b))]);
    return permute_span(x, std::move(order));
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
    if (x.shape() == shape) return x;
    const Tensor plain = canonical(x);
    const int extra = shape.rank() - x.rank();
    HZ_CHECK(extra >= 0, "broadcast does not lower the rank");
    CopyPlan plan;
    plan.dims = shape;
    plan.to = row_major(shape);
    const Strides from = row_major(x.shape());
    for (int axis = extra; axis < shape.rank(); ++axis) {
        const std::int64_t extent = x.shape()[axis - extra];
        HZ_CHECK(extent == shape[axis] || extent == 1, "shapes broadcast");
        plan.from[static_cast<std::size_t>(axis)] =
            extent == 1 ? 0 : from[static_cast<std::size_t>(axis - extra)];
    }
    Tensor out = make_empty(x.context(), shape, x.dtype());
    strided_copy(plain, out, plan);
    if (should_record({&x})) {
        record(out, {x},
               [before = x.shape()](const Tensor& dy) { return std::vector<Tensor>{reduce_to(dy, before)}; });
    }
    return out;
}

Tensor concat(std::initializer_list<Tensor> parts, int axis) {
    return concat(std::span<const Tensor>(parts.begin(), parts.size()), axis);
}

Tensor concat(std::span<const Tensor> parts, int axis) {
    HZ_CHECK(!parts.empty(), "there is something to concatenate");
    const int normal = parts[0].shape().normal_axis(axis);
    std::int64_t total = 0;
    bool recorded = false;
    for (const Tensor& part : parts) {
        HZ_CHECK(part.shape().with(normal, 0) == parts[0].shape().with(normal, 0),
                 "parts differ in one axis only");
        total += part.dim(normal);
        recorded = recorded || should_record({&part});
    }
    const Shape whole = parts[0].shape().with(normal, total);
    Tensor out = make_empty(parts[0].context(), whole, parts[0].dtype());
    std::vector<std::int64_t> extents;
    std::int64_t begin = 0;
    for (const Tensor& part : parts) {
        strided_copy(canonical(part), out, part_plan(part.shape(), whole, normal, begin, true));
        begin += part.dim(normal);
        extents.push_back(part.dim(normal));
    }
    if (recorded) {
        record(out, std::vector<Tensor>(parts.begin(), parts.end()), [normal, extents](const Tensor& dy) {
            std::vector<Tensor> gradients;
            std::int64_t from = 0;
            for (const std::int64_t extent : extents) {
                gradients.push_back(slice_values(dy, normal, from, from + extent));
                from += extent;
            }
            return gradients;
        });
    }
    return out;
}

Tensor slice(const Tensor& x, int axis, std::int64_t begin, std::int64_t end) {
    const int normal = x.shape().normal_axis(axis);
    HZ_CHECK(0 <= begin && begin <= end && end <= x.dim(normal), "a slice lies inside its axis");
    Tensor out = slice_values(x, normal, begin, end);
    if (should_record({&x})) {
        record(out, {x}, [normal, begin, whole = x.shape()](const Tensor& dy) {
            Tensor dx = Tensor::zeros(dy.context(), whole);
            strided_copy(canonical(dy), dx, part_plan(dy.shape(), whole, normal, begin, true));
            return std::vector<Tensor>{dx};
        });
    }
    return out;
}

Tensor embedding(const Tensor& table, const Tensor& indices) {
    HZ_CHECK(table.rank() == 2 && indices.dtype() == DType::kI32, "a table [V, C] and int32 indices");
    for (const std::int32_t index : indices.to_indices()) {
        HZ_CHECK(index >= 0 && index < table.dim(0), "an index lies inside the table");
    }
    const Shape flat{indices.count(), table.dim(1)};
    Tensor out = make_empty(table.context(), flat);
    HzGather arguments{view(table), view(indices, Shape{indices.count()}), view(out)};
    run(table.context(), HZ_OP_GATHER, {arguments.table, arguments.index, arguments.out},
        [&](const HzBackend& b, void* s) { return b.gather_forward(s, &arguments); });
    std::vector<std::int64_t> dims(indices.shape().dims().begin(), indices.shape().dims().end());
    dims.push_back(table.dim(1));
    out = view_as(out, Shape(std::span<const std::int64_t>(dims)));
    if (should_record({&table})) {
        record(out, {table}, [flat, indices, shape = table.shape()](const Tensor& gradient) {
            const Tensor dy = canonical(gradient);
            const Tensor dtable = Tensor::zeros(dy.context(), shape);
            HzGather back{view(dtable), view(indices, Shape{indices.count()}), view(dy, flat)};
            run(dy.context(), HZ_OP_GATHER, {back.table, back.index, back.out},
                [&](const HzBackend& b, void* s) { return b.gather_backward(s, &back); });
            return std::vector<Tensor>{dtable};
        });
    }
    return out;
}

Tensor spatial_tokens(const Tensor& image) {
    HZ_CHECK(image.rank() >= 3, "an image is [N, C, ...]");
    return transpose(reshape(image, {image.dim(0), image.dim(1), -1}), 1, 2);
}

}  // namespace huizhen::engine
