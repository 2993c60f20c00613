#include <limits>

#include <huizhen/secure_aggregation/fixed_point.h>

#include "test_bytes.h"

namespace huizhen::secagg {
namespace {

FixedPointLimits limits(Weighting weighting = Weighting::kEqual) {
    return {.max_sites = 10, .clip = 2.0, .max_samples = 1000, .weighting = weighting};
}

TEST(FixedPoint, refuses_a_plan_that_could_overflow) {
    auto too_many = limits();
    too_many.max_sites = 3'000'000;
    EXPECT_EQ(FixedPoint::plan(too_many).error().code(), ErrorCode::kInvalidArgument);
    auto too_rich = limits();
    too_rich.max_samples = 500'000'000;
    EXPECT_TRUE(FixedPoint::plan(too_rich).error().message().starts_with("overflow"));
    auto unclipped = limits();
    unclipped.clip = std::numeric_limits<double>::infinity();
    EXPECT_FALSE(FixedPoint::plan(unclipped));
}

TEST(FixedPoint, all_sites_at_their_limits_do_not_overflow) {
    for (const std::uint32_t sites : {1u, 3u, 10u, 999u, 2'000'000u}) {
        const FixedPoint plan =
            FixedPoint::plan(
                {.max_sites = sites, .clip = 0.3, .max_samples = 2, .weighting = Weighting::kBySamples})
                .value();
        SeededRandom random = random_from(1);
        std::vector<std::uint32_t> words(3);
        ASSERT_TRUE(plan.encode(std::vector<float>{1e30F, -1e30F}, 7, random, words));
        std::vector<std::uint32_t> sum(3);
        for (int i = 0; i < 3; ++i) sum[i] = words[i] * sites;
        const DecodedMean mean = plan.decode(sum, sites).value();
        EXPECT_NEAR(mean.values[0], 0.3, 1e-6) << sites;
        EXPECT_NEAR(mean.values[1], -0.3, 1e-6) << sites;
        EXPECT_EQ(mean.samples, 2ull * sites);
    }
}

TEST(FixedPoint, weighs_by_samples_or_equally) {
    for (const Weighting weighting : {Weighting::kEqual, Weighting::kBySamples}) {
        const FixedPoint plan = FixedPoint::plan(limits(weighting)).value();
        SeededRandom random = random_from(2);
        std::vector<std::uint32_t> a(2), b(2);
        ASSERT_TRUE(plan.encode(std::vector<float>{1.0F}, 100, random, a));
        ASSERT_TRUE(plan.encode(std::vector<float>{-1.0F}, 300, random, b));
        const std::vector<std::uint32_t> sum = {a[0] + b[0], a[1] + b[1]};
        const DecodedMean mean = plan.decode(sum, 2).value();
        EXPECT_EQ(mean.samples, 400u);
        EXPECT_NEAR(mean.values[0], weighting == Weighting::kEqual ? 0 : -0.5, 1e-6);
    }
}

TEST(FixedPoint, rounding_is_unbiased) {
    const FixedPoint plan = FixedPoint::plan({.max_sites = 2'000'000, .clip = 1, .max_samples = 1}).value();
    SeededRandom random = random_from(3);
    const float value = static_cast<float>(plan.step() * 10.25);
    const std::vector<float> values(100'000, value);
    std::vector<std::uint32_t> words(values.size() + 1);
    ASSERT_TRUE(plan.encode(values, 1, random, words));
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        ASSERT_TRUE(words[i] == 10 || words[i] == 11);
        sum += words[i];
    }
    EXPECT_NEAR(sum / static_cast<double>(values.size()), 10.25, 5 * 0.433 / std::sqrt(1e5));
}

TEST(FixedPoint, refuses_what_is_no_update) {
    const FixedPoint plan = FixedPoint::plan(limits()).value();
    SeededRandom random = random_from(4);
    std::vector<std::uint32_t> words(2);
    EXPECT_FALSE(plan.encode(std::vector<float>{std::nanf("")}, 1, random, words));
    EXPECT_FALSE(plan.encode(std::vector<float>{std::numeric_limits<float>::infinity()}, 1, random, words));
    EXPECT_FALSE(plan.encode(std::vector<float>{1.0F}, 0, random, words));
    EXPECT_FALSE(plan.decode(std::vector<std::uint32_t>{5, 0}, 1));
    EXPECT_FALSE(plan.decode(std::vector<std::uint32_t>{5, 4000}, 1));
    EXPECT_FALSE(plan.decode(std::vector<std::uint32_t>{5, 4000}, 11));
}

}  // namespace
}  // namespace huizhen::secagg
