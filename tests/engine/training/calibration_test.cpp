#include <numeric>

#include <gtest/gtest.h>

#include <huizhen/tensor/philox.h>
#include <huizhen/training/calibration.h>
#include <huizhen/training/metrics.h>

namespace huizhen::engine {
namespace {

const std::vector<double> kProbabilities{.1, .4, .35, .8, .4, .7, .2, .9, .55, .4, .65, .3};
const std::vector<int> kLabels{0, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1};

std::vector<double> logits_of(std::span<const double> probabilities) {
    std::vector<double> logits;
    for (const double p : probabilities) logits.push_back(std::log(p / (1 - p)));
    return logits;
}

// Cases whose true probability is known, with scores that exaggerate: logit = 3 z + 1.
struct Overconfident {
    std::vector<double> logits, truth;
    std::vector<int> labels, folds;
};

Overconfident overconfident(std::size_t count) {
    Overconfident set;
    Philox random(11);
    for (std::size_t i = 0; i < count; ++i) {
        const double z = 1.5 * random.normal();
        set.truth.push_back(sigmoid(z));
        set.logits.push_back(3 * z + 1);
        set.labels.push_back(random.uniform() < sigmoid(z) ? 1 : 0);
        set.folds.push_back(static_cast<int>(i % 5));
    }
    return set;
}

// Expected coefficients: scikit-learn's unpenalised LogisticRegression on the same columns.
TEST(Calibration, maximum_likelihood_agrees_with_scikit_learn) {
    const auto logits = logits_of(kProbabilities);
    const auto temperature = fit_calibration(CalibrationKind::kTemperature, logits, kLabels, 0);
    EXPECT_NEAR(temperature->a, 0.91789438, 1e-6);
    const auto platt = fit_calibration(CalibrationKind::kPlatt, logits, kLabels, 0);
    EXPECT_NEAR(platt->a, 0.9301631, 1e-6);
    EXPECT_NEAR(platt->c, 0.09675948, 1e-6);
    const auto beta = fit_calibration(CalibrationKind::kBeta, logits, kLabels, 0);
    EXPECT_NEAR(beta->a, 0.36375495, 1e-4);
    EXPECT_NEAR(beta->b, 1.52867161, 1e-4);
    EXPECT_NEAR(beta->c, -0.83141702, 1e-4);
}

TEST(Calibration, keeps_a_finite_slope_on_separable_scores) {
    const auto map = fit_calibration(CalibrationKind::kPlatt, std::vector<double>{-2, -1, 1, 2},
                                     std::vector<int>{0, 0, 1, 1});
    ASSERT_TRUE(map);
    EXPECT_GT(map->a, 0.5);
    EXPECT_LT(map->a, 10);
}

TEST(Calibration, never_turns_the_order_round) {
    for (const auto kind : {CalibrationKind::kTemperature, CalibrationKind::kPlatt, CalibrationKind::kBeta}) {
        const auto set = overconfident(400);
        const auto map = fit_calibration(kind, set.logits, set.labels);
        for (double z = -8; z < 8; z += 0.25) EXPECT_LT(map->logit(z), map->logit(z + 0.25));
    }
}

TEST(Calibration, mends_scores_that_exaggerate_also_on_cases_it_did_not_see) {
    const auto set = overconfident(4000);
    std::vector<double> raw;
    for (const double z : set.logits) raw.push_back(sigmoid(z));
    EXPECT_GT(expected_calibration_error(raw, set.labels), 0.1);
    for (const auto kind : {CalibrationKind::kPlatt, CalibrationKind::kBeta}) {
        const auto mended = cross_calibrate(kind, set.logits, set.labels, set.folds);
        ASSERT_TRUE(mended);
        EXPECT_LT(expected_calibration_error(*mended, set.labels), 0.03);
    }
}

TEST(Calibration, of_a_fold_does_not_see_the_folds_labels) {
    auto set = overconfident(200);
    const auto before = cross_calibrate(CalibrationKind::kPlatt, set.logits, set.labels, set.folds);
    for (std::size_t i = 0; i < set.labels.size(); ++i) {
        if (set.folds[i] == 2) set.labels[i] = 1 - set.labels[i];
    }
    const auto after = cross_calibrate(CalibrationKind::kPlatt, set.logits, set.labels, set.folds);
    for (std::size_t i = 0; i < set.labels.size(); ++i) {
        if (set.folds[i] == 2) {
            EXPECT_EQ((*before)[i], (*after)[i]);
        }
    }
}

TEST(Calibration, refuses_one_class) {
    const auto map =
        fit_calibration(CalibrationKind::kPlatt, std::vector<double>{1, 2}, std::vector<int>{1, 1});
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().code(), ErrorCode::kInvalidArgument);
}

TEST(Calibration, names_round_trip) {
    for (const auto kind : {CalibrationKind::kIdentity, CalibrationKind::kTemperature,
                            CalibrationKind::kPlatt, CalibrationKind::kBeta}) {
        EXPECT_EQ(calibration_kind(calibration_kind_name(kind)), kind);
    }
    EXPECT_EQ(calibration_kind("isotonic"), std::nullopt);
}

TEST(Conformal, covers_each_class_as_often_as_promised) {
    const auto set = overconfident(4000);
    const auto sets = cross_conformal(set.truth, set.labels, set.folds, 0.1);
    ASSERT_TRUE(sets);
    double covered[2] = {}, cases[2] = {}, undecided = 0;
    for (std::size_t i = 0; i < set.labels.size(); ++i) {
        const LabelSet& s = (*sets)[i];
        cases[set.labels[i]] += 1;
        covered[set.labels[i]] += (set.labels[i] != 0 ? s.malignant : s.benign) ? 1 : 0;
        undecided += s.benign && s.malignant ? 1 : 0;
    }
    EXPECT_NEAR(covered[0] / cases[0], 0.9, 0.02);
    EXPECT_NEAR(covered[1] / cases[1], 0.9, 0.02);
    EXPECT_GT(undecided, 0);
    EXPECT_LT(undecided, 0.8 * 4000);
}

TEST(Conformal, with_too_few_cases_to_promise_anything_gives_both_labels) {
    const auto thresholds = fit_conformal(std::vector<double>{0.1, 0.9}, std::vector<int>{0, 1}, 0.1);
    ASSERT_TRUE(thresholds);
    EXPECT_EQ(thresholds->set_of(0.01), (LabelSet{true, true}));
}

// Expected bounds: SciPy's t.ppf(0.95, 4), deviation with n - 1, times sqrt(1 + 1/5).
TEST(MemberInterval, is_students_t_over_the_logits) {
    const auto interval = member_interval(std::vector<double>{.5, .9, 1.4, .2, .8});
    EXPECT_NEAR(interval.low, 0.427467530079943, 1e-4);
    EXPECT_NEAR(interval.high, 0.8596264821564067, 1e-4);
    const auto one = member_interval(std::vector<double>{2.0});
    EXPECT_EQ(one.low, 0.0);
    EXPECT_EQ(one.high, 1.0);
}

}  // namespace
}  // namespace huizhen::engine
