#pragma once

// What the fuzzer calls for every input, and the replay test for every file of the corpus.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// The first byte says which message of secure aggregation the rest is read as. Whatever it is, this must
// return: true where it was read, false where it was refused. Throws only when one of our own promises
// breaks: a refusal without a name, or a message that is read and would be written otherwise, so that two
// could mean the same.
bool read_secure_aggregation(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::fuzz
