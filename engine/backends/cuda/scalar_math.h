#pragma once

// Functions of one value, for kernels. Formulas as in engine/backends/reference, in float.

#include "kernel.h"

namespace huizhen::engine::cuda {

__device__ inline float normal_cdf(float x) { return 0.5F * erfcf(-x * 0.70710678118654752F); }
__device__ inline float normal_density(float x) { return 0.39894228040143268F * expf(-0.5F * x * x); }
__device__ inline float logistic(float x) { return 1.0F / (1.0F + expf(-x)); }

__device__ inline float activate(float x, std::int32_t activation) {
    if (activation == HZ_ACT_RELU) return x > 0.0F ? x : 0.0F;
    if (activation == HZ_ACT_GELU) return x * normal_cdf(x);
    return x;
}

__device__ inline float activate_slope(float x, std::int32_t activation) {
    if (activation == HZ_ACT_RELU) return x > 0.0F ? 1.0F : 0.0F;
    if (activation == HZ_ACT_GELU) return normal_cdf(x) + x * normal_density(x);
    return 1.0F;
}

// log(1 + e^x) without overflow
__device__ inline float softplus(float x) { return fmaxf(x, 0.0F) + log1pf(expf(-fabsf(x))); }

__device__ inline float unary_value(float x, std::int32_t kind, float alpha, float beta) {
    switch (kind) {
        case HZ_UNARY_RELU: return activate(x, HZ_ACT_RELU);
        case HZ_UNARY_GELU: return activate(x, HZ_ACT_GELU);
        case HZ_UNARY_SIGMOID: return logistic(x);
        case HZ_UNARY_TANH: return tanhf(x);
        case HZ_UNARY_EXP: return expf(x);
        case HZ_UNARY_LOG: return logf(x);
        case HZ_UNARY_SQUARE: return x * x;
        case HZ_UNARY_AFFINE: return alpha * x + beta;
        case HZ_UNARY_SOFTPLUS: return softplus(x);
        default: return x;
    }
}

__device__ inline float unary_slope(float x, std::int32_t kind, float alpha) {
    switch (kind) {
        case HZ_UNARY_RELU: return activate_slope(x, HZ_ACT_RELU);
        case HZ_UNARY_GELU: return activate_slope(x, HZ_ACT_GELU);
        case HZ_UNARY_SIGMOID: return logistic(x) * (1.0F - logistic(x));
        case HZ_UNARY_TANH: return 1.0F - tanhf(x) * tanhf(x);
        case HZ_UNARY_EXP: return expf(x);
        case HZ_UNARY_LOG: return 1.0F / x;
        case HZ_UNARY_SQUARE: return 2.0F * x;
        case HZ_UNARY_AFFINE: return alpha;
        case HZ_UNARY_SOFTPLUS: return logistic(x);
        default: return 1.0F;
    }
}

}  // namespace huizhen::engine::cuda
