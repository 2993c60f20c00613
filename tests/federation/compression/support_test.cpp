#include <numeric>
#include <set>

#include "codec_cases.h"

namespace huizhen::compression {
namespace {

std::vector<std::uint32_t> support(std::uint64_t values, std::uint64_t keep, std::uint64_t top,
                                   const PublicRound& round) {
    return shared_support(values, keep, top, round).value();
}

bool strictly_ascending(const std::vector<std::uint32_t>& places) {
    return std::adjacent_find(places.begin(), places.end(), std::greater_equal<>()) == places.end();
}

TEST(Support, is_the_same_for_all_and_another_in_every_round_and_plan) {
    const auto first = support(1000, 100, 50, round_of(1));
    EXPECT_EQ(first, support(1000, 100, 50, round_of(1)));
    EXPECT_NE(first, support(1000, 100, 50, round_of(2)));
    EXPECT_NE(first, support(1000, 100, 50, {"other", 1, {}}));
}

// The bytes are part of the protocol: a site of another version must choose the same places.
TEST(Support, stays_what_it_was) {
    // AES-256-CTR under SHA-256("huizhen support 1" | 8 bytes length | plan | 8 bytes round), by the openssl
    // command line; eight bytes a draw.
    EXPECT_EQ(support(100, 6, 2, round_of(7)), (std::vector<std::uint32_t>{0, 24, 39, 57, 74, 88}));
    EXPECT_EQ(support(1'000'003, 5, 0, round_of(std::uint64_t{1} << 40)),
              (std::vector<std::uint32_t>{33903, 294978, 576850, 785546, 842777}));
}

TEST(Support, takes_the_largest_of_the_last_mean_and_as_many_as_asked) {
    std::vector<float> last = gaussian(997, 1, 5);
    for (const std::uint64_t top : {0, 1, 20, 99, 100}) {
        const auto places = support(997, 100, top, round_of(3, last));
        ASSERT_EQ(places.size(), 100u);
        ASSERT_TRUE(strictly_ascending(places));
        ASSERT_LT(places.back(), 997u);
        std::vector<std::uint32_t> order(997);
        std::iota(order.begin(), order.end(), 0);
        std::sort(order.begin(), order.end(),
                  [&](auto a, auto b) { return std::abs(last[a]) > std::abs(last[b]); });
        for (std::size_t i = 0; i < top; ++i) {
            EXPECT_TRUE(std::binary_search(places.begin(), places.end(), order[i])) << i << " of " << top;
        }
    }
}

TEST(Support, of_equal_magnitudes_the_lower_places_and_zeros_never_count) {
    std::vector<float> last(50, 0.0F);
    for (const std::size_t i : {30, 31, 32}) last[i] = i % 2 == 0 ? -2.0F : 2.0F;
    const auto places = support(50, 2, 2, round_of(1, last));
    EXPECT_EQ(places, (std::vector<std::uint32_t>{30, 31}));
    const auto rest = support(50, 25, 25, round_of(1, std::vector<float>(50, 0.0F)));
    EXPECT_EQ(rest, support(50, 25, 0, round_of(1)));
}

TEST(Support, every_place_comes_up_equally_often) {
    std::vector<int> hits(60, 0);
    constexpr int kRounds = 4000;
    for (int round = 0; round < kRounds; ++round) {
        for (const auto place : support(60, 12, 0, round_of(static_cast<std::uint64_t>(round)))) {
            ++hits[place];
        }
    }
    double statistic = 0;
    for (const int hit : hits) statistic += (hit - 800.0) * (hit - 800.0) / 800;
    EXPECT_LT(statistic, 98);  // chi-square, 59 degrees of freedom, 0.1 %: drawn in stretches it is smaller
    EXPECT_GT(statistic, 20);
}

TEST(Support, of_everything_is_everything) {
    std::vector<std::uint32_t> all(40);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(support(40, 40, 0, round_of(1)), all);
    EXPECT_EQ(support(40, 40, 10, round_of(1, gaussian(40, 1, 1))), all);
}

TEST(Support, refuses_a_last_mean_that_is_not_of_this_model) {
    EXPECT_EQ(shared_support(10, 2, 1, round_of(1, std::vector<float>(9))).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(shared_support(2, 2, 1, round_of(1, std::vector<float>{1, std::nanf("")})).error().code(),
              ErrorCode::kMalformedInput);
    EXPECT_FALSE(shared_support(10, 11, 0, round_of(1)));
    EXPECT_FALSE(shared_support(10, 0, 0, round_of(1)));
}

}  // namespace
}  // namespace huizhen::compression
