#pragma once

// From scores to probabilities that mean what they say, and to label sets with a stated coverage.
// Fitted on out-of-fold scores only. Pure functions, any thread.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/model/calibration_map.h>

namespace huizhen::engine {

// Maximum likelihood with a weak pull (`ridge`, in cases) to the identity map, so that separable scores keep
// a finite slope. `logits` and `labels` (0 or 1) in the same order. Both classes must be present.
Result<CalibrationMap> fit_calibration(CalibrationKind kind, std::span<const double> logits,
                                       std::span<const int> labels, double ridge = 1.0);

// Honest calibrated probabilities of out-of-fold scores: those of fold k by the map fitted on all other
// folds.
Result<std::vector<double>> cross_calibrate(CalibrationKind kind, std::span<const double> logits,
                                            std::span<const int> labels, std::span<const int> folds);

// Split conformal sets with class-conditional coverage (Vovk 2012, Mondrian): among cases of each class, at
// least 1 - alpha have that class in their set, if they are exchangeable with the calibration cases.
Result<ConformalThresholds> fit_conformal(std::span<const double> probabilities, std::span<const int> labels,
                                          double alpha);

// The same sets made honestly, for reporting: those of fold k by the thresholds of all other folds.
Result<std::vector<LabelSet>> cross_conformal(std::span<const double> probabilities,
                                              std::span<const int> labels, std::span<const int> folds,
                                              double alpha);

}  // namespace huizhen::engine
