#pragma once

// What the fuzzer calls for every input, and the replay test for every file of the corpus.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// The first byte chooses the set of a sender who names none (0 none, 1 GB 18030, 2 ISO 8859-1); the rest is a
// file of messages, each of which is read, mapped and answered. True where all became updates. Throws when a
// promise of ours breaks.
bool read_records_hl7(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::fuzz
