#include <numeric>

#include <gtest/gtest.h>

#include <huizhen/training/metrics.h>

namespace huizhen::engine {
namespace {

// Expected values: scikit-learn 1.x (roc_auc_score, roc_curve, brier_score_loss) and SciPy (spearmanr,
// rankdata).
const std::vector<double> kScores{.1, .4, .35, .8, .4, .7, .2, .9, .55, .4, .65, .3};
const std::vector<int> kLabels{0, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1};
const std::vector<double> kDiameters{4, 9, 10, 15, 7.5, 13, 6, 30, 11, 8.5, 12, 5};

TEST(Metrics, agree_with_scikit_learn_and_scipy) {
    EXPECT_NEAR(auc(kScores, kLabels), 0.6944444444444444, 1e-12);
    EXPECT_NEAR(brier_score(kScores, kLabels), 0.20895833333333333, 1e-12);
    EXPECT_NEAR(sensitivity_at_specificity(kScores, kLabels, 0.8), 0.5, 1e-12);
    EXPECT_NEAR(spearman(kScores, kDiameters), 0.9436853723733583, 1e-12);
    EXPECT_EQ(average_ranks(kScores), (std::vector<double>{1, 6, 4, 11, 6, 10, 2, 12, 8, 6, 9, 3}));
}

TEST(Metrics, size_controlled_figures_compare_only_like_with_like) {
    EXPECT_NEAR(banded_auc(kScores, kLabels, kDiameters), 0.7, 1e-12);         // 10 pairs in three bands
    EXPECT_NEAR(matched_auc(kScores, kLabels, kDiameters), 4.0 / 9.0, 1e-12);  // 9 pairs within 20 %
    // A score that is only size is worth nothing among nodules of one size.
    const std::vector<double> size{5, 9, 20, 5, 9, 20};
    const std::vector<int> labels{0, 0, 0, 1, 1, 1};
    EXPECT_EQ(matched_auc(size, labels, size), 0.5);
    EXPECT_EQ(banded_auc(size, labels, size), 0.5);
}

TEST(Metrics, bands_begin_at_their_boundary) {
    EXPECT_EQ(size_band(7.99), 0);
    EXPECT_EQ(size_band(8.0), 1);
    EXPECT_EQ(size_band(12.0), 2);
}

TEST(Metrics, calibration_error_weighs_bins_by_their_cases) {
    EXPECT_NEAR(expected_calibration_error(kScores, kLabels), 0.3041666666666667, 1e-12);
    EXPECT_NEAR(expected_calibration_error(std::vector<double>{1.0, 0.0}, std::vector<int>{1, 0}), 0.0,
                1e-12);
    EXPECT_NEAR(expected_calibration_error(std::vector<double>{0.9, 0.9}, std::vector<int>{1, 0}), 0.4,
                1e-12);
}

TEST(Metrics, a_figure_without_its_data_is_not_a_number) {
    const std::vector<double> scores{1, 2};
    EXPECT_TRUE(std::isnan(auc(scores, std::vector<int>{1, 1})));
    EXPECT_TRUE(std::isnan(sensitivity_at_specificity(scores, std::vector<int>{0, 0}, 0.9)));
    EXPECT_TRUE(std::isnan(banded_auc(scores, std::vector<int>{0, 1}, std::vector<double>{5, 50})));
    EXPECT_TRUE(std::isnan(spearman(scores, std::vector<double>{3, 3})));
    EXPECT_TRUE(std::isnan(brier_score({}, {})));
}

TEST(Metrics, sensitivity_counts_tied_scores_together) {
    // At the only threshold that keeps 90 % specificity nobody is called positive: the tie straddles it.
    EXPECT_EQ(sensitivity_at_specificity(std::vector<double>{1, 1, 1}, std::vector<int>{0, 1, 1}, 0.9), 0.0);
    EXPECT_EQ(sensitivity_at_specificity(std::vector<double>{1, 2, 2}, std::vector<int>{0, 1, 1}, 0.9), 1.0);
}

double mean_of(std::span<const double> values, std::span<const std::size_t> cases) {
    double sum = 0;
    for (const std::size_t i : cases) sum += values[i];
    return sum / static_cast<double>(cases.size());
}

TEST(Bootstrap, is_reproducible_and_follows_the_seed) {
    std::vector<int> clusters(kScores.size());
    std::iota(clusters.begin(), clusters.end(), 0);
    const auto statistic = [](std::span<const std::size_t> cases) { return mean_of(kScores, cases); };
    const Interval a = clustered_bootstrap(clusters, statistic, 500, 7);
    const Interval b = clustered_bootstrap(clusters, statistic, 500, 7);
    const Interval c = clustered_bootstrap(clusters, statistic, 500, 8);
    EXPECT_EQ(a.low, b.low);
    EXPECT_EQ(a.high, b.high);
    EXPECT_NE(a.low, c.low);
    EXPECT_NEAR(a.estimate, 5.75 / 12, 1e-12);
}

TEST(Bootstrap, of_a_mean_is_as_wide_as_its_standard_error_says) {
    std::vector<double> values(400);
    std::vector<int> alone(values.size()), pairs(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = i / 2 % 2 == 0 ? 0.0 : 1.0;  // the two cases of a patient agree
        alone[i] = static_cast<int>(i);
        pairs[i] = static_cast<int>(i / 2);
    }
    const auto statistic = [&](std::span<const std::size_t> cases) { return mean_of(values, cases); };
    const Interval independent = clustered_bootstrap(alone, statistic, 2000, 1);
    EXPECT_NEAR(independent.high - independent.low, 2 * 1.96 * 0.5 / std::sqrt(400.0), 0.01);
    // Half as many patients as cases: wider by the square root of two.
    const Interval clustered = clustered_bootstrap(pairs, statistic, 2000, 1);
    EXPECT_NEAR(clustered.high - clustered.low, 2 * 1.96 * 0.5 / std::sqrt(200.0), 0.014);
}

}  // namespace
}  // namespace huizhen::engine
