#pragma once

// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011. A draw is a pure function of key and counter, so every backend makes the same dropout and noise in
// any order.

#include <array>
#include <cstdint>
#include <span>

namespace huizhen::engine {

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key);

// A position in one seed's sequence of streams. Copying it repeats its draws; save `offset()` to resume.
class Philox {
  public:
    explicit Philox(std::uint64_t seed, std::uint64_t offset = 0) : seed_(seed), offset_(offset) {}

    std::uint64_t seed() const { return seed_; }
    std::uint64_t offset() const { return offset_; }

    // The next stream number: whoever takes it owns the counters {*, *, offset}.
    std::uint64_t take() { return offset_++; }

    // Each call takes one stream.
    void uniform(std::span<float> out, float low = 0.0F, float high = 1.0F);       // [low, high)
    void normal(std::span<float> out, float mean = 0.0F, float deviation = 1.0F);  // Box-Muller
    double uniform();                                                              // [0, 1)
    double normal();                                                               // mean 0, variance 1
    std::uint64_t below(std::uint64_t n);                                          // [0, n), n > 0
    void shuffle(std::span<std::size_t> items);                                    // Fisher-Yates

  private:
    std::uint64_t seed_;
    std::uint64_t offset_;
};

}  // namespace huizhen::engine
