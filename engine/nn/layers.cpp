#include <huizhen/base/check.h>
#include <huizhen/nn/layers.h>

namespace huizhen::engine {
namespace {

Shape kernel_shape(const ConvShape& s, int spatial) {
    std::vector<std::int64_t> dims{s.out, s.in};
    dims.insert(dims.end(), static_cast<std::size_t>(spatial), s.kernel);
    return Shape(std::span<const std::int64_t>(dims));
}

}  // namespace

Linear::Linear(const Scope& scope, std::int64_t in, std::int64_t out, Activation activation, bool bias)
    : weight_(scope.add("weight", Shape{out, in}, Initial::kXavierUniform, true)),
      bias_(bias ? scope.add("bias", Shape{out}, Initial::kZeros, false) : Tensor()),
      activation_(activation) {}

Tensor Linear::operator()(const Tensor& x) const { return linear(x, weight_, bias_, activation_); }

Conv2d::Conv2d(const Scope& scope, const ConvShape& shape)
    : weight_(scope.add("weight", kernel_shape(shape, 2), Initial::kHeNormal, true)),
      bias_(shape.bias ? scope.add("bias", Shape{shape.out}, Initial::kZeros, false) : Tensor()),
      shape_(shape) {}

Tensor Conv2d::operator()(const Tensor& x) const {
    return conv2d(x, weight_, bias_, {{shape_.stride, shape_.stride}, {shape_.pad, shape_.pad}});
}

Conv3d::Conv3d(const Scope& scope, const ConvShape& shape)
    : weight_(scope.add("weight", kernel_shape(shape, 3), Initial::kHeNormal, true)),
      bias_(shape.bias ? scope.add("bias", Shape{shape.out}, Initial::kZeros, false) : Tensor()),
      shape_(shape) {}

Tensor Conv3d::operator()(const Tensor& x) const {
    return conv3d(x, weight_, bias_,
                  {{shape_.stride, shape_.stride, shape_.stride}, {shape_.pad, shape_.pad, shape_.pad}});
}

GroupNorm::GroupNorm(const Scope& scope, int groups, std::int64_t channels, Activation activation)
    : gamma_(scope.add("weight", Shape{channels}, Initial::kOnes, false)),
      beta_(scope.add("bias", Shape{channels}, Initial::kZeros, false)),
      groups_(groups),
      activation_(activation) {}

Tensor GroupNorm::operator()(const Tensor& x) const {
    return group_norm(x, gamma_, beta_, groups_, activation_);
}

LayerNorm::LayerNorm(const Scope& scope, std::int64_t channels)
    : gamma_(scope.add("weight", Shape{channels}, Initial::kOnes, false)),
      beta_(scope.add("bias", Shape{channels}, Initial::kZeros, false)) {}

Tensor LayerNorm::operator()(const Tensor& x) const { return layer_norm(x, gamma_, beta_); }

Embedding::Embedding(const Scope& scope, std::int64_t entries, std::int64_t channels)
    : table_(scope.add("weight", Shape{entries, channels}, Initial::kNormal002, false)) {}

Tensor Embedding::operator()(const Tensor& indices) const { return embedding(table_, indices); }

Tensor Dropout::operator()(const Tensor& x, const Pass& pass) const {
    return pass.training() ? dropout(x, p_, *pass.random) : x;
}

MultiHeadAttention::MultiHeadAttention(const Scope& scope, std::int64_t channels, int heads)
    : qkv_(scope / "qkv", channels, 3 * channels), out_(scope / "out", channels, channels), heads_(heads) {
    HZ_CHECK(heads >= 1 && channels % heads == 0, "heads divide the channels");
}

Tensor MultiHeadAttention::operator()(const Tensor& x, const Tensor& key_mask, Tensor* weights) const {
    const std::int64_t batch = x.dim(0);
    const std::int64_t length = x.dim(1);
    const std::int64_t channels = x.dim(2);
    const std::int64_t depth = channels / heads_;
    const Tensor packed = permute(reshape(qkv_(x), {batch, length, 3, heads_, depth}), {2, 0, 3, 1, 4});
    Tensor mixed;
    if (weights == nullptr) {
        mixed = self_attention(packed, key_mask);
    } else {
        const auto part = [&](std::int64_t i) {
            return reshape(slice(packed, 0, i, i + 1), {batch, heads_, length, depth});
        };
        const float scale = 1.0F / std::sqrt(static_cast<float>(depth));
        Tensor scores = matmul(part(0), part(1), {.transpose_b = true, .scale = scale});
        if (key_mask.defined()) {
            constexpr float kHidden = -1e9F;
            scores = scores + reshape(affine(key_mask, -kHidden, kHidden), {batch, 1, 1, length});
        }
        *weights = softmax(scores);
        mixed = matmul(*weights, part(2));
    }
    return out_(reshape(permute(mixed, {0, 2, 1, 3}), {batch, length, channels}));
}

TransformerBlock::TransformerBlock(const Scope& scope, const Options& options)
    : norm1_(scope / "norm1", options.channels),
      norm2_(scope / "norm2", options.channels),
      attention_(scope / "attention", options.channels, options.heads),
      up_(scope / "up", options.channels, options.hidden, Activation::kGelu),
      down_(scope / "down", options.hidden, options.channels),
      dropout_(options.dropout) {}

Tensor TransformerBlock::operator()(const Tensor& x, const Pass& pass, const Tensor& key_mask,
                                    Tensor* weights) const {
    const Tensor attended = x + dropout_(attention_(norm1_(x), key_mask, weights), pass);
    return attended + dropout_(down_(up_(norm2_(attended))), pass);
}

}  // namespace huizhen::engine
