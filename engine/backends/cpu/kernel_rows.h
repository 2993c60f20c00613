#pragma once

// Rows of any length: softmax and dot products. Included by kernels_body.h only, once per instruction set.

#include "kernel_elementwise.h"

namespace huizhen::engine::cpu {
namespace HUIZHEN_KERNEL_NAMESPACE {

static float maximum(const float* x, std::ptrdiff_t n) {
    float highest = -__builtin_inff();
    Vec best = splat(highest);
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= n; i += kLanes) best = higher(best, load(x + i));
    for (int j = 0; j < kLanes; ++j) highest = best[j] > highest ? best[j] : highest;
    for (; i < n; ++i) highest = x[i] > highest ? x[i] : highest;
    return highest;
}

static float exp_sum(const float* x, float shift, float* y, std::ptrdiff_t n) {
    const Vec down = splat(shift);
    Vec total = {};
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        const Vec e = exp_of(load(x + i) - down);
        total += e;
        store(y + i, e);
    }
    if (i < n) {
        const Vec e = exp_of(load_tail(x + i, n - i, -__builtin_inff()) - down);
        total += e;  // e^-inf is 0
        store_tail(y + i, e, n - i);
    }
    return horizontal_sum(total);
}

static float dot(const float* a, const float* b, std::ptrdiff_t n) {
    Vec total = {};
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= n; i += kLanes) total += load(a + i) * load(b + i);
    float rest = 0.0F;
    for (; i < n; ++i) rest += a[i] * b[i];
    return horizontal_sum(total) + rest;
}

}  // namespace HUIZHEN_KERNEL_NAMESPACE
}  // namespace huizhen::engine::cpu
