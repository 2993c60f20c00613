#pragma once

// What the fuzzer calls for every input, and the replay test for every file of the corpus.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// The first byte is the length of the pieces in which the rest arrives. True where it is frames alone. Throws
// where another cut gives other frames.
bool read_records_mllp(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::fuzz
