#include <cmath>

#include <gtest/gtest.h>

#include <huizhen/model/calibration_map.h>

namespace huizhen::engine {
namespace {

TEST(CalibrationMap, each_kind_follows_its_formula) {
    const double z = 0.7, p = sigmoid(z);
    EXPECT_EQ(CalibrationMap{}.logit(z), z);
    EXPECT_NEAR((CalibrationMap{CalibrationKind::kTemperature, 2, 1, 5}.logit(z)), 1.4, 1e-12);
    EXPECT_NEAR((CalibrationMap{CalibrationKind::kPlatt, 2, 1, 0.5}.logit(z)), 1.9, 1e-12);
    EXPECT_NEAR((CalibrationMap{CalibrationKind::kBeta, 2, 3, 0.5}.logit(z)),
                2 * std::log(p) - 3 * std::log(1 - p) + 0.5, 1e-12);
}

TEST(CalibrationMap, stays_finite_at_extreme_scores) {
    for (const double z : {-1e4, 1e4}) {
        const double p = CalibrationMap{CalibrationKind::kBeta, 1.5, 0.5, 0.1}.probability(z);
        EXPECT_TRUE(std::isfinite(p));
        EXPECT_EQ(p, z > 0 ? 1.0 : 0.0);
    }
}

TEST(ConformalThresholds, keep_a_label_while_it_is_likely_enough) {
    const ConformalThresholds thresholds{.alpha = 0.1, .benign = 0.3, .malignant = 0.8};
    EXPECT_EQ(thresholds.set_of(0.1), (LabelSet{.benign = true, .malignant = false}));
    EXPECT_EQ(thresholds.set_of(0.25), (LabelSet{.benign = true, .malignant = true}));
    EXPECT_EQ(thresholds.set_of(0.9), (LabelSet{.benign = false, .malignant = true}));
}

}  // namespace
}  // namespace huizhen::engine
