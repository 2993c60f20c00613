#pragma once

// What the fuzzer calls for every input, and the replay test for every file of the corpus.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// The first byte says what the rest is read as: 0 a request, 1 a certificate, 2 a chain in PEM, 3 an
// invitation. Whatever it is, it must return: true where it was read, false where it was
// refused. Throws only when one of our own promises breaks: a refusal without a reason, or a value that reads
// back differently.
bool read_identity_input(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::fuzz
