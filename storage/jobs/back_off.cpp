#include <huizhen/jobs/back_off.h>

namespace huizhen::jobs {

std::chrono::milliseconds delay_after(int failures, const Policy& policy, RandomSource& random) {
    auto whole = policy.first_delay;
    for (int i = 1; i < failures && whole < policy.longest_delay; ++i) whole *= 2;
    whole = std::min(whole, policy.longest_delay);
    std::array<std::uint8_t, 4> bytes{};
    random.fill(bytes);
    std::uint32_t drawn = 0;
    for (const std::uint8_t byte : bytes) drawn = drawn << 8 | byte;
    const double part = 0.5 + 0.5 * static_cast<double>(drawn) / 4294967295.0;
    return std::chrono::milliseconds(static_cast<std::int64_t>(part * static_cast<double>(whole.count())));
}

}  // namespace huizhen::jobs
