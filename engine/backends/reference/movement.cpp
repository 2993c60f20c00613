#include <array>
#include <limits>
#include <vector>

#include "ops.h"

namespace huizhen::engine::reference {

void reduce(const HzReduce& a) {
    const bool maximum = a.kind == HZ_REDUCE_MAX;
    std::vector<double> total(static_cast<std::size_t>(count(a.out)),
                              maximum ? -std::numeric_limits<double>::infinity() : 0.0);
    for (std::int64_t i = 0; i < count(a.x); ++i) {
        std::int64_t rest = i;
        std::int64_t at = 0;
        std::int64_t step = 1;
        for (std::int32_t axis = a.x.rank - 1; axis >= 0; --axis) {
            if (a.out.dims[axis] != 1) at += step * (rest % a.x.dims[axis]);
            step *= a.out.dims[axis];
            rest /= a.x.dims[axis];
        }
        const auto value = static_cast<double>(floats(a.x)[i]);
        double& cell = total[static_cast<std::size_t>(at)];
        if (maximum) {
            cell = std::max(cell, value);
        } else {
            cell += a.kind == HZ_REDUCE_SUM_SQUARES ? value * value : value;
        }
    }
    const double share =
        a.kind == HZ_REDUCE_MEAN ? static_cast<double>(count(a.out)) / static_cast<double>(count(a.x)) : 1.0;
    for (std::size_t i = 0; i < total.size(); ++i) floats(a.out)[i] = static_cast<float>(total[i] * share);
}

void gather_forward(const HzGather& a) {
    const std::int64_t width = a.table.dims[1];
    for (std::int64_t i = 0; i < a.index.dims[0]; ++i) {
        for (std::int64_t c = 0; c < width; ++c) {
            floats(a.out)[i * width + c] = floats(a.table)[indices(a.index)[i] * width + c];
        }
    }
}

void gather_backward(const HzGather& a) {
    const std::int64_t width = a.table.dims[1];
    for (std::int64_t i = 0; i < a.index.dims[0]; ++i) {
        for (std::int64_t c = 0; c < width; ++c) {
            floats(a.table)[indices(a.index)[i] * width + c] += floats(a.out)[i * width + c];
        }
    }
}

void strided_copy(const HzStridedCopy& a) {
    std::int64_t total = 1;
    for (std::int32_t axis = 0; axis < a.rank; ++axis) total *= a.dims[axis];
    for (std::int64_t i = 0; i < total; ++i) {
        std::int64_t rest = i;
        std::int64_t from = a.from_offset;
        std::int64_t to = a.to_offset;
        for (std::int32_t axis = a.rank - 1; axis >= 0; --axis) {
            const std::int64_t at = rest % a.dims[axis];
            rest /= a.dims[axis];
            from += at * a.from_strides[axis];
            to += at * a.to_strides[axis];
        }
        if (a.accumulate != 0) {
            floats(a.to)[to] += floats(a.from)[from];
        } else if (a.to.dtype == HZ_I32) {
            indices(a.to)[to] = indices(a.from)[from];
        } else {
            floats(a.to)[to] = floats(a.from)[from];
        }
    }
}

}  // namespace huizhen::engine::reference
