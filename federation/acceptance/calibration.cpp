#include <limits>

#include <huizhen/acceptance/calibration.h>
#include <huizhen/base/check.h>

namespace huizhen::acceptance {

namespace {

constexpr int kBins = 10;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double expected_error(std::span<const double> probabilities, std::span<const int> labels) {
    std::array<double, kBins> surplus{};  // sum of label - probability
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const int bin = std::clamp(static_cast<int>(probabilities[i] * kBins), 0, kBins - 1);
        surplus[static_cast<std::size_t>(bin)] += labels[i] - probabilities[i];
    }
    double sum = 0;
    for (const double value : surplus) sum += std::abs(value);
    return sum / static_cast<double>(labels.size());
}

double logit(double probability) {
    const double kept = std::clamp(probability, 1e-7, 1 - 1e-7);
    return std::log(kept / (1 - kept));
}

struct Line {
    double intercept = kNaN, slope = kNaN;
};

// Newton's method on two parameters, each step halved until the likelihood does not fall.
Line recalibration(std::span<const double> probabilities, std::span<const int> labels) {
    std::vector<double> x;
    for (const double probability : probabilities) x.push_back(logit(probability));
    const auto likelihood = [&](const Line& line) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double z = (line.intercept + line.slope * x[i]) * (labels[i] == 1 ? 1 : -1);
            sum += z > 0 ? -std::log1p(std::exp(-z)) : z - std::log1p(std::exp(z));
        }
        return sum;
    };
    Line line{0, 1};
    double reached = likelihood(line);
    for (int step = 0; step < 100; ++step) {
        double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double p = 1 / (1 + std::exp(-(line.intercept + line.slope * x[i])));
            const double error = labels[i] - p, weight = p * (1 - p);
            g0 += error;
            g1 += error * x[i];
            h00 += weight;
            h01 += weight * x[i];
            h11 += weight * x[i] * x[i];
        }
        const double determinant = h00 * h11 - h01 * h01;
        if (!(determinant > 1e-12 * h00 * h11)) return {};
        const double by_intercept = (h11 * g0 - h01 * g1) / determinant;
        const double by_slope = (h00 * g1 - h01 * g0) / determinant;
        if (std::abs(by_intercept) + std::abs(by_slope) < 1e-10) return line;
        double part = 1;
        Line next;
        double there = 0;
        do {
            next = {line.intercept + part * by_intercept, line.slope + part * by_slope};
            there = likelihood(next);
            part /= 2;
        } while (there < reached && part > 1e-6);
        line = next;
        reached = there;
        if (std::abs(line.slope) > 1e3 || std::abs(line.intercept) > 1e3) return {};
    }
    return {};
}

}  // namespace

Calibration calibration_of(std::span<const double> probabilities, std::span<const int> labels) {
    HZ_CHECK(probabilities.size() == labels.size(), "a probability a label");
    const bool has_nan = std::any_of(probabilities.begin(), probabilities.end(),
                                     [](double probability) { return std::isnan(probability); });
    if (labels.empty() || has_nan) return {kNaN, kNaN, kNaN, kNaN};
    Calibration calibration;
    calibration.ece = expected_error(probabilities, labels);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        calibration.brier += std::pow(probabilities[i] - labels[i], 2) / static_cast<double>(labels.size());
    }
    const Line line = recalibration(probabilities, labels);
    calibration.intercept = line.intercept;
    calibration.slope = line.slope;
    return calibration;
}

}  // namespace huizhen::acceptance
