#include <random>

#include <huizhen/acceptance/calibration.h>

namespace huizhen::acceptance {
namespace {

// Reference: scikit-learn's brier_score_loss and unpenalised LogisticRegression, numpy for the rest.
TEST(Calibration, agrees_with_scikit_learn) {
    const std::vector<int> labels = {1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1};
    const std::vector<double> p = {0.846, 0.966, 0.75,  0.168, 0.896, 0.961, 0.19,  0.657,
                                   0.657, 0.401, 0.921, 0.69,  0.076, 0.622, 0.087, 0.24,
                                   0.438, 0.332, 0.512, 0.864, 0.366, 0.269, 0.961, 0.846};
    const Calibration calibration = calibration_of(p, labels);
    EXPECT_NEAR(calibration.brier, 0.1902735, 1e-9);
    EXPECT_NEAR(calibration.ece, 0.2830833333, 1e-9);
    EXPECT_NEAR(calibration.intercept, -0.124632, 2e-6);
    EXPECT_NEAR(calibration.slope, 0.762887, 2e-6);
}

TEST(Calibration, of_a_model_that_says_the_truth_is_zero_and_one) {
    std::mt19937 engine(2);
    std::uniform_real_distribution<double> uniform;
    std::vector<double> truth, boasting;
    std::vector<int> labels;
    for (int i = 0; i < 40'000; ++i) {
        truth.push_back(uniform(engine));
        const double odds = truth.back() / (1 - truth.back());
        boasting.push_back(odds * odds / (1 + odds * odds));  // twice the logit
        labels.push_back(uniform(engine) < truth.back());
    }
    const Calibration honest = calibration_of(truth, labels),
                      overconfident = calibration_of(boasting, labels);
    EXPECT_NEAR(honest.intercept, 0, 0.05);
    EXPECT_NEAR(honest.slope, 1, 0.05);
    EXPECT_LT(honest.ece, 0.01);
    EXPECT_NEAR(overconfident.slope, 0.5, 0.03);
    EXPECT_GT(overconfident.ece, 0.05);
    EXPECT_GT(overconfident.brier, honest.brier);
}

TEST(Calibration, has_no_line_where_the_labels_give_none) {
    const std::vector<double> p = {0.1, 0.2, 0.8, 0.9};
    EXPECT_TRUE(std::isnan(calibration_of(p, std::vector<int>{0, 0, 1, 1}).slope));  // separated
    EXPECT_TRUE(std::isnan(calibration_of(p, std::vector<int>{1, 1, 1, 1}).slope));
    EXPECT_TRUE(
        std::isnan(calibration_of(std::vector<double>{0.5, 0.5, 0.5}, std::vector<int>{0, 1, 1}).slope));
    EXPECT_TRUE(std::isnan(calibration_of({}, {}).ece));
    const Calibration certain = calibration_of(std::vector<double>{0, 1, 1, 0}, std::vector<int>{0, 1, 0, 1});
    EXPECT_EQ(certain.brier, 0.5);
    EXPECT_EQ(certain.ece, 0.5);
}

}  // namespace
}  // namespace huizhen::acceptance
