#pragma once

// What the fuzzer calls for every input, and the replay test for every file of the corpus.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// The first byte chooses the reader (0 sealed data, 1 a key ring), the rest is read under
// fixed keys; whatever it is, it must return. True for what opened. Throws when a promise of ours breaks.
bool read_vault(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::fuzz
