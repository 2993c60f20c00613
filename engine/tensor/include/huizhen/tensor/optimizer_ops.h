#pragma once

// The optimiser's arithmetic on tensors, in place and off the tape. engine/nn/adamw.h drives it.

#include <span>

#include <huizhen/tensor/tensor.h>

namespace huizhen::engine {

struct AdamWStep {
    float learning_rate = 1e-3F;
    float beta1 = 0.9F;
    float beta2 = 0.999F;
    float epsilon = 1e-8F;
    float decay = 0.0F;           // decoupled
    float gradient_scale = 1.0F;  // clipping, accumulation
    std::int64_t step = 1;        // from 1, for the bias corrections
};

// Updates parameter, m and v (of its shape) from gradient.
void adamw_step(Tensor& parameter, const Tensor& gradient, Tensor& m, Tensor& v, const AdamWStep& step);

// sqrt(sum of squares) over all gradients; undefined ones count as zero.
double global_norm(std::span<const Tensor> gradients);

// y = alpha x + beta y (EMA of weights, accumulation).
void axpby(const Tensor& x, float alpha, Tensor& y, float beta);

}  // namespace huizhen::engine
