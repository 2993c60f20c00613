#pragma once

// Hexadecimal vectors, seeded randomness and the one statistic the tests need.

#include <string_view>

#include <huizhen/secure_aggregation/bytes.h>
#include <huizhen/secure_aggregation/seeded_random.h>

namespace huizhen::secagg {

inline Bytes from_hex(std::string_view text) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(16 * digit(text[i]) + digit(text[i + 1])));
    }
    return bytes;
}

inline Secret32 secret_from_hex(std::string_view text) {
    const Bytes bytes = from_hex(text);
    return Secret32(std::span<const std::uint8_t, 32>(bytes.data(), 32));
}

inline Secret32 secret_of(std::uint8_t value) {
    Secret32 secret;
    for (std::uint8_t& byte : secret.mutable_bytes()) byte = value;
    return secret;
}

inline SeededRandom random_from(std::uint8_t seed) { return SeededRandom(secret_of(seed)); }

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

// Pearson's chi-square of the bytes against uniform: 255 degrees of freedom, mean 255, deviation 22.6.
inline double chi_square(std::span<const std::uint32_t> words) {
    std::array<double, 256> counts{};
    for (const std::uint32_t word : words) {
        for (int shift = 0; shift < 32; shift += 8) ++counts[(word >> shift) & 255];
    }
    const double expected = static_cast<double>(words.size()) * 4 / 256;
    double sum = 0;
    for (const double count : counts) sum += (count - expected) * (count - expected) / expected;
    return sum;
}

// The two-sided 1e-4 limits of that statistic.
inline bool looks_uniform(std::span<const std::uint32_t> words) {
    const double statistic = chi_square(words);
    return statistic > 176 && statistic < 353;
}

}  // namespace huizhen::secagg
