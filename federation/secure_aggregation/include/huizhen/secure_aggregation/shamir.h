#pragma once

// Shamir's secret sharing (Comm. ACM 22 (1979) 612-613) of 32-byte seeds over GF(2^8), byte by byte, with the
// polynomial of AES (x^8 + x^4 + x^3 + x + 1). No branch or address depends on the secret or on a share;
// positions are public.

#include <vector>

#include <huizhen/base/random_source.h>
#include <huizhen/base/result.h>
#include <huizhen/secure_aggregation/key_agreement.h>

namespace huizhen::secagg {

inline constexpr std::size_t kMaxShares = 255;

struct Share {
    std::uint8_t position = 0;  // the point the polynomial was evaluated at; never 0, where the secret is
    Secret32 value;
};

// Shares for the positions 1..count; any `threshold` of them give the secret back, fewer say nothing about
// it. 1 <= threshold <= count <= kMaxShares.
std::vector<Share> split(const Secret32& secret, std::size_t threshold, std::size_t count,
                         RandomSource& random);

// Uses the first `threshold` shares. kUnavailable: fewer are given. kMalformedInput: a position is 0 or
// twice. A share that is wrong gives a wrong secret: the caller compares with something public.
Result<Secret32> recover(std::span<const Share> shares, std::size_t threshold);

// The product in the field, in constant time. Public for its test vectors (FIPS 197, section 4.2).
std::uint8_t gf256_multiply(std::uint8_t a, std::uint8_t b);

}  // namespace huizhen::secagg
