#pragma once

// Winograd F(4, 3), points 0, 1, -1, 2, -2, infinity: Lavin & Gray 2016, "Fast algorithms for
// convolutional neural networks". Included by kernels_body.h only, once per instruction set.

#include "kernel_elementwise.h"

namespace huizhen::engine::cpu {
namespace HUIZHEN_KERNEL_NAMESPACE {

// convolutional neural networks"

// B^T d
static void winograd_input(const float* const* pixels, std::ptrdiff_t channels, float* out,
                           std::ptrdiff_t plane) {
    for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
        const std::ptrdiff_t left = channels - c;
        const bool whole = left >= kLanes;
        Vec d[6];
        for (int i = 0; i < 6; ++i) d[i] = whole ? load(pixels[i] + c) : load_tail(pixels[i] + c, left, 0.0F);
        const Vec even = d[4] - splat(4.0F) * d[2];
        const Vec odd = d[3] - splat(4.0F) * d[1];
        const Vec even2 = d[4] - d[2];
        const Vec odd2 = splat(2.0F) * (d[3] - d[1]);
        const Vec t[6] = {splat(4.0F) * d[0] - splat(5.0F) * d[2] + d[4],
                          even + odd,
                          even - odd,
                          even2 + odd2,
                          even2 - odd2,
                          splat(4.0F) * d[1] - splat(5.0F) * d[3] + d[5]};
        for (int i = 0; i < 6; ++i) {
            if (whole) {
                store(out + i * plane + c, t[i]);
            } else {
                store_tail(out + i * plane + c, t[i], left);
            }
        }
    }
}

// A^T u; width a multiple of kLanes
static void winograd_output(const float* u, std::ptrdiff_t plane, const float* bias, std::ptrdiff_t valid,
                            float* out, std::ptrdiff_t step, std::ptrdiff_t width) {
    for (std::ptrdiff_t c = 0; c < width; c += kLanes) {
        Vec m[6];
        for (int i = 0; i < 6; ++i) m[i] = load(u + i * plane + c);
        const Vec sum1 = m[1] + m[2];
        const Vec dif1 = m[1] - m[2];
        const Vec sum2 = m[3] + m[4];
        const Vec dif2 = m[3] - m[4];
        const Vec start = load(bias + c);
        const Vec y[4] = {start + m[0] + sum1 + sum2, start + dif1 + splat(2.0F) * dif2,
                          start + sum1 + splat(4.0F) * sum2, start + dif1 + splat(8.0F) * dif2 + m[5]};
        for (std::ptrdiff_t i = 0; i < valid; ++i) store(out + i * step + c, y[i]);
    }
}

// A y
static void winograd_gradient(const float* const* pixels, std::ptrdiff_t channels, float* out,
                              std::ptrdiff_t plane) {
    for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
        Vec y[4];
        for (int i = 0; i < 4; ++i) y[i] = load(pixels[i] + c);
        const Vec even = y[0] + y[2];
        const Vec odd = y[1] + y[3];
        const Vec even2 = y[0] + splat(4.0F) * y[2];
        const Vec odd2 = splat(2.0F) * y[1] + splat(8.0F) * y[3];
        const Vec t[6] = {y[0], even + odd, even - odd, even2 + odd2, even2 - odd2, y[3]};
        for (int i = 0; i < 6; ++i) store(out + i * plane + c, t[i]);
    }
}

}  // namespace HUIZHEN_KERNEL_NAMESPACE
}  // namespace huizhen::engine::cpu
