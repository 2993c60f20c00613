#pragma once

// Moments as the messages carry them.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace huizhen::rpc {

inline std::int64_t to_unix_ms(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

// Whatever a peer says becomes a moment that the clock can hold, which counts nanoseconds up to the year
// 2262.
inline std::chrono::system_clock::time_point from_unix_ms(std::int64_t ms) {
    constexpr std::int64_t kLast =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::duration::max()).count();
    return std::chrono::system_clock::time_point(
        std::chrono::milliseconds(std::clamp<std::int64_t>(ms, 0, kLast)));
}

}  // namespace huizhen::rpc
