#pragma once

// The eight radiological attributes that LIDC-IDRI readers score (Armato et al. 2011, Med Phys 38:915), in
// the order every vector of attributes here has. A network gives each on its readers' scale.

#include <array>
#include <cstddef>
#include <string_view>

namespace huizhen::engine {

inline constexpr std::size_t kAttributeCount = 8;

struct AttributeScale {
    std::string_view name;
    double low, high;                  // the readers' integer scale
    std::string_view at_low, at_high;  // what its ends mean
};

inline constexpr std::array<AttributeScale, kAttributeCount> kAttributes{{
    {"subtlety", 1, 5, "extremely subtle", "obvious"},
    {"internal_structure", 1, 4, "soft tissue", "air"},
    {"calcification", 1, 6, "popcorn", "absent"},
    {"sphericity", 1, 5, "linear", "round"},
    {"margin", 1, 5, "poorly defined", "sharp"},
    {"lobulation", 1, 5, "none", "marked"},
    {"spiculation", 1, 5, "none", "marked"},
    {"texture", 1, 5, "ground glass", "solid"},
}};

}  // namespace huizhen::engine
