#include <numbers>

#include <huizhen/base/check.h>
#include <huizhen/tensor/philox.h>

namespace huizhen::engine {
namespace {

std::array<std::uint32_t, 4> block(std::uint64_t seed, std::uint64_t offset, std::uint64_t index) {
    return philox4x32_10({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32U),
                          static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(offset >> 32U)},
                         {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)});
}

// 53 bits of two words.
double unit(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 32U | low) >> 11U;
    return static_cast<double>(bits) * 0x1.0p-53;
}

float unit_float(std::uint32_t word) { return static_cast<float>(word >> 8U) * 0x1.0p-24F; }

}  // namespace

void Philox::uniform(std::span<float> out, float low, float high) {
    const std::uint64_t stream = take();
    for (std::size_t i = 0; i < out.size(); i += 4) {
        const auto words = block(seed_, stream, i / 4);
        for (std::size_t j = i; j < std::min(out.size(), i + 4); ++j) {
            // Rounding may reach the open end; a draw stays inside.
            const float value = low + (high - low) * unit_float(words[j - i]);
            out[j] = value < high ? value : low;
        }
    }
}

void Philox::normal(std::span<float> out, float mean, float deviation) {
    const std::uint64_t stream = take();
    for (std::size_t i = 0; i < out.size(); i += 4) {
        const auto words = block(seed_, stream, i / 4);
        for (std::size_t pair = 0; pair < 2; ++pair) {
            const float radius = std::sqrt(-2.0F * std::log(1.0F - unit_float(words[2 * pair])));
            const float angle = 2.0F * std::numbers::pi_v<float> * unit_float(words[2 * pair + 1]);
            const std::size_t j = i + 2 * pair;
            if (j < out.size()) out[j] = mean + deviation * radius * std::cos(angle);
            if (j + 1 < out.size()) out[j + 1] = mean + deviation * radius * std::sin(angle);
        }
    }
}

double Philox::uniform() {
    const auto words = block(seed_, take(), 0);
    return unit(words[0], words[1]);
}

double Philox::normal() {
    const auto words = block(seed_, take(), 0);
    const double radius = std::sqrt(-2.0 * std::log(1.0 - unit(words[0], words[1])));
    return radius * std::cos(2.0 * std::numbers::pi * unit(words[2], words[3]));
}

std::uint64_t Philox::below(std::uint64_t n) {
    HZ_CHECK(n > 0, "a range to draw from is not empty");
    const auto words = block(seed_, take(), 0);
    const std::uint64_t bits = static_cast<std::uint64_t>(words[0]) << 32U | words[1];
    // Lemire's multiply-shift; the bias is below n / 2^64.
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(bits) * n) >> 64U);
}

void Philox::shuffle(std::span<std::size_t> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
}

}  // namespace huizhen::engine
