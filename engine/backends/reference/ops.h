#pragma once

// The operations of the reference backend, one function per entry of HzBackend.

#include <cstdint>
#include <span>

#include <huizhen/tensor/backend_abi.h>

namespace huizhen::engine::reference {

inline std::int64_t count(const HzTensor& t) {
    std::int64_t product = 1;
    for (std::int32_t i = 0; i < t.rank; ++i) product *= t.dims[i];
    return product;
}
inline bool present(const HzTensor& t) { return t.data != nullptr; }
inline float* floats(const HzTensor& t) { return static_cast<float*>(t.data); }
inline std::int32_t* indices(const HzTensor& t) { return static_cast<std::int32_t*>(t.data); }

// act(x) and act'(x) for the activations that are fused into other operations.
double activate(double x, std::int32_t activation);
double activate_slope(double x, std::int32_t activation);

void matmul(const HzMatmul&);
void attention_forward(const HzAttention&);
void attention_backward(const HzAttention&);
void softmax_forward(const HzSoftmax&);
void softmax_backward(const HzSoftmax&);

void conv_forward(const HzConv&);
void conv_backward_data(const HzConv&);
void conv_backward_weights(const HzConv&);
void pool_forward(const HzPool&);
void pool_backward(const HzPool&);

void group_norm_forward(const HzNorm&);
void group_norm_backward(const HzNorm&);
void layer_norm_forward(const HzNorm&);
void layer_norm_backward(const HzNorm&);

void unary_forward(const HzUnary&);
void unary_backward(const HzUnary&);
void binary(const HzBinary&);
void dropout(const HzDropout&);
void axpby(const HzAxpby&);

void reduce(const HzReduce&);
void gather_forward(const HzGather&);
void gather_backward(const HzGather&);
void strided_copy(const HzStridedCopy&);

void loss_forward(const HzLoss&);
void loss_backward(const HzLoss&);
void adamw(const HzAdamW&);

}  // namespace huizhen::engine::reference
