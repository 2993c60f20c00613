#pragma once

// The same bytes in the same order, always: for what has to come out alike in every run.

#include <huizhen/base/random_source.h>

namespace huizhen::storage_test {

class CountingRandom final : public RandomSource {
  public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(next_ += 97);
    }

  private:
    unsigned next_ = 0;
};

}  // namespace huizhen::storage_test
