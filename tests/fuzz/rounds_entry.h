#pragma once

// A round's messages and journals as the fuzzer and the replay of the corpus read them.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// The first byte says what the rest is read as: 1..16 the body of a message of that step, 17..22 an entry of
// a journal. Whatever it is, this must return: true where it was read, false where it was refused. Throws
// only when one of our own promises breaks: a refusal without a name, or a value that is written and not read
// back.
bool read_rounds(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::fuzz
