#pragma once

// How long to wait before the next attempt: doubled each time, drawn from the upper half, so that a thousand
// sites do not come back in one second. One thread at a time.

#include <algorithm>
#include <chrono>
#include <utility>

#include <huizhen/base/random_source.h>

namespace huizhen::rpc {

class Backoff {
  public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest, RandomSource& random)
        : first_(first), longest_(longest), next_(first), random_(random) {}

    std::chrono::milliseconds wait() {
        const auto most = std::exchange(next_, std::min(next_ * 2, longest_));
        return draw(most);
    }
    std::chrono::milliseconds longest_wait() { return draw(longest_); }
    void reset() { next_ = first_; }

  private:
    std::chrono::milliseconds draw(std::chrono::milliseconds most) {
        std::array<std::uint8_t, 4> bytes;
        random_.fill(bytes);
        const std::uint32_t value = bytes[0] | bytes[1] << 8 | bytes[2] << 16;  // 24 bits
        return most / 2 + std::chrono::milliseconds((most - most / 2).count() * value >> 24);
    }

    std::chrono::milliseconds first_, longest_, next_;
    RandomSource& random_;
};

}  // namespace huizhen::rpc
