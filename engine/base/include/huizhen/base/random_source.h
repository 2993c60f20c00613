#pragma once

// Randomness as a parameter, so that a test or a resumed round draws the same bytes again.

#include <cstdint>
#include <span>

namespace huizhen {

class RandomSource {
  public:
    virtual ~RandomSource() = default;
    // Fills every byte; a source that cannot is our own bug or a broken machine, and throws InvariantBroken.
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

// OpenSSL's RAND_bytes, seeded by the kernel. Any thread.
RandomSource& system_random();

}  // namespace huizhen
