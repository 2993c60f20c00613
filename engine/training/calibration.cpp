#include <limits>

#include <huizhen/base/check.h>
#include <huizhen/training/calibration.h>

namespace huizhen::engine {
namespace {

using Vector3 = std::array<double, 3>;
using Matrix3 = std::array<Vector3, 3>;

// The inputs of (a, b, c): temperature and Platt see z alone.
Vector3 inputs_of(CalibrationKind kind, double z) {
    if (kind == CalibrationKind::kBeta) return {-softplus(-z), softplus(z), 1.0};
    return {z, 0.0, kind == CalibrationKind::kPlatt ? 1.0 : 0.0};
}

// Solves a positive definite 3x3 system by Gaussian elimination.
Vector3 solve(Matrix3 m, Vector3 y) {
    for (std::size_t p = 0; p < 3; ++p) {
        for (std::size_t r = p + 1; r < 3; ++r) {
            const double factor = m[r][p] / m[p][p];
            for (std::size_t c = p; c < 3; ++c) m[r][c] -= factor * m[p][c];
            y[r] -= factor * y[p];
        }
    }
    for (std::size_t r = 3; r-- > 0;) {
        for (std::size_t c = r + 1; c < 3; ++c) y[r] -= m[r][c] * y[c];
        y[r] /= m[r][r];
    }
    return y;
}

// Newton's method on the penalised log-likelihood; `free` says which coefficients may move.
Vector3 fit(CalibrationKind kind, std::span<const double> logits, std::span<const int> labels, double ridge,
            std::array<bool, 3> free) {
    const Vector3 identity{1, kind == CalibrationKind::kBeta ? 1.0 : 0.0, 0};
    Vector3 w = identity;
    for (std::size_t k = 0; k < 2; ++k) w[k] = free[k] ? w[k] : 0.0;
    for (int step = 0; step < 50; ++step) {
        Vector3 gradient{};
        Matrix3 hessian{};
        for (std::size_t i = 0; i < logits.size(); ++i) {
            const Vector3 x = inputs_of(kind, logits[i]);
            const double p = sigmoid(w[0] * x[0] + w[1] * x[1] + w[2] * x[2]);
            for (std::size_t r = 0; r < 3; ++r) {
                gradient[r] += (p - (labels[i] != 0 ? 1.0 : 0.0)) * x[r];
                for (std::size_t c = 0; c < 3; ++c) hessian[r][c] += p * (1 - p) * x[r] * x[c];
            }
        }
        for (std::size_t r = 0; r < 3; ++r) {
            gradient[r] += ridge * (w[r] - identity[r]);
            hessian[r][r] += ridge + 1e-9;
            if (free[r]) continue;
            gradient[r] = 0;
            for (std::size_t c = 0; c < 3; ++c) hessian[r][c] = hessian[c][r] = r == c ? 1.0 : 0.0;
        }
        const Vector3 move = solve(hessian, gradient);
        double size = 0;
        for (std::size_t r = 0; r < 3; ++r) size += std::abs(move[r]);
        const double damping = size > 2 ? 2 / size : 1.0;  // far from the optimum a full step can overshoot
        for (std::size_t r = 0; r < 3; ++r) w[r] -= damping * move[r];
        if (size < 1e-10) break;
    }
    return w;
}

bool both_classes(std::span<const int> labels) {
    const auto positives = std::count_if(labels.begin(), labels.end(), [](int y) { return y != 0; });
    return positives > 0 && positives < std::ssize(labels);
}

// Runs fit(train) and apply(model, i) so that no case is judged by a model that saw its fold.
template <typename Fit, typename Apply>
Status across_folds(std::span<const int> folds, const Fit& fit_without, const Apply& apply) {
    const int last = folds.empty() ? -1 : *std::max_element(folds.begin(), folds.end());
    for (int fold = 0; fold <= last; ++fold) {
        std::vector<std::size_t> others;
        for (std::size_t i = 0; i < folds.size(); ++i) {
            if (folds[i] != fold) others.push_back(i);
        }
        if (others.size() == folds.size()) continue;
        HZ_ASSIGN(const auto fitted, fit_without(others));
        for (std::size_t i = 0; i < folds.size(); ++i) {
            if (folds[i] == fold) apply(fitted, i);
        }
    }
    return {};
}

template <typename T>
std::vector<T> pick(std::span<const T> values, const std::vector<std::size_t>& which) {
    std::vector<T> picked;
    picked.reserve(which.size());
    for (const std::size_t i : which) picked.push_back(values[i]);
    return picked;
}

}  // namespace

Result<CalibrationMap> fit_calibration(CalibrationKind kind, std::span<const double> logits,
                                       std::span<const int> labels, double ridge) {
    HZ_CHECK(logits.size() == labels.size(), "one label per logit");
    if (kind == CalibrationKind::kIdentity) return CalibrationMap{};
    if (!both_classes(labels)) {
        return fail(ErrorCode::kInvalidArgument, "calibration needs cases of both classes");
    }
    std::array<bool, 3> free{true, kind == CalibrationKind::kBeta, kind != CalibrationKind::kTemperature};
    Vector3 w = fit(kind, logits, labels, ridge, free);
    // A negative slope would turn the order of cases round (Kull et al. 2017, section 4): drop it and fit
    // again.
    if (kind == CalibrationKind::kBeta && (w[0] < 0 || w[1] < 0)) {
        free[w[0] < 0 ? 0 : 1] = false;
        w = fit(kind, logits, labels, ridge, free);
    }
    return CalibrationMap{kind, w[0], w[1], w[2]};
}

Result<std::vector<double>> cross_calibrate(CalibrationKind kind, std::span<const double> logits,
                                            std::span<const int> labels, std::span<const int> folds) {
    HZ_CHECK(logits.size() == labels.size() && logits.size() == folds.size(), "one label and fold per logit");
    std::vector<double> probabilities(logits.size());
    HZ_TRY(across_folds(
        folds,
        [&](const std::vector<std::size_t>& others) {
            return fit_calibration(kind, pick(logits, others), pick(labels, others));
        },
        [&](const CalibrationMap& map, std::size_t i) { probabilities[i] = map.probability(logits[i]); }));
    return probabilities;
}

Result<ConformalThresholds> fit_conformal(std::span<const double> probabilities, std::span<const int> labels,
                                          double alpha) {
    HZ_CHECK(probabilities.size() == labels.size(), "one label per probability");
    HZ_CHECK(alpha > 0 && alpha < 1, "alpha is a fraction of cases");
    if (!both_classes(labels)) {
        return fail(ErrorCode::kInvalidArgument, "conformal sets need cases of both classes");
    }
    const auto threshold = [&](bool malignant) {
        std::vector<double> scores;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if ((labels[i] != 0) == malignant)
                scores.push_back(malignant ? 1 - probabilities[i] : probabilities[i]);
        }
        std::sort(scores.begin(), scores.end());
        const auto rank =
            static_cast<std::size_t>(std::ceil((static_cast<double>(scores.size()) + 1) * (1 - alpha)));
        return rank > scores.size() ? 1.0 : scores[rank - 1];
    };
    return ConformalThresholds{alpha, threshold(false), threshold(true)};
}

Result<std::vector<LabelSet>> cross_conformal(std::span<const double> probabilities,
                                              std::span<const int> labels, std::span<const int> folds,
                                              double alpha) {
    HZ_CHECK(probabilities.size() == labels.size() && labels.size() == folds.size(),
             "one label and fold each");
    std::vector<LabelSet> sets(probabilities.size());
    HZ_TRY(across_folds(
        folds,
        [&](const std::vector<std::size_t>& others) {
            return fit_conformal(pick(probabilities, others), pick(labels, others), alpha);
        },
        [&](const ConformalThresholds& thresholds, std::size_t i) {
            sets[i] = thresholds.set_of(probabilities[i]);
        }));
    return sets;
}

}  // namespace huizhen::engine
