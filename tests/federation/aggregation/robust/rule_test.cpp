#include <random>

#include <huizhen/aggregation/robust/rule.h>

namespace huizhen::aggregation {
namespace {

using Groups = std::vector<std::vector<float>>;

constexpr RobustKind kRobust[] = {RobustKind::kMedian, RobustKind::kTrimmedMean, RobustKind::kKrum,
                                  RobustKind::kMultiKrum};

Result<std::vector<float>> combined(RobustKind kind, std::uint32_t false_groups, const Groups& groups,
                                    std::vector<std::uint32_t>* chosen = nullptr) {
    std::vector<ReadPart> reads;
    for (const auto& group : groups) reads.push_back(read_from(group));
    std::vector<float> mean(groups[0].size());
    HZ_TRY(combine({kind, false_groups}, reads, mean.size(), append_to(mean), chosen));
    return mean;
}

// Around `centre`, deviation 0.1.
Groups honest(std::size_t groups, std::size_t values, float centre, unsigned seed = 1) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(centre, 0.1F);
    Groups means(groups, std::vector<float>(values));
    for (auto& group : means) {
        for (float& value : group) value = normal(engine);
    }
    return means;
}

TEST(RobustRule, median_and_trimmed_mean_are_those_of_each_coordinate) {
    const Groups groups = {{1, 5, -1}, {2, 4, 7}, {30, -3, 8}, {4, 2, 9}, {5, 100, 10}};
    EXPECT_EQ(combined(RobustKind::kMean, 0, groups).value()[0], 8.4F);
    EXPECT_EQ(combined(RobustKind::kMedian, 2, groups).value(), (std::vector<float>{4, 4, 8}));
    EXPECT_EQ(combined(RobustKind::kTrimmedMean, 2, groups).value(), (std::vector<float>{4, 4, 8}));
    const auto trimmed = combined(RobustKind::kTrimmedMean, 1, groups).value();
    EXPECT_FLOAT_EQ(trimmed[0], 11.0F / 3);
    EXPECT_FLOAT_EQ(trimmed[1], 11.0F / 3);
    EXPECT_FLOAT_EQ(trimmed[2], 8);
    const Groups even(groups.begin(), groups.begin() + 4);
    EXPECT_EQ(combined(RobustKind::kMedian, 1, even).value(), (std::vector<float>{3, 3, 7.5F}));
}

// The published score, written out: the sum over the n - f - 2 nearest.
TEST(RobustRule, krum_agrees_with_its_definition_across_parts) {
    const std::size_t values = kPartValues + 11;
    Groups groups = honest(7, values, 0.3F);
    for (float& value : groups[2]) value -= 0.2F;
    for (float& value : groups[5]) value *= 3;
    const std::uint32_t f = 2;
    std::vector<std::pair<double, std::uint32_t>> scores;
    for (std::uint32_t a = 0; a < 7; ++a) {
        std::vector<double> distances;
        for (std::uint32_t b = 0; b < 7; ++b) {
            double sum = 0;
            for (std::size_t i = 0; i < values; ++i) {
                sum += std::pow(static_cast<double>(groups[a][i]) - groups[b][i], 2);
            }
            if (a != b) distances.push_back(sum);
        }
        std::sort(distances.begin(), distances.end());
        scores.emplace_back(distances[0] + distances[1] + distances[2], a);
    }
    std::sort(scores.begin(), scores.end());
    std::vector<std::uint32_t> chosen;
    EXPECT_EQ(combined(RobustKind::kKrum, f, groups, &chosen).value(), groups[scores[0].second]);
    EXPECT_EQ(chosen, std::vector<std::uint32_t>{scores[0].second});
    const auto multi = combined(RobustKind::kMultiKrum, f, groups, &chosen).value();
    std::vector<std::uint32_t> best;
    for (int i = 0; i < 5; ++i) best.push_back(scores[static_cast<std::size_t>(i)].second);
    std::sort(best.begin(), best.end());
    EXPECT_EQ(chosen, best);
    double mean = 0;
    for (const auto group : best) mean += groups[group].back() / 5;
    EXPECT_NEAR(multi.back(), mean, 1e-6);
}

// Seven groups, two false: three neighbours count. Of four, 0.35 would be the best; of two, 0.1.
TEST(RobustRule, krum_looks_at_as_many_neighbours_as_published) {
    const Groups groups = {{0}, {0.1F}, {0.2F}, {0.35F}, {1.2F}, {1.4F}, {-5}};
    EXPECT_EQ(combined(RobustKind::kKrum, 2, groups).value(), std::vector<float>{0.2F});
}

TEST(RobustRule, a_poisoned_group_does_not_move_the_result_out_of_the_honest_range) {
    for (const float poison : {1e6F, -1e6F, 0.9F}) {
        Groups groups = honest(5, 400, 0.3F);
        groups[3].assign(400, poison);
        EXPECT_GT(std::abs(combined(RobustKind::kMean, 1, groups).value()[0] - 0.3F), 0.05F);
        for (const RobustKind kind : kRobust) {
            const auto mean = combined(kind, 1, groups).value();
            for (std::size_t i = 0; i < mean.size(); ++i) {
                float low = 1e9F, high = -1e9F;
                for (const std::size_t g : {0, 1, 2, 4}) {
                    low = std::min(low, groups[g][i]);
                    high = std::max(high, groups[g][i]);
                }
                ASSERT_GE(mean[i], low) << robust_name(kind) << " against " << poison;
                ASSERT_LE(mean[i], high) << robust_name(kind) << " against " << poison;
            }
        }
    }
}

// What no rule can do, so that nobody hopes for it: false groups in the majority win.
TEST(RobustRule, false_groups_in_the_majority_win) {
    Groups groups = honest(5, 20, 0.3F);
    for (const std::size_t g : {0, 2, 4}) groups[g].assign(20, 50.0F);
    for (const RobustKind kind : kRobust) {
        EXPECT_GT(combined(kind, 1, groups).value()[0], 10) << robust_name(kind);
    }
}

TEST(RobustRule, refuses_more_false_groups_than_the_rule_can_stand) {
    EXPECT_TRUE(check({RobustKind::kTrimmedMean, 2}, 5));
    EXPECT_FALSE(check({RobustKind::kTrimmedMean, 3}, 5));
    EXPECT_FALSE(check({RobustKind::kMedian, 3}, 5));
    EXPECT_TRUE(check({RobustKind::kKrum, 1}, 5));
    EXPECT_EQ(check({RobustKind::kKrum, 2}, 5).error().message(),
              "krum with 2 false groups needs at least 7 groups; there are 5");
    EXPECT_FALSE(check({RobustKind::kMultiKrum, 4'000'000'000U}, 5));
    EXPECT_FALSE(check({RobustKind::kMean, 0}, 0));
    EXPECT_FALSE(check({static_cast<RobustKind>(9), 0}, 5));
    for (const char* name : {"mean", "median", "trimmed-mean", "krum", "multi-krum"}) {
        EXPECT_EQ(robust_name(robust_named(name).value()), name);
    }
    EXPECT_FALSE(robust_named("vote"));
}

TEST(RobustRule, names_the_group_that_is_not_finite) {
    Groups groups = honest(5, 4, 0);
    groups[2][3] = std::nanf("");
    for (const RobustKind kind : kRobust) {
        const auto result = combined(kind, 1, groups);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code(), ErrorCode::kUntrustworthyInput);
        EXPECT_NE(result.error().message().find("group 2"), std::string::npos);
    }
}

}  // namespace
}  // namespace huizhen::aggregation
