#include <random>

#include <huizhen/acceptance/auc.h>

namespace huizhen::acceptance {
namespace {

const std::vector<int> kLabels = {1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1};
const std::vector<double> kBefore = {0.6, 1.3, 1.9, -0.3, 0.6, 1.8, -0.9, 0.5, 0.9, 1.4,  0.9, 0.7,
                                     -2., 1.0, -1., -1.7, 1.1, 0.7, -0.4, -.3, 0.8, -0.1, 2.2, 1.5};
const std::vector<double> kAfter = {1.4,  2.5, 1.0,  -0.8, 1.7, 2.4,  -0.7, 0.7, 0.7,  -0.0, 1.9, 0.8,
                                    -1.4, 0.6, -1.3, -0.5, 0.1, -0.2, 0.3,  1.5, -0.1, -0.4, 2.4, 1.4};
const std::vector<int> kPatients = {0, 0, 0, 1, 1, 2, 2, 2, 3,  3,  3,  4,
                                    5, 6, 6, 6, 7, 8, 9, 9, 11, 11, 12, 12};

void expect_interval(const Interval& interval, double estimate, double low, double high) {
    EXPECT_NEAR(interval.estimate, estimate, 1e-8);
    EXPECT_NEAR(interval.low, low, 1e-8);
    EXPECT_NEAR(interval.high, high, 1e-8);
}

// Reference: numpy, from the matrix of all pairs; the areas also by scikit-learn's roc_auc_score.
TEST(Auc, agrees_with_delong_by_all_pairs) {
    const PairedAuc areas = paired_auc(kBefore, kAfter, kLabels);
    expect_interval(areas.before, 0.699300699, 0.475716406, 0.922884992);
    expect_interval(areas.after, 0.800699301, 0.612139496, 0.989259106);
    expect_interval(areas.difference, 0.101398601, -0.099224488, 0.302021691);
    EXPECT_NEAR(standard_error(areas.before), 0.114075715, 1e-8);
}

TEST(Auc, agrees_with_obuchowski_where_patients_have_several_cases) {
    const PairedAuc areas = paired_auc(kBefore, kAfter, kLabels, kPatients);
    expect_interval(areas.before, 0.699300699, 0.503506994, 0.895094405);
    expect_interval(areas.after, 0.800699301, 0.619385041, 0.982013561);
    expect_interval(areas.difference, 0.101398601, -0.082611791, 0.285408994);
}

TEST(Auc, one_case_a_patient_is_delong) {
    std::vector<int> own(kLabels.size());
    for (std::size_t i = 0; i < own.size(); ++i) own[i] = 1000 - static_cast<int>(i);
    const PairedAuc areas = paired_auc(kBefore, kAfter, kLabels, own);
    expect_interval(areas.difference, 0.101398601, -0.099224488, 0.302021691);
}

// Cases of a patient repeated three times over tell nothing new.
TEST(Auc, repeating_every_patients_cases_leaves_the_interval_of_the_patients) {
    std::vector<double> scores;
    std::vector<int> labels, patients;
    for (std::size_t i = 0; i < kLabels.size(); ++i) {
        for (int k = 0; k < 3; ++k) {
            scores.push_back(kAfter[i]);
            labels.push_back(kLabels[i]);
            patients.push_back(kPatients[i]);
        }
    }
    const Interval once = auc_interval(kAfter, kLabels, kPatients);
    const Interval thrice = auc_interval(scores, labels, patients);
    EXPECT_NEAR(thrice.low, once.low, 1e-9);
    EXPECT_LT(auc_interval(scores, labels).high - auc_interval(scores, labels).low,
              0.7 * (once.high - once.low));  // what ignoring the patients would claim
}

// Two normals 1 apart, of variance 1.09: the area is Phi(1 / sqrt 2.18) = 0.751.
TEST(Auc, an_interval_holds_the_truth_as_often_as_it_says) {
    std::mt19937 engine(5);
    std::normal_distribution<double> normal;
    int held = 0, difference_held = 0;
    constexpr int kTrials = 1000;
    for (int trial = 0; trial < kTrials; ++trial) {
        std::vector<double> before, after;
        std::vector<int> labels;
        for (int i = 0; i < 300; ++i) {
            labels.push_back(i % 3 == 0);
            const double shared = normal(engine) + labels.back();
            before.push_back(shared + 0.3 * normal(engine));
            after.push_back(shared + 0.3 * normal(engine));
        }
        const PairedAuc areas = paired_auc(before, after, labels);
        const double truth = 0.5 * std::erfc(-1 / std::sqrt(2 * 1.09) / std::sqrt(2.0));
        held += areas.after.low <= truth && truth <= areas.after.high;
        difference_held += areas.difference.low <= 0 && 0 <= areas.difference.high;
    }
    EXPECT_NEAR(held, 0.95 * kTrials, 25);  // 3.6 deviations
    EXPECT_NEAR(difference_held, 0.95 * kTrials, 25);
}

TEST(Auc, a_difference_on_the_same_cases_is_narrower_than_of_two_intervals) {
    const PairedAuc areas = paired_auc(kBefore, kAfter, kLabels);
    const Interval apart = unpaired_difference(areas.before, areas.after);
    EXPECT_NEAR(apart.estimate, areas.difference.estimate, 1e-12);
    EXPECT_LT(apart.low, areas.difference.low);
    EXPECT_GT(apart.high, areas.difference.high);
}

TEST(Auc, perfect_separation_is_not_certainty) {
    const std::vector<double> scores = {1, 2, 3, 4, 5, 6, 7, 8};
    const Interval perfect = auc_interval(scores, std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1});
    EXPECT_EQ(perfect.estimate, 1);
    EXPECT_LT(perfect.low, 0.9);
    const Interval reversed = auc_interval(scores, std::vector<int>{1, 1, 1, 1, 0, 0, 0, 0});
    EXPECT_EQ(reversed.estimate, 0);
    EXPECT_GT(reversed.high, 0.1);
}

TEST(Auc, what_the_cases_cannot_give_is_not_a_number) {
    const std::vector<double> scores = {1, 2, 3};
    EXPECT_TRUE(std::isnan(auc_interval(scores, std::vector<int>{1, 1, 1}).estimate));
    EXPECT_TRUE(std::isnan(auc_interval({}, {}).estimate));
    const Interval single = auc_interval(std::vector<double>{2, 1, 3}, std::vector<int>{1, 0, 0});
    EXPECT_EQ(single.estimate, 0.5);
    EXPECT_TRUE(std::isnan(single.low));
    EXPECT_EQ(auc_interval(std::vector<double>{1, 1, 1, 1}, std::vector<int>{1, 0, 1, 0}).estimate, 0.5);
}

}  // namespace
}  // namespace huizhen::acceptance
