#include <limits>
#include <random>

#include <huizhen/privacy/clipping.h>
#include <huizhen/privacy/noise.h>

namespace huizhen::privacy {
namespace {

// Bytes that a test can draw again.
class TwisterSource final : public RandomSource {
  public:
    explicit TwisterSource(unsigned seed) : generator_(seed) {}
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator_() >> 24);
    }

  private:
    std::mt19937 generator_;
};

double norm_of(std::span<const float> values) {
    double squares = 0;
    for (const float value : values) squares += static_cast<double>(value) * value;
    return std::sqrt(squares);
}

TEST(Clipping, scales_down_what_is_too_long_and_nothing_else) {
    std::vector<float> longer = {3, 4}, shorter = {0.3F, 0.4F};
    EXPECT_NEAR(clip_l2(longer, 1).value(), 5, 1e-6);
    EXPECT_LE(norm_of(longer), 1);
    EXPECT_NEAR(longer[0], 0.6, 1e-5);
    EXPECT_NEAR(clip_l2(shorter, 1).value(), 0.5, 1e-6);
    EXPECT_EQ(shorter, (std::vector<float>{0.3F, 0.4F}));
}

TEST(Clipping, keeps_the_bound_after_rounding) {
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    for (int trial = 0; trial < 200; ++trial) {
        std::vector<float> values(1 + generator() % 500);
        for (float& value : values) value = 100 * normal(generator);
        ASSERT_TRUE(clip_l2(values, 0.37));
        EXPECT_LE(norm_of(values), 0.37);
    }
}

TEST(Clipping, refuses_what_is_not_finite) {
    std::vector<float> values = {1, std::numeric_limits<float>::infinity()};
    EXPECT_EQ(clip_l2(values, 1).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(values[0], 1);
    values[1] = std::nanf("");
    EXPECT_FALSE(clip_l2(values, 1));
}

// Kolmogorov and Smirnov's distance to the normal distribution; 1.95 / sqrt(n) is passed by 1 in 1000.
TEST(Noise, is_gaussian) {
    TwisterSource random(2);
    std::vector<float> values(100'001, 5.0F);
    add_gaussian_noise(values, 3.0, random);
    std::sort(values.begin(), values.end());
    const double n = static_cast<double>(values.size());
    double distance = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double expected = 0.5 * std::erfc(-(values[i] - 5.0) / 3.0 / std::sqrt(2.0));
        distance = std::max(distance, std::abs(expected - (static_cast<double>(i) + 0.5) / n));
    }
    EXPECT_LT(distance, 1.95 / std::sqrt(n));
}

TEST(Noise, none_changes_nothing) {
    TwisterSource random(3);
    std::vector<float> values = {1, 2, 3};
    add_gaussian_noise(values, 0, random);
    EXPECT_EQ(values, (std::vector<float>{1, 2, 3}));
}

// What the certain honest sites add together is the noise of the plan.
TEST(Noise, of_the_sites_adds_up_to_the_plans) {
    TwisterSource random(4);
    constexpr std::uint32_t kHonest = 8;
    const double stddev = noise_stddev_of_site(1.1, 0.5, kHonest);
    std::vector<float> sum(100'000);
    for (std::uint32_t site = 0; site < kHonest; ++site) add_gaussian_noise(sum, stddev, random);
    double squares = 0;
    for (const float value : sum) squares += static_cast<double>(value) * value;
    EXPECT_NEAR(std::sqrt(squares / static_cast<double>(sum.size())), 1.1 * 0.5, 0.005);
}

}  // namespace
}  // namespace huizhen::privacy
