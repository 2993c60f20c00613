#pragma once

// What the fuzzer calls for every input, and the replay test for every file of the corpus.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// A FHIR document. True where it became an update. Throws when a promise of ours breaks.
bool read_records_fhir(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::fuzz
