#pragma once

// floor(a * b / 2^64), exactly.

#include <cstdint>

namespace huizhen::compression {

inline std::uint64_t upper_product(std::uint64_t a, std::uint32_t b) {
    return ((a >> 32) * b + (((a & 0xFFFF'FFFFU) * b) >> 32)) >> 32;
}

}  // namespace huizhen::compression
