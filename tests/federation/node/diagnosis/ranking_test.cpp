#include <huizhen/node/diagnosis/ranking.h>

namespace huizhen::node {
namespace {

using ::testing::ElementsAre;

Judged judged(std::size_t index, double x_mm, double nodule, double malignancy, double diameter_mm = 8) {
    return {.index = index,
            .centre_mm = {x_mm, 0, 0},
            .diameter_mm = diameter_mm,
            .nodule_probability = nodule,
            .malignancy_probability = malignancy};
}

std::vector<std::size_t> order(const Ranking& ranking) {
    std::vector<std::size_t> indices;
    for (const Judged& j : ranking.reported) indices.push_back(j.index);
    return indices;
}

constexpr ReportingRule kRule{.nodule_floor = 0.05, .nodule_likely = 0.5, .suspicion_from = 0.1, .most = 8};

TEST(Ranking, the_probable_malignant_nodule_comes_first) {
    // 0.99 * 0.1 < 0.7 * 0.5 < 0.6 * 0.9
    const Ranking ranking =
        rank({judged(0, 0, 0.99, 0.1), judged(1, 50, 0.6, 0.9), judged(2, 100, 0.7, 0.5)}, kRule);
    EXPECT_THAT(order(ranking), ElementsAre(1, 2, 0));
}

TEST(Ranking, a_vessel_that_looks_malignant_does_not_outrank_a_nodule) {
    EXPECT_THAT(order(rank({judged(0, 0, 0.15, 0.95), judged(1, 50, 0.95, 0.6)}, kRule)), ElementsAre(1, 0));
}

TEST(Ranking, what_lies_mostly_outside_the_lungs_comes_last) {
    Judged vessel = judged(0, 0, 0.9, 0.99);
    vessel.share_in_lungs = 0.49;
    Judged on_the_pleura = judged(1, 50, 0.6, 0.5);
    on_the_pleura.share_in_lungs = 0.5;
    EXPECT_THAT(order(rank({vessel, on_the_pleura, judged(2, 100, 0.7, 0.2)}, kRule)), ElementsAre(1, 2, 0));
}

TEST(Ranking, what_is_long_like_a_vessel_comes_last) {
    Judged vessel = judged(0, 0, 0.9, 0.99);
    vessel.elongation = 2.4;
    Judged oval = judged(1, 50, 0.6, 0.5);
    oval.elongation = 2.3;
    EXPECT_THAT(order(rank({vessel, oval}, kRule)), ElementsAre(1, 0));
}

TEST(Ranking, reports_likely_nodules_and_suspicious_ones) {
    EXPECT_THAT(order(rank({judged(0, 0, 0.5, 0.001)}, kRule)), ElementsAre(0));
    EXPECT_THAT(order(rank({judged(0, 0, 0.49, 0.2)}, kRule)), ElementsAre());
    EXPECT_THAT(order(rank({judged(0, 0, 0.2, 0.501)}, kRule)), ElementsAre(0));
    const Ranking below_the_floor =
        rank({judged(0, 0, 0.049, 1.0)}, {.nodule_floor = 0.05, .suspicion_from = 0.01});
    EXPECT_TRUE(below_the_floor.reported.empty());
    EXPECT_EQ(below_the_floor.rejected, 1U);
}

TEST(Ranking, one_nodule_found_twice_is_reported_once) {
    const Ranking close = rank({judged(0, 0, 0.8, 0.9), judged(1, 3.9, 0.9, 0.3)}, kRule);
    EXPECT_THAT(order(close), ElementsAre(1));
    EXPECT_EQ(close.merged, 1U);
    const Ranking apart = rank({judged(0, 0, 0.8, 0.9), judged(1, 4.0, 0.9, 0.3)}, kRule);
    EXPECT_THAT(order(apart), ElementsAre(0, 1));
    const Ranking inside_a_large_one = rank({judged(0, 0, 0.9, 0.9, 30), judged(1, 14, 0.8, 0.3, 4)}, kRule);
    EXPECT_THAT(order(inside_a_large_one), ElementsAre(0));
}

TEST(Ranking, reports_at_most_the_maximum_and_counts_the_rest) {
    std::vector<Judged> many;
    for (std::size_t i = 0; i < 11; ++i)
        many.push_back(judged(i, 50.0 * static_cast<double>(i), 0.9, 0.01 * static_cast<double>(i)));
    const Ranking ranking = rank(many, kRule);
    EXPECT_THAT(order(ranking), ElementsAre(10, 9, 8, 7, 6, 5, 4, 3));
    EXPECT_EQ(ranking.not_reported, 3U);
}

TEST(Ranking, a_probability_that_is_no_number_is_no_nodule) {
    EXPECT_TRUE(rank({judged(0, 0, std::nan(""), 0.9)}, kRule).reported.empty());
    EXPECT_TRUE(rank({judged(0, 0, 0.4, std::nan(""))}, kRule).reported.empty());
    EXPECT_TRUE(rank({}, kRule).reported.empty());
}

}  // namespace
}  // namespace huizhen::node
