#pragma once

// Chance from a seed: the same numbers on every machine.

#include <cstdint>
#include <random>

namespace huizhen::coordinator::simulation {

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    double below(double limit) { return limit * static_cast<double>(engine_() >> 11U) * 0x1p-53; }
    std::uint64_t below(std::uint64_t limit) {
        return static_cast<std::uint64_t>(below(static_cast<double>(limit)));
    }
    bool chance(double probability) { return probability > 0 && below(1.0) < probability; }

  private:
    std::mt19937_64 engine_;
};

}  // namespace huizhen::coordinator::simulation
