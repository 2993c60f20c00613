#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace huizhen::vault {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView view_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace huizhen::vault
