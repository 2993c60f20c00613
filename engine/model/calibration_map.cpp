#include <cmath>

#include <huizhen/model/calibration_map.h>

namespace huizhen::engine {

std::string_view calibration_kind_name(CalibrationKind kind) {
    switch (kind) {
        case CalibrationKind::kIdentity: return "identity";
        case CalibrationKind::kTemperature: return "temperature";
        case CalibrationKind::kPlatt: return "platt";
        case CalibrationKind::kBeta: return "beta";
    }
    return "identity";
}

std::optional<CalibrationKind> calibration_kind(std::string_view name) {
    for (const auto kind : {CalibrationKind::kIdentity, CalibrationKind::kTemperature,
                            CalibrationKind::kPlatt, CalibrationKind::kBeta}) {
        if (calibration_kind_name(kind) == name) return kind;
    }
    return std::nullopt;
}

double sigmoid(double logit) {
    if (logit >= 0) return 1.0 / (1.0 + std::exp(-logit));
    const double e = std::exp(logit);
    return e / (1.0 + e);
}

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

double CalibrationMap::logit(double raw_logit) const {
    switch (kind) {
        case CalibrationKind::kIdentity: return raw_logit;
        case CalibrationKind::kTemperature: return a * raw_logit;
        case CalibrationKind::kPlatt: return a * raw_logit + c;
        case CalibrationKind::kBeta: return b * softplus(raw_logit) - a * softplus(-raw_logit) + c;
    }
    return raw_logit;
}

LabelSet ConformalThresholds::set_of(double probability) const {
    return {.benign = probability <= benign, .malignant = 1.0 - probability <= malignant};
}

ProbabilityInterval member_interval(std::span<const double> member_logits) {
    // 95th percentile of Student's t with 1 .. 9 degrees of freedom.
    static constexpr double kT95[] = {6.3138, 2.9200, 2.3534, 2.1318, 2.0150, 1.9432, 1.8946, 1.8595, 1.8331};
    const std::size_t n = member_logits.size();
    if (n < 2) return {};
    double mean = 0, squares = 0;
    for (const double z : member_logits) mean += z / static_cast<double>(n);
    for (const double z : member_logits) squares += (z - mean) * (z - mean);
    const double deviation =
        std::sqrt(squares / static_cast<double>(n - 1) * (1.0 + 1.0 / static_cast<double>(n)));
    const double t = n - 2 < std::size(kT95) ? kT95[n - 2] : 1.645;
    return {sigmoid(mean - t * deviation), sigmoid(mean + t * deviation)};
}

}  // namespace huizhen::engine
