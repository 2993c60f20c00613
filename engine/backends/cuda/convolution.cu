// Convolutions in the plain way, for what cuDNN declines. Every sum by one thread or block, in one order.

#include "convolution.h"
#include "image.h"

namespace huizhen::engine::cuda {
namespace {

struct Geometry {
    std::int64_t n, ci, co;
    std::int64_t x[3], w[3], y[3], stride[3], pad[3];

    explicit Geometry(const HzConv& c) : n(c.x.dims[0]), ci(c.x.dims[1]), co(c.y.dims[1]) {
        set_extents(c.x, x);
        set_extents(c.w, w);
        set_extents(c.y, y);
        for (int axis = 0; axis < 3; ++axis) {
            stride[axis] = c.stride[axis];
            pad[axis] = c.pad[axis];
        }
    }
    __device__ std::int64_t x_size() const { return x[0] * x[1] * x[2]; }
    __device__ std::int64_t w_size() const { return w[0] * w[1] * w[2]; }
    __device__ std::int64_t y_size() const { return y[0] * y[1] * y[2]; }
    // The input element that tap `k` of output `out` reads, or -1.
    __device__ std::int64_t input(int axis, std::int64_t out, std::int64_t k) const {
        const std::int64_t at = out * stride[axis] - pad[axis] + k;
        return at < x[axis] ? at : -1;
    }
    // The output element to which input `in` gives through tap `k`, or -1.
    __device__ std::int64_t output(int axis, std::int64_t in, std::int64_t k) const {
        const std::int64_t scaled = in + pad[axis] - k;
        if (scaled < 0 || scaled % stride[axis] != 0) return -1;
        return scaled / stride[axis] < y[axis] ? scaled / stride[axis] : -1;
    }
};

// f(flat tap, z, r, c) for every tap that meets an element; at(axis, tap) gives its place, or less than 0.
template <typename At, typename F>
__device__ void for_each_tap(const Geometry& g, At at, F f) {
    for (std::int64_t kz = 0; kz < g.w[0]; ++kz) {
        const std::int64_t z = at(0, kz);
        if (z < 0) continue;
        for (std::int64_t kr = 0; kr < g.w[1]; ++kr) {
            const std::int64_t r = at(1, kr);
            if (r < 0) continue;
            for (std::int64_t kc = 0; kc < g.w[2]; ++kc) {
                const std::int64_t c = at(2, kc);
                if (c >= 0) f((kz * g.w[1] + kr) * g.w[2] + kc, z, r, c);
            }
        }
    }
}

struct Forward {
    Geometry g;
    const float* x;
    const float* w;
    float* y;
    __device__ void operator()(std::int64_t i) const {
        const Position out(i, g.y);
        const std::int64_t sample = out.plane / g.co;
        const std::int64_t co = out.plane % g.co;
        const std::int64_t place[3] = {out.z, out.r, out.c};
        double total = 0.0;
        for (std::int64_t ci = 0; ci < g.ci; ++ci) {
            const float* image = x + (sample * g.ci + ci) * g.x_size();
            const float* taps = w + (co * g.ci + ci) * g.w_size();
            for_each_tap(
                g, [&](int axis, std::int64_t k) { return g.input(axis, place[axis], k); },
                [&](std::int64_t tap, std::int64_t z, std::int64_t r, std::int64_t c) {
                    total += static_cast<double>(image[(z * g.x[1] + r) * g.x[2] + c]) *
                             static_cast<double>(taps[tap]);
                });
        }
        y[i] = static_cast<float>(total);
    }
};

struct BackwardData {
    Geometry g;
    float* dx;
    const float* w;
    const float* dy;
    __device__ void operator()(std::int64_t i) const {
        const Position in(i, g.x);
        const std::int64_t sample = in.plane / g.ci;
        const std::int64_t ci = in.plane % g.ci;
        const std::int64_t place[3] = {in.z, in.r, in.c};
        double total = 0.0;
        for (std::int64_t co = 0; co < g.co; ++co) {
            const float* image = dy + (sample * g.co + co) * g.y_size();
            const float* taps = w + (co * g.ci + ci) * g.w_size();
            for_each_tap(
                g, [&](int axis, std::int64_t k) { return g.output(axis, place[axis], k); },
                [&](std::int64_t tap, std::int64_t z, std::int64_t r, std::int64_t c) {
                    total += static_cast<double>(image[(z * g.y[1] + r) * g.y[2] + c]) *
                             static_cast<double>(taps[tap]);
                });
        }
        dx[i] = static_cast<float>(total);
    }
};

// One block a weight, over all samples and outputs.
__global__ void backward_weights_kernel(Geometry g, const float* x, float* dw, const float* dy) {
    const Position weight(blockIdx.x, g.w);
    const std::int64_t co = weight.plane / g.ci;
    const std::int64_t ci = weight.plane % g.ci;
    double total = 0.0;
    for (std::int64_t i = threadIdx.x; i < g.n * g.y_size(); i += blockDim.x) {
        const Position out(i, g.y);  // plane: sample
        const std::int64_t z = g.input(0, out.z, weight.z);
        const std::int64_t r = g.input(1, out.r, weight.r);
        const std::int64_t c = g.input(2, out.c, weight.c);
        if (z < 0 || r < 0 || c < 0) continue;
        const std::int64_t in = (out.plane * g.ci + ci) * g.x_size() + (z * g.x[1] + r) * g.x[2] + c;
        total += static_cast<double>(x[in]) *
                 static_cast<double>(dy[(out.plane * g.co + co) * g.y_size() + i % g.y_size()]);
    }
    total = block_reduce(total, 0.0, Sum{});
    if (threadIdx.x == 0) dw[blockIdx.x] = static_cast<float>(total);
}

}  // namespace

void plain_conv_forward(State& s, const HzConv& c) {
    for_each(s, count(c.y), Forward{Geometry(c), floats(c.x), floats(c.w), floats(c.y)});
}

void plain_conv_backward_data(State& s, const HzConv& c) {
    for_each(s, count(c.x), BackwardData{Geometry(c), floats(c.x), floats(c.w), floats(c.y)});
}

void plain_conv_backward_weights(State& s, const HzConv& c) {
    launch(s.device.stream(), count(c.w), threads_for(count(c.y) / c.y.dims[1]), backward_weights_kernel,
           Geometry(c), static_cast<const float*>(floats(c.x)), floats(c.w),
           static_cast<const float*>(floats(c.y)));
}

}  // namespace huizhen::engine::cuda
