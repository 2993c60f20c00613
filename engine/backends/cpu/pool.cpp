#include <limits>

#include "image.h"

namespace huizhen::engine::cpu {
namespace {

struct Window {
    std::array<std::int64_t, 3> begin, end;  // positions inside the image
    std::int64_t count() const { return (end[0] - begin[0]) * (end[1] - begin[1]) * (end[2] - begin[2]); }
};

Window window_of(const HzPool& a, const Image& x, const std::array<std::int64_t, 3>& out) {
    Window w{};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::size_t axis = x.axis[i];
        const std::int64_t first = axis < 3 ? out[i] * a.stride[axis] - a.pad[axis] : 0;
        w.begin[i] = std::max<std::int64_t>(0, first);
        w.end[i] = std::min(x.size[i], first + (axis < 3 ? a.kernel[axis] : 1));
    }
    return w;
}

// f(output pixel, window) for every output of one sample.
template <typename F>
void each_output(const HzPool& a, const Image& x, const Image& y, F f) {
    std::int64_t pixel = 0;
    for (std::int64_t z = 0; z < y.size[0]; ++z)
        for (std::int64_t r = 0; r < y.size[1]; ++r)
            for (std::int64_t c = 0; c < y.size[2]; ++c) f(pixel++, window_of(a, x, {z, r, c}));
}

template <typename F>
void each_pixel(const Image& x, const Window& w, F f) {
    for (std::int64_t z = w.begin[0]; z < w.end[0]; ++z)
        for (std::int64_t r = w.begin[1]; r < w.end[1]; ++r)
            for (std::int64_t c = w.begin[2]; c < w.end[2]; ++c) f((z * x.size[1] + r) * x.size[2] + c);
}

}  // namespace

void pool_forward(State& state, const HzPool& a) {
    const Image x(a.x);
    const Image y(a.y);
    parallel_for(state, x.n, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t n = begin; n < end; ++n) {
            const float* from = x.data + n * x.pixels() * x.c;
            each_output(a, x, y, [&](std::int64_t pixel, const Window& w) {
                float* to = y.data + (n * y.pixels() + pixel) * y.c;
                if (a.kind == HZ_POOL_AVERAGE) {
                    std::fill_n(to, y.c, 0.0F);
                    each_pixel(x, w, [&](std::int64_t p) {
                        state.kernels->binary(HZ_BINARY_ADD, to, from + p * x.c, to, x.c);
                    });
                    state.kernels->axpby(1.0F / static_cast<float>(w.count()), to, 0.0F, to, x.c);
                    return;
                }
                std::int32_t* index = indices(a.index) + n * y.c * y.pixels() + pixel;
                for (std::int64_t c = 0; c < y.c; ++c) index[c * y.pixels()] = -1;
                each_pixel(x, w, [&](std::int64_t p) {
                    for (std::int64_t c = 0; c < x.c; ++c) {
                        const float value = from[p * x.c + c];
                        if (index[c * y.pixels()] >= 0 && !(value > to[c])) continue;
                        to[c] = value;
                        index[c * y.pixels()] = static_cast<std::int32_t>(p);
                    }
                });
            });
        }
    });
}

void pool_backward(State& state, const HzPool& a) {
    const Image x(a.x);
    const Image y(a.y);
    parallel_for(state, x.n, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t n = begin; n < end; ++n) {
            float* to = x.data + n * x.pixels() * x.c;
            std::fill_n(to, x.pixels() * x.c, 0.0F);
            each_output(a, x, y, [&](std::int64_t pixel, const Window& w) {
                const float* dy = y.data + (n * y.pixels() + pixel) * y.c;
                if (a.kind == HZ_POOL_MAX) {
                    const std::int32_t* index = indices(a.index) + n * y.c * y.pixels() + pixel;
                    for (std::int64_t c = 0; c < y.c; ++c) to[index[c * y.pixels()] * x.c + c] += dy[c];
                    return;
                }
                const float share = 1.0F / static_cast<float>(w.count());
                each_pixel(x, w,
                           [&](std::int64_t p) { state.kernels->axpby(share, dy, 1.0F, to + p * x.c, x.c); });
            });
        }
    });
}

}  // namespace huizhen::engine::cpu
