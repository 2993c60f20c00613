#pragma once

// Operations. Free functions over tensors of one context; each records itself on the tape when an input wants
// a gradient and the context is recording. Wrong shapes are our own bugs: HZ_CHECK. Negative axes count from
// the end.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

#include <huizhen/tensor/philox.h>
#include <huizhen/tensor/tensor.h>

namespace huizhen::engine {

enum class Activation : std::int32_t { kNone = HZ_ACT_NONE, kRelu = HZ_ACT_RELU, kGelu = HZ_ACT_GELU };

// ---- elementwise; binary ones broadcast as NumPy does
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor affine(const Tensor& x, float scale, float shift);  // scale x + shift
Tensor relu(const Tensor& x);
Tensor gelu(const Tensor& x);  // exact, with the error function
Tensor sigmoid(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor square(const Tensor& x);
Tensor softplus(const Tensor& x);  // log(1 + e^x)
Tensor activate(const Tensor& x, Activation activation);
// Zeroes with probability p and scales the rest by 1 / (1 - p); takes one stream of `random`. p 0 gives x.
Tensor dropout(const Tensor& x, float p, Philox& random);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator*(const Tensor& a, float s) { return affine(a, s, 0.0F); }
inline Tensor operator*(float s, const Tensor& a) { return affine(a, s, 0.0F); }

// ---- reductions; no axes means all
Tensor sum(const Tensor& x);
Tensor mean(const Tensor& x);
Tensor sum(const Tensor& x, std::initializer_list<int> axes, bool keep_axes = false);
Tensor mean(const Tensor& x, std::initializer_list<int> axes, bool keep_axes = false);
Tensor max(const Tensor& x, std::initializer_list<int> axes, bool keep_axes = false);  // no gradient

// ---- shape
Tensor reshape(const Tensor& x, std::initializer_list<std::int64_t> dims);  // one extent may be -1
Tensor reshape(const Tensor& x, const Shape& shape);
Tensor permute(const Tensor& x, std::initializer_list<int> order);
Tensor transpose(const Tensor& x, int axis_a, int axis_b);
Tensor broadcast_to(const Tensor& x, const Shape& shape);
Tensor concat(std::span<const Tensor> parts, int axis);
Tensor concat(std::initializer_list<Tensor> parts, int axis);
Tensor slice(const Tensor& x, int axis, std::int64_t begin, std::int64_t end);
// table [V, C], indices int32 of any shape S -> [S, C]. An index outside [0, V) is refused by HZ_CHECK.
Tensor embedding(const Tensor& table, const Tensor& indices);
// [N, C, ...] -> [N, positions, C]; free when the image is kept channels-last.
Tensor spatial_tokens(const Tensor& image);

// ---- linear algebra
// [..., M, K] x [..., K, N]; leading axes equal, or b of rank 2 shared by all.
struct MatmulOptions {
    bool transpose_a = false;
    bool transpose_b = false;
    float scale = 1.0F;
};
Tensor matmul(const Tensor& a, const Tensor& b, MatmulOptions options = {});
// x [..., In], weight [Out, In], bias [Out] or undefined -> [..., Out]
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias,
              Activation activation = Activation::kNone);

// ---- images
struct ConvOptions2d {
    std::array<int, 2> stride{1, 1};
    std::array<int, 2> pad{0, 0};
};
struct ConvOptions3d {
    std::array<int, 3> stride{1, 1, 1};
    std::array<int, 3> pad{0, 0, 0};
};
// x [N, Ci, H, W], weight [Co, Ci, Kh, Kw], bias [Co] or undefined
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, ConvOptions2d options = {});
// x [N, Ci, D, H, W], weight [Co, Ci, Kd, Kh, Kw], bias [Co] or undefined
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, ConvOptions3d options = {});

// Kernel, stride and pad of (depth,) height, width; for [N, C, H, W] give 1, 1, 0 as depth. The average
// leaves padding out.
struct PoolOptions {
    std::array<int, 3> kernel{2, 2, 2};
    std::array<int, 3> stride{2, 2, 2};
    std::array<int, 3> pad{0, 0, 0};
};
Tensor max_pool(const Tensor& x, const PoolOptions& options);
Tensor average_pool(const Tensor& x, const PoolOptions& options);
Tensor global_average_pool(const Tensor& x);  // [N, C, ...] -> [N, C]

// ---- normalisation; gamma, beta [C]; the activation is applied to the result
Tensor group_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, int groups,
                  Activation activation = Activation::kNone, float epsilon = 1e-5F);
Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                  float epsilon = 1e-5F);  // last axis

// ---- attention
Tensor softmax(const Tensor& x);      // last axis
Tensor log_softmax(const Tensor& x);  // last axis
// q [B, H, Lq, Dh], k, v [B, H, Lk, Dh]; key_mask [B, Lk] of 0 (hidden) and 1, or undefined; scale 1 /
// sqrt(Dh). Never holds the [Lq, Lk] matrix of all heads at once.
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& key_mask = {});
// The same for q, k, v packed in one tensor [3, B, H, L, Dh] -> [B, H, L, Dh].
Tensor self_attention(const Tensor& qkv, const Tensor& key_mask = {});

}  // namespace huizhen::engine
