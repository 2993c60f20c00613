#pragma once

// Bytes as a lineage record, signatures aside.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// Whether it was one. Throws InvariantBroken when it reads what could also be written otherwise, or refuses
// without a code that says why.
bool read_lineage(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::fuzz
