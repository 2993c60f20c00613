#pragma once

// What turns a network's logit into a probability, a label set and an interval at diagnosis time. Values, any
// thread; fitted in huizhen/training/calibration.h, kept in the model's manifest.

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace huizhen::engine {

enum class CalibrationKind {
    kIdentity,
    kTemperature,  // sigmoid(a z)                      Guo et al. 2017
    kPlatt,        // sigmoid(a z + c)                  Platt 1999
    kBeta,         // sigmoid(a ln p - b ln(1-p) + c)   Kull et al. 2017, p = sigmoid(z)
};

std::string_view calibration_kind_name(CalibrationKind kind);
std::optional<CalibrationKind> calibration_kind(std::string_view name);

double sigmoid(double logit);
double softplus(double x);  // ln(1 + e^x), without overflow

struct CalibrationMap {
    CalibrationKind kind = CalibrationKind::kIdentity;
    double a = 1, b = 1, c = 0;

    double logit(double raw_logit) const;
    double probability(double raw_logit) const { return sigmoid(logit(raw_logit)); }
};

// Which labels cannot be ruled out. Empty (neither) when the case looks like neither class.
struct LabelSet {
    bool benign = false, malignant = false;
    friend bool operator==(const LabelSet&, const LabelSet&) = default;
};

// A label stays in the set while 1 - its probability is at most its class's threshold.
struct ConformalThresholds {
    double alpha = 0.1;  // miscoverage aimed at, per class
    double benign = 1, malignant = 1;

    LabelSet set_of(double probability) const;
};

struct ProbabilityInterval {
    double low = 0, high = 1;
};

// Central 90 % interval for the probability that one more member would give: Student's t (n - 1 degrees of
// freedom) over the members' calibrated logits, mapped to probabilities. It speaks of what training leaves
// open, not of the disease; members that share patients differ less than those of new patients would. One
// member gives [0, 1].
ProbabilityInterval member_interval(std::span<const double> member_logits);

}  // namespace huizhen::engine
