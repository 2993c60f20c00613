#pragma once

// What the fuzzer calls for every input, and the replay test for every file of the corpus.

#include <cstddef>
#include <span>

namespace huizhen::fuzz {

// Reads the bytes as a DICOM file in every way there is; whatever they are, it must return. Throws only when
// one of our own promises breaks: an error without a message, an image of another size than it says.
void read_dicom(std::span<const std::byte> bytes);

}  // namespace huizhen::fuzz
