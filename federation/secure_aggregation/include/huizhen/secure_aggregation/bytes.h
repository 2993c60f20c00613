#pragma once

// What goes over the wire, as this library sees it: bytes. Transport and framing belong to the caller.

#include <cstdint>
#include <span>
#include <vector>

namespace huizhen::secagg {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

}  // namespace huizhen::secagg
