#pragma once

// Settings, updates and seeded randomness for the tests of this folder.

#include <random>

#include <huizhen/compression/update_codec.h>
#include <huizhen/secure_aggregation/seeded_random.h>

namespace huizhen::compression {

inline secagg::SeededRandom random_from(std::uint8_t seed) {
    secagg::Secret32 secret;
    for (std::uint8_t& byte : secret.mutable_bytes()) byte = seed;
    return secagg::SeededRandom(secret);
}

inline CodecSettings settings_of(CodecKind kind,
                                 secagg::Weighting weighting = secagg::Weighting::kBySamples) {
    CodecSettings settings;
    settings.kind = kind;
    settings.clip = 1;
    settings.max_sites = 5;
    settings.max_samples = 100;
    settings.weighting = weighting;
    settings.keep_fraction = 0.2;
    return settings;
}

inline constexpr CodecKind kAllKinds[] = {CodecKind::kFixedPoint, CodecKind::kQuantised, CodecKind::kSparse,
                                          CodecKind::kSparseQuantised};

inline std::vector<float> gaussian(std::size_t count, float deviation, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float> values(count);
    for (float& value : values) value = normal(engine);
    return values;
}

inline PublicRound round_of(std::uint64_t number, std::span<const float> last_mean = {}) {
    return {"lung", number, last_mean};
}

}  // namespace huizhen::compression
