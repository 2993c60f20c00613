#include <numbers>

#include <huizhen/base/check.h>
#include <huizhen/base/secret.h>
#include <huizhen/privacy/noise.h>

namespace huizhen::privacy {

double noise_stddev_of_site(double noise_multiplier, double clip_norm, std::uint32_t honest_sites) {
    HZ_CHECK(noise_multiplier >= 0 && clip_norm > 0 && honest_sites > 0, "noise needs a bound and a site");
    return noise_multiplier * clip_norm / std::sqrt(static_cast<double>(honest_sites));
}

void add_gaussian_noise(std::span<float> values, double stddev, RandomSource& random) {
    HZ_CHECK(std::isfinite(stddev) && stddev >= 0, "a standard deviation is not negative");
    constexpr std::size_t kPairs = 256;
    std::array<std::uint64_t, 2 * kPairs> draws;
    const std::span<std::uint8_t> bytes(reinterpret_cast<std::uint8_t*>(draws.data()), sizeof(draws));
    std::size_t next = draws.size();
    for (std::size_t i = 0; i < values.size(); i += 2) {
        if (next == draws.size()) {
            random.fill(bytes);
            next = 0;
        }
        // 53 bits each; the first in (0, 1], where the logarithm is finite.
        const double radius_draw = static_cast<double>((draws[next] >> 11) + 1) * 0x1p-53;
        const double angle_draw = static_cast<double>(draws[next + 1] >> 11) * 0x1p-53;
        next += 2;
        const double radius = stddev * std::sqrt(-2 * std::log(radius_draw));
        const double angle = 2 * std::numbers::pi * angle_draw;
        values[i] = static_cast<float>(values[i] + radius * std::cos(angle));
        if (i + 1 < values.size()) {
            values[i + 1] = static_cast<float>(values[i + 1] + radius * std::sin(angle));
        }
    }
    wipe(bytes);
}

}  // namespace huizhen::privacy
