// Gather and strided copies.

#include <algorithm>
#include <array>

#include "kernel.h"

namespace huizhen::engine::cuda {
namespace {

struct Gather {
    const float* table;
    const std::int32_t* index;
    float* out;
    std::int64_t width;
    __device__ void operator()(std::int64_t i) const { out[i] = table[index[i / width] * width + i % width]; }
};

// One block an index. The first of equal indices adds all of their rows, in order; the others leave.
__global__ void scatter_kernel(float* table, const std::int32_t* index, const float* rows,
                               std::int64_t entries, std::int64_t width) {
    const std::int64_t mine = blockIdx.x;
    const std::int32_t row = index[mine];
    int earlier = 0;
    for (std::int64_t j = threadIdx.x; j < mine; j += blockDim.x) earlier |= index[j] == row ? 1 : 0;
    if (__syncthreads_or(earlier) != 0) return;
    for (std::int64_t c = threadIdx.x; c < width; c += blockDim.x) {
        float total = table[row * width + c];
        for (std::int64_t j = mine; j < entries; ++j) {
            if (index[j] == row) total += rows[j * width + c];
        }
        table[row * width + c] = total;
    }
}

// Elements of four bytes, moved as they are, or added as floats.
struct StridedCopy {
    const void* from;
    void* to;
    std::int64_t dims[HZ_MAX_RANK], from_strides[HZ_MAX_RANK], to_strides[HZ_MAX_RANK];
    std::int64_t from_offset, to_offset;
    std::int32_t rank;
    bool accumulate;

    __device__ void operator()(std::int64_t i) const {
        std::int64_t source = from_offset;
        std::int64_t target = to_offset;
        for (std::int32_t axis = rank - 1; axis >= 0; --axis) {
            const std::int64_t at = i % dims[axis];
            i /= dims[axis];
            source += at * from_strides[axis];
            target += at * to_strides[axis];
        }
        if (accumulate) {
            static_cast<float*>(to)[target] += static_cast<const float*>(from)[source];
        } else {
            static_cast<std::int32_t*>(to)[target] = static_cast<const std::int32_t*>(from)[source];
        }
    }
};

struct InOrder {
    StridedCopy copy;
    std::int64_t elements;
    __device__ void operator()(std::int64_t /*one*/) const {
        for (std::int64_t i = 0; i < elements; ++i) copy(i);
    }
};

// Whether no two elements have one target: each axis steps over all that the finer ones reach. Then order is
// free.
bool targets_differ(const HzStridedCopy& a) {
    std::array<std::pair<std::int64_t, std::int64_t>, HZ_MAX_RANK> axes;  // stride, extent
    std::size_t used = 0;
    for (std::int32_t axis = 0; axis < a.rank; ++axis) {
        const std::int64_t stride = a.to_strides[axis] < 0 ? -a.to_strides[axis] : a.to_strides[axis];
        if (a.dims[axis] > 1) axes[used++] = {stride, a.dims[axis]};
    }
    std::sort(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(used));
    std::int64_t reach = 0;
    for (std::size_t i = 0; i < used; ++i) {
        if (axes[i].first <= reach) return false;
        reach += axes[i].first * (axes[i].second - 1);
    }
    return true;
}

}  // namespace

void gather_forward(State& s, const HzGather& a) {
    for_each(s, count(a.out), Gather{floats(a.table), indices(a.index), floats(a.out), a.table.dims[1]});
}

void gather_backward(State& s, const HzGather& a) {
    if (count(a.out) == 0) return;
    launch(s.device.stream(), a.index.dims[0], kThreads, scatter_kernel, floats(a.table),
           static_cast<const std::int32_t*>(indices(a.index)), static_cast<const float*>(floats(a.out)),
           a.index.dims[0], a.table.dims[1]);
}

void strided_copy(State& s, const HzStridedCopy& a) {
    StridedCopy body{a.from.data, a.to.data,        {}, {}, {}, a.from_offset, a.to_offset,
                     a.rank,      a.accumulate != 0};
    std::int64_t elements = 1;
    for (std::int32_t axis = 0; axis < a.rank; ++axis) {
        body.dims[axis] = a.dims[axis];
        body.from_strides[axis] = a.from_strides[axis];
        body.to_strides[axis] = a.to_strides[axis];
        elements *= a.dims[axis];
    }
    if (elements == 0) return;
    if (targets_differ(a)) {
        for_each(s, elements, body);
    } else {
        for_each(s, 1, InOrder{body, elements});
    }
}

}  // namespace huizhen::engine::cuda
