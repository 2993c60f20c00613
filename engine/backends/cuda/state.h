#pragma once

// What every operation of this backend is given.

#include <cstdint>
#include <string>

#include <huizhen/tensor/backend_abi.h>

#include "blas.h"
#include "device.h"
#include "dnn.h"
#include "failure.h"

namespace huizhen::engine::cuda {

struct State {
    Device device;
    Blas blas{device};
    Dnn dnn{device};
    std::string error;  // of the last call that failed
};

inline std::int64_t count(const HzTensor& t) {
    std::int64_t product = 1;
    for (std::int32_t i = 0; i < t.rank; ++i) product *= t.dims[i];
    return product;
}
inline bool present(const HzTensor& t) { return t.data != nullptr; }
// Device pointers: for kernels, never to be followed here.
inline float* floats(const HzTensor& t) { return static_cast<float*>(t.data); }
inline std::int32_t* indices(const HzTensor& t) { return static_cast<std::int32_t*>(t.data); }
inline void zero(State& s, const HzTensor& t) {
    s.device.zero(t.data, static_cast<std::size_t>(count(t)) * sizeof(float));
}

// ---- operations, one per entry of HzBackend
void matmul(State&, const HzMatmul&);
void conv_forward(State&, const HzConv&);
void conv_backward_data(State&, const HzConv&);
void conv_backward_weights(State&, const HzConv&);
void pool_forward(State&, const HzPool&);
void pool_backward(State&, const HzPool&);
void group_norm_forward(State&, const HzNorm&);
void group_norm_backward(State&, const HzNorm&);
void layer_norm_forward(State&, const HzNorm&);
void layer_norm_backward(State&, const HzNorm&);
void softmax_forward(State&, const HzSoftmax&);
void softmax_backward(State&, const HzSoftmax&);
void attention_forward(State&, const HzAttention&);
void attention_backward(State&, const HzAttention&);
void unary_forward(State&, const HzUnary&);
void unary_backward(State&, const HzUnary&);
void binary(State&, const HzBinary&);
void dropout(State&, const HzDropout&);
void reduce(State&, const HzReduce&);
void gather_forward(State&, const HzGather&);
void gather_backward(State&, const HzGather&);
void strided_copy(State&, const HzStridedCopy&);
void loss_forward(State&, const HzLoss&);
void loss_backward(State&, const HzLoss&);
void adamw(State&, const HzAdamW&);
void axpby(State&, const HzAxpby&);

// ---- what operations have in common
// out[i] = act(out[i] + bias[i / inner % channels]); bias may be null. What follows a product or a
// convolution.
struct Epilogue {
    const float* bias = nullptr;
    std::int64_t inner = 1, channels = 1;
    std::int32_t activation = HZ_ACT_NONE;
};
void apply(State&, const Epilogue& epilogue, float* out, std::int64_t elements);

}  // namespace huizhen::engine::cuda
