// Pooling. Backward gathers, so that sums have a fixed order: each input element asks the windows that saw
// it.

#include "image.h"

namespace huizhen::engine::cuda {
namespace {

struct Geometry {
    std::int64_t x[3], y[3];
    std::int64_t kernel[3], stride[3], pad[3];

    explicit Geometry(const HzPool& a) {
        set_extents(a.x, x);
        set_extents(a.y, y);
        for (int axis = 0; axis < 3; ++axis) {
            kernel[axis] = a.kernel[axis];
            stride[axis] = a.stride[axis];
            pad[axis] = a.pad[axis];
        }
    }
    __device__ std::int64_t first(int axis, std::int64_t out) const {  // of window `out`, inside x
        const std::int64_t begin = out * stride[axis] - pad[axis];
        return begin < 0 ? 0 : begin;
    }
    __device__ std::int64_t last(int axis, std::int64_t out) const {  // one past
        const std::int64_t end = out * stride[axis] - pad[axis] + kernel[axis];
        return end < x[axis] ? end : x[axis];
    }
    __device__ std::int64_t first_window(int axis, std::int64_t in) const {  // that holds element `in`
        const std::int64_t reach = in + pad[axis] - kernel[axis] + 1;
        return reach <= 0 ? 0 : (reach + stride[axis] - 1) / stride[axis];
    }
    __device__ std::int64_t last_window(int axis, std::int64_t in) const {  // one past
        const std::int64_t end = (in + pad[axis]) / stride[axis] + 1;
        return end < y[axis] ? end : y[axis];
    }
    __device__ std::int64_t seen(std::int64_t z, std::int64_t r, std::int64_t c) const {
        return (last(0, z) - first(0, z)) * (last(1, r) - first(1, r)) * (last(2, c) - first(2, c));
    }
};

struct Forward {
    Geometry g;
    const float* x;
    float* y;
    std::int32_t* index;
    bool maximum;
    __device__ void operator()(std::int64_t i) const {
        const Position out(i, g.y);
        const float* volume = x + out.plane * g.x[0] * g.x[1] * g.x[2];
        double total = 0.0;
        float best = -HUGE_VALF;
        std::int64_t best_at = -1;
        for (std::int64_t z = g.first(0, out.z); z < g.last(0, out.z); ++z) {
            for (std::int64_t r = g.first(1, out.r); r < g.last(1, out.r); ++r) {
                for (std::int64_t c = g.first(2, out.c); c < g.last(2, out.c); ++c) {
                    const std::int64_t at = (z * g.x[1] + r) * g.x[2] + c;
                    const float value = volume[at];
                    total += static_cast<double>(value);
                    if (value > best || best_at < 0) {
                        best = value;
                        best_at = at;
                    }
                }
            }
        }
        if (maximum) {
            y[i] = best;
            index[i] = static_cast<std::int32_t>(best_at);
        } else {
            y[i] = static_cast<float>(total / static_cast<double>(g.seen(out.z, out.r, out.c)));
        }
    }
};

struct Backward {
    Geometry g;
    float* dx;
    const float* dy;
    const std::int32_t* index;
    bool maximum;
    __device__ void operator()(std::int64_t i) const {
        const Position in(i, g.x);
        const std::int64_t outputs = g.y[0] * g.y[1] * g.y[2];
        const std::int64_t mine = i % (g.x[0] * g.x[1] * g.x[2]);
        double total = 0.0;
        for (std::int64_t z = g.first_window(0, in.z); z < g.last_window(0, in.z); ++z) {
            for (std::int64_t r = g.first_window(1, in.r); r < g.last_window(1, in.r); ++r) {
                for (std::int64_t c = g.first_window(2, in.c); c < g.last_window(2, in.c); ++c) {
                    const std::int64_t out = in.plane * outputs + (z * g.y[1] + r) * g.y[2] + c;
                    const auto slope = static_cast<double>(dy[out]);
                    if (!maximum) {
                        total += slope / static_cast<double>(g.seen(z, r, c));
                    } else if (index[out] == mine) {
                        total += slope;
                    }
                }
            }
        }
        dx[i] = static_cast<float>(total);
    }
};

}  // namespace

void pool_forward(State& s, const HzPool& a) {
    for_each(s, count(a.y),
             Forward{Geometry(a), floats(a.x), floats(a.y), indices(a.index), a.kind == HZ_POOL_MAX});
}

void pool_backward(State& s, const HzPool& a) {
    for_each(s, count(a.x),
             Backward{Geometry(a), floats(a.x), floats(a.y), indices(a.index), a.kind == HZ_POOL_MAX});
}

}  // namespace huizhen::engine::cuda
