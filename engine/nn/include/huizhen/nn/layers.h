#pragma once

// Layers: small values that hold handles to their parameters. Building one adds its parameters to the scope;
// calling it is pure but for the dropout stream in Pass.

#include <array>
#include <optional>
#include <vector>

#include <huizhen/nn/parameters.h>
#include <huizhen/tensor/ops.h>

namespace huizhen::engine {

// What a forward pass carries along.
struct Pass {
    Philox* random = nullptr;  // null: no dropout (inference, evaluation)
    bool training() const { return random != nullptr; }
};

class Linear {
  public:
    Linear(const Scope& scope, std::int64_t in, std::int64_t out, Activation activation = Activation::kNone,
           bool bias = true);
    Tensor operator()(const Tensor& x) const;  // [..., in] -> [..., out]

  private:
    Tensor weight_, bias_;
    Activation activation_;
};

// The same kernel, stride and pad on every axis.
struct ConvShape {
    std::int64_t in = 1;
    std::int64_t out = 1;
    int kernel = 3;
    int stride = 1;
    int pad = 1;
    bool bias = false;
};

class Conv2d {
  public:
    Conv2d(const Scope& scope, const ConvShape& shape);
    Tensor operator()(const Tensor& x) const;  // [N, in, H, W]

  private:
    Tensor weight_, bias_;
    ConvShape shape_;
};

class Conv3d {
  public:
    Conv3d(const Scope& scope, const ConvShape& shape);
    Tensor operator()(const Tensor& x) const;  // [N, in, D, H, W]

  private:
    Tensor weight_, bias_;
    ConvShape shape_;
};

class GroupNorm {
  public:
    GroupNorm(const Scope& scope, int groups, std::int64_t channels,
              Activation activation = Activation::kNone);
    Tensor operator()(const Tensor& x) const;

  private:
    Tensor gamma_, beta_;
    int groups_;
    Activation activation_;
};

class LayerNorm {
  public:
    LayerNorm(const Scope& scope, std::int64_t channels);
    Tensor operator()(const Tensor& x) const;

  private:
    Tensor gamma_, beta_;
};

class Embedding {
  public:
    Embedding(const Scope& scope, std::int64_t entries, std::int64_t channels);
    Tensor operator()(const Tensor& indices) const;  // S -> [S, channels]
    const Tensor& table() const { return table_; }

  private:
    Tensor table_;
};

class Dropout {
  public:
    explicit Dropout(float p) : p_(p) {}
    Tensor operator()(const Tensor& x, const Pass& pass) const;

  private:
    float p_;
};

class MultiHeadAttention {
  public:
    MultiHeadAttention(const Scope& scope, std::int64_t channels, int heads);
    // Self-attention over x [N, L, C]; key_mask [N, L] of 0 and 1, or undefined.
    // With `weights`, the probabilities [N, heads, L, L] are made as a tensor on the tape (for explanations;
    // slower).
    Tensor operator()(const Tensor& x, const Tensor& key_mask = {}, Tensor* weights = nullptr) const;

  private:
    Linear qkv_, out_;
    int heads_;
};

// Pre-norm: x + attention(norm(x)), then x + mlp(norm(x)), GELU.
class TransformerBlock {
  public:
    struct Options {
        std::int64_t channels = 128;
        int heads = 4;
        std::int64_t hidden = 256;
        float dropout = 0.0F;
    };
    TransformerBlock(const Scope& scope, const Options& options);
    Tensor operator()(const Tensor& x, const Pass& pass, const Tensor& key_mask = {},
                      Tensor* weights = nullptr) const;

  private:
    LayerNorm norm1_, norm2_;
    MultiHeadAttention attention_;
    Linear up_, down_;
    Dropout dropout_;
};

}  // namespace huizhen::engine
