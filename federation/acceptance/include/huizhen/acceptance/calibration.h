#pragma once

// Whether a probability means what it says.

#include <span>

namespace huizhen::acceptance {

struct Calibration {
    double ece = 0;    // expected calibration error, ten bins of equal width (Guo et al., ICML 2017)
    double brier = 0;  // mean squared difference of probability and label
    // logit P(label) = intercept + slope * logit(probability), by maximum likelihood (Cox, Biometrika 45
    // (1958) 562-565): 0 and 1 where calibrated. NaN where the labels are separated or of one class.
    double intercept = 0, slope = 0;
    bool operator==(const Calibration&) const = default;
};

// Probabilities 0 to 1, labels 0 or 1, of one length. NaN throughout without cases, or
// where a probability is.
Calibration calibration_of(std::span<const double> probabilities, std::span<const int> labels);

}  // namespace huizhen::acceptance
