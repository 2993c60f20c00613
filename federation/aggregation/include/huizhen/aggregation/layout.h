#pragma once

// What the numbers of a model are, in the order they lie in its one flat vector.

#include <cstdint>
#include <string>
#include <vector>

namespace huizhen::aggregation {

enum class TensorKind : std::uint8_t {
    kWeight = 1,
    kNorm = 2,  // scale, shift and running figures of a normalisation
};

struct LayoutTensor {
    std::string name;
    std::uint64_t count = 0;
    TensorKind kind = TensorKind::kWeight;
};

using Layout = std::vector<LayoutTensor>;

std::uint64_t values_of(const Layout& layout);

}  // namespace huizhen::aggregation
