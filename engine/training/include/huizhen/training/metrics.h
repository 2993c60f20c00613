#pragma once

// Figures of merit for scores against labels. Pure functions, any thread. Labels are 0 or 1; a figure that
// its data cannot give (one class only, nothing to compare) is NaN, never a made-up 0.5.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace huizhen::engine {

// Area under the ROC curve: P(score of a positive > score of a negative), ties count half (Mann-Whitney).
double auc(std::span<const double> scores, std::span<const int> labels);

// Boundaries between the size bands of size-controlled figures, mm: under 8, 8 to 12, 12 and more.
inline constexpr double kSizeBandsMm[] = {8.0, 12.0};

// The band a diameter falls in: 0, 1, 2.
int size_band(double diameter_mm);

// AUC over the positive-negative pairs whose two nodules lie in the same size band: concordant pairs (ties
// half) summed over the bands, divided by all such pairs.
double banded_auc(std::span<const double> scores, std::span<const int> labels,
                  std::span<const double> diameters_mm);

// AUC over the positive-negative pairs whose larger diameter is at most (1 + tolerance) times the smaller.
double matched_auc(std::span<const double> scores, std::span<const int> labels,
                   std::span<const double> diameters_mm, double tolerance = 0.2);

// The largest sensitivity of a threshold whose specificity is at least `specificity`; a case is called
// positive when its score is at least the threshold.
double sensitivity_at_specificity(std::span<const double> scores, std::span<const int> labels,
                                  double specificity);

// Expected calibration error over `bins` equal-width bins of the probability (Guo et al. 2017, eq. 3).
double expected_calibration_error(std::span<const double> probabilities, std::span<const int> labels,
                                  int bins = 10);

// Mean squared difference of probability and label.
double brier_score(std::span<const double> probabilities, std::span<const int> labels);

// Spearman's rank correlation, average ranks for ties. NaN where one side is constant.
double spearman(std::span<const double> a, std::span<const double> b);

// Ranks from 1, ties averaged.
std::vector<double> average_ranks(std::span<const double> values);

struct Interval {
    double estimate = 0, low = 0, high = 0;
};

// A figure over the cases named by `cases`, indices with repeats.
using Statistic = std::function<double(std::span<const std::size_t> cases)>;

// Percentile bootstrap over clusters: patients are drawn with replacement, and each brings all of its cases.
// `clusters[i]` is the number of the patient of case i. Draws come from Philox(seed), so the interval is
// reproducible. Resamples whose figure is NaN are left out. `level` 0.95 gives the central 95 %.
Interval clustered_bootstrap(std::span<const int> clusters, const Statistic& statistic, int resamples,
                             std::uint64_t seed, double level = 0.95);

}  // namespace huizhen::engine
