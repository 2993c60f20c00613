#include <huizhen/aggregation/robust/groups.h>

namespace huizhen::aggregation {
namespace {

TEST(Groups, every_site_is_in_one_group_and_no_group_is_too_small) {
    for (std::uint32_t sites = 9; sites < 60; ++sites) {
        for (std::uint32_t size = 3; size <= sites / 3; ++size) {
            const auto groups = partition(sites, size, "lung", 4).value();
            EXPECT_EQ(groups.size(), sites / size);
            std::vector<int> seen(sites);
            for (const auto& group : groups) {
                EXPECT_GE(group.size(), size);
                EXPECT_LE(group.size(), size + (sites % size + groups.size() - 1) / groups.size());
                EXPECT_TRUE(std::is_sorted(group.begin(), group.end()));
                for (const auto site : group) ++seen.at(site);
            }
            EXPECT_EQ(seen, std::vector<int>(sites, 1));
        }
    }
}

TEST(Groups, are_the_same_for_all_and_others_in_every_round) {
    EXPECT_EQ(partition(12, 3, "lung", 4).value(), partition(12, 3, "lung", 4).value());
    EXPECT_NE(partition(12, 3, "lung", 4).value(), partition(12, 3, "lung", 5).value());
    EXPECT_NE(partition(12, 3, "lung", 4).value(), partition(12, 3, "lunge", 4).value());
}

TEST(Groups, any_two_sites_meet_as_often_as_chance_says) {
    int together = 0;
    constexpr int kRounds = 3000;
    for (int round = 0; round < kRounds; ++round) {
        const auto groups = partition(9, 3, "lung", static_cast<std::uint64_t>(round)).value();
        for (const auto& group : groups) {
            const bool has_both = std::count(group.begin(), group.end(), 0U) == 1 &&
                                  std::count(group.begin(), group.end(), 8U) == 1;
            together += has_both;
        }
    }
    EXPECT_NEAR(together, kRounds * 0.25, 5 * std::sqrt(kRounds * 0.25 * 0.75));
}

TEST(Groups, refuses_groups_that_hide_nobody_or_decide_nothing) {
    EXPECT_EQ(partition(12, 2, "lung", 1).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(partition(8, 3, "lung", 1).error().message(),
              "8 sites make 2 groups of 3; a robust rule needs at least three");
}

}  // namespace
}  // namespace huizhen::aggregation
