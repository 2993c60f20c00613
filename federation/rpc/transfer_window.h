#pragma once

// How many bytes of an object may be under way. What is under way stands in front of every control message of
// the connection, in buffers that nobody else can shorten: so about as much as the link carries in a second,
// learnt from what arrives.

#include <algorithm>
#include <cstdint>

#include "live_calls.h"

namespace huizhen::rpc {

// A chunk is in memory once or twice at either end, of every transfer under way: larger ones are not faster.
inline constexpr std::size_t kSentChunkBytes = 256 << 10;
static_assert(kSentChunkBytes <= kMaxChunkBytes);

class TransferWindow {
  public:
    explicit TransferWindow(SteadyTime now, std::uint64_t arrived = 0) : since_(now), at_(arrived) {}

    std::uint64_t bytes() const { return bytes_; }
    // Four to a window.
    std::size_t chunk() const { return std::clamp<std::uint64_t>(bytes_ / 4, 16 << 10, kSentChunkBytes); }

    // `total` bytes have arrived so far.
    void arrived(std::uint64_t total, SteadyTime now) {
        const double seconds = std::chrono::duration<double>(now - since_).count();
        // A whole window, or a tenth of a second of a slow one: less says little.
        if (seconds < 0.1 && total - at_ < bytes_) return;
        const double rate = static_cast<double>(total - at_) / std::max(seconds, 1e-4);
        const auto wanted = static_cast<std::uint64_t>(std::min(rate * kSeconds, 1e12));
        // Down slowly: a pause of the link is no new speed of it.
        bytes_ = std::clamp(wanted, std::max(kLeast, bytes_ - bytes_ / 4), std::min(kMost, bytes_ * 4));
        since_ = now;
        at_ = total;
    }

  private:
    static constexpr double kSeconds = 1.0;
    static constexpr std::uint64_t kLeast = 64 << 10, kMost = 8 << 20;

    std::uint64_t bytes_ = 128 << 10;
    SteadyTime since_;
    std::uint64_t at_;
};

}  // namespace huizhen::rpc
