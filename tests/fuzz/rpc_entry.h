#pragma once

// What the fuzzer calls for every input, and the replay test for every file of the corpus.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// The first byte, even or odd, says whether the rest is read as a node's or a coordinator's message of a
// session. Whatever it is, this must return: true where it was read, false where it was refused. Throws only
// when one of our own promises breaks: a refusal without a name, or a message that is read and cannot be
// written and read again.
bool read_rpc(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::fuzz
