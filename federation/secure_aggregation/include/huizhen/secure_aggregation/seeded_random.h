#pragma once

// A RandomSource whose bytes follow from a 32-byte seed: the AES-256-CTR stream under it. A site that keeps
// the seed of a round sealed, and the messages it has received, comes back after a crash with the same keys,
// shares and masks. The seed is as secret as all of them. One thread at a time.

#include <memory>

#include <huizhen/base/random_source.h>
#include <huizhen/secure_aggregation/key_agreement.h>

namespace huizhen::secagg {

class SeededRandom final : public RandomSource {
  public:
    explicit SeededRandom(const Secret32& seed);
    ~SeededRandom() override;
    SeededRandom(SeededRandom&&) noexcept;
    SeededRandom& operator=(SeededRandom&&) noexcept;

    void fill(std::span<std::uint8_t> bytes) override;

  private:
    struct Stream;
    std::unique_ptr<Stream> stream_;
};

}  // namespace huizhen::secagg
