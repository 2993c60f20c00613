#pragma once

// Channels-last images: normalisation. Channels beyond the last whole vector are done one by one. Included by
// kernels_body.h only, once per instruction set.

#include "kernel_elementwise.h"

namespace huizhen::engine::cpu {
namespace HUIZHEN_KERNEL_NAMESPACE {

HZ_INLINE Vec activation_value(int activation, Vec x) {
    if (activation == HZ_ACT_RELU) return unary_value(HZ_UNARY_RELU, x, x, x);
    if (activation == HZ_ACT_GELU) return unary_value(HZ_UNARY_GELU, x, x, x);
    return x;
}
HZ_INLINE Vec activation_slope(int activation, Vec x) {
    if (activation == HZ_ACT_RELU) return unary_slope(HZ_UNARY_RELU, x, x, x);
    if (activation == HZ_ACT_GELU) return unary_slope(HZ_UNARY_GELU, x, x, x);
    return splat(1.0F);
}

static void channel_sums(const float* x, std::ptrdiff_t pixels, std::ptrdiff_t channels, float* sums,
                         float* squares) {
    for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
        const std::ptrdiff_t left = channels - c;
        if (left >= kLanes) {
            Vec s = load(sums + c);
            Vec q = load(squares + c);
            for (std::ptrdiff_t p = 0; p < pixels; ++p) {
                const Vec value = load(x + p * channels + c);
                s += value;
                q += value * value;
            }
            store(sums + c, s);
            store(squares + c, q);
            continue;
        }
        for (std::ptrdiff_t p = 0; p < pixels; ++p) {
            for (std::ptrdiff_t i = c; i < channels; ++i) {
                const float value = x[p * channels + i];
                sums[i] += value;
                squares[i] += value * value;
            }
        }
    }
}

// Calls whole(c) for each whole vector of channels of each pixel, and tail(c, left) for what is left.
template <typename Whole, typename Tail>
HZ_INLINE void each_vector(std::ptrdiff_t pixels, std::ptrdiff_t channels, Whole whole, Tail tail) {
    for (std::ptrdiff_t p = 0; p < pixels; ++p) {
        std::ptrdiff_t c = 0;
        for (; c + kLanes <= channels; c += kLanes) whole(p * channels + c, c);
        if (c < channels) tail(p * channels + c, c, channels - c);
    }
}

template <int Activation>
static void channel_affine_loop(const float* x, const float* scale, const float* shift, float* y,
                                std::ptrdiff_t pixels, std::ptrdiff_t channels) {
    each_vector(
        pixels, channels,
        [&](std::ptrdiff_t i, std::ptrdiff_t c) {
            store(y + i, activation_value(Activation, load(x + i) * load(scale + c) + load(shift + c)));
        },
        [&](std::ptrdiff_t i, std::ptrdiff_t c, std::ptrdiff_t n) {
            const Vec value =
                load_tail(x + i, n, 0.0F) * load_tail(scale + c, n, 0.0F) + load_tail(shift + c, n, 0.0F);
            store_tail(y + i, activation_value(Activation, value), n);
        });
}

static void channel_affine(int activation, const float* x, const float* scale, const float* shift, float* y,
                           std::ptrdiff_t pixels, std::ptrdiff_t channels) {
    if (activation == HZ_ACT_RELU)
        return channel_affine_loop<HZ_ACT_RELU>(x, scale, shift, y, pixels, channels);
    if (activation == HZ_ACT_GELU)
        return channel_affine_loop<HZ_ACT_GELU>(x, scale, shift, y, pixels, channels);
    channel_affine_loop<HZ_ACT_NONE>(x, scale, shift, y, pixels, channels);
}

template <int Activation>
static void channel_backward_sums_loop(const float* x, const float* dy, const float* scale,
                                       const float* shift, std::ptrdiff_t pixels, std::ptrdiff_t channels,
                                       float* sums, float* products) {
    for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
        const std::ptrdiff_t left = channels - c;
        const bool whole = left >= kLanes;
        const Vec a = whole ? load(scale + c) : load_tail(scale + c, left, 0.0F);
        const Vec b = whole ? load(shift + c) : load_tail(shift + c, left, 0.0F);
        Vec s = {};
        Vec q = {};
        for (std::ptrdiff_t p = 0; p < pixels; ++p) {
            const std::ptrdiff_t i = p * channels + c;
            const Vec value = whole ? load(x + i) : load_tail(x + i, left, 0.0F);
            const Vec gradient = whole ? load(dy + i) : load_tail(dy + i, left, 0.0F);
            const Vec through = gradient * activation_slope(Activation, value * a + b);
            s += through;
            q += through * value;
        }
        for (std::ptrdiff_t i = 0; i < (whole ? kLanes : left); ++i) {
            sums[c + i] += s[i];
            products[c + i] += q[i];
        }
    }
}

static void channel_backward_sums(int activation, const float* x, const float* dy, const float* scale,
                                  const float* shift, std::ptrdiff_t pixels, std::ptrdiff_t channels,
                                  float* sums, float* products) {
    if (activation == HZ_ACT_RELU) {
        channel_backward_sums_loop<HZ_ACT_RELU>(x, dy, scale, shift, pixels, channels, sums, products);
    } else if (activation == HZ_ACT_GELU) {
        channel_backward_sums_loop<HZ_ACT_GELU>(x, dy, scale, shift, pixels, channels, sums, products);
    } else {
        channel_backward_sums_loop<HZ_ACT_NONE>(x, dy, scale, shift, pixels, channels, sums, products);
    }
}

template <int Activation>
static void channel_backward_loop(const float* x, const float* dy, const float* scale, const float* shift,
                                  const float* a, const float* b, const float* d, float* dx,
                                  std::ptrdiff_t pixels, std::ptrdiff_t channels) {
    each_vector(
        pixels, channels,
        [&](std::ptrdiff_t i, std::ptrdiff_t c) {
            const Vec value = load(x + i);
            const Vec through =
                load(dy + i) * activation_slope(Activation, value * load(scale + c) + load(shift + c));
            store(dx + i, through * load(a + c) + value * load(b + c) + load(d + c));
        },
        [&](std::ptrdiff_t i, std::ptrdiff_t c, std::ptrdiff_t n) {
            const Vec value = load_tail(x + i, n, 0.0F);
            const Vec inner = value * load_tail(scale + c, n, 0.0F) + load_tail(shift + c, n, 0.0F);
            const Vec through = load_tail(dy + i, n, 0.0F) * activation_slope(Activation, inner);
            store_tail(dx + i,
                       through * load_tail(a + c, n, 0.0F) + value * load_tail(b + c, n, 0.0F) +
                           load_tail(d + c, n, 0.0F),
                       n);
        });
}

static void channel_backward(int activation, const float* x, const float* dy, const float* scale,
                             const float* shift, const float* a, const float* b, const float* d, float* dx,
                             std::ptrdiff_t pixels, std::ptrdiff_t channels) {
    if (activation == HZ_ACT_RELU) {
        channel_backward_loop<HZ_ACT_RELU>(x, dy, scale, shift, a, b, d, dx, pixels, channels);
    } else if (activation == HZ_ACT_GELU) {
        channel_backward_loop<HZ_ACT_GELU>(x, dy, scale, shift, a, b, d, dx, pixels, channels);
    } else {
        channel_backward_loop<HZ_ACT_NONE>(x, dy, scale, shift, a, b, d, dx, pixels, channels);
    }
}

}  // namespace HUIZHEN_KERNEL_NAMESPACE
}  // namespace huizhen::engine::cpu
