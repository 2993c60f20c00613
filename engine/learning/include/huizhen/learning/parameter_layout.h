#pragma once

// What a model's numbers mean, in order: the exchange form between sites is one flat vector of floats.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/tensor/shape.h>

namespace huizhen::learning {

enum class ParameterKind {
    kWeight,
    kNorm,  // scale and shift of a normalisation: what FedBN leaves at each site (Li et al., ICLR 2021)
};

struct ParameterBlock {
    std::string name;  // "stem.conv.weight"
    engine::Shape shape;
    ParameterKind kind = ParameterKind::kWeight;
    std::size_t offset = 0;  // of its first number in the flat vector
    std::size_t count = 0;
};

// Immutable once made; any thread may read.
class ParameterLayout {
  public:
    void add(std::string name, const engine::Shape& shape, ParameterKind kind);

    std::span<const ParameterBlock> blocks() const { return blocks_; }
    std::size_t size() const { return size_; }  // of the flat vector

    // SHA-256 over names, shapes and kinds, hexadecimal: two sides with the same one exchange the same model.
    std::string fingerprint() const;

  private:
    std::vector<ParameterBlock> blocks_;
    std::size_t size_ = 0;
};

}  // namespace huizhen::learning
