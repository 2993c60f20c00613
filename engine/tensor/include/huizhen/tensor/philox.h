#pragma once

// Reproducible random numbers: streams of philox4x32.h.

#include <cstdint>
#include <span>

#include <huizhen/tensor/philox4x32.h>

namespace huizhen::engine {

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
