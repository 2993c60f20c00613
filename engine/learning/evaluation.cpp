#include <limits>

#include <huizhen/base/check.h>
#include <huizhen/learning/evaluation.h>
#include <huizhen/training/calibration.h>
#include <huizhen/training/metrics.h>

namespace huizhen::learning {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kResamples = 500;
constexpr std::uint64_t kResampleSeed = 1;

template <typename T>
std::vector<T> chosen(std::span<const T> values, std::span<const std::size_t> cases) {
    std::vector<T> out;
    out.reserve(cases.size());
    for (const std::size_t k : cases) out.push_back(values[k]);
    return out;
}

std::uint64_t distinct(std::vector<int> values) {
    std::sort(values.begin(), values.end());
    return static_cast<std::uint64_t>(std::unique(values.begin(), values.end()) - values.begin());
}

}  // namespace

HeadFigures figures_of(std::string head, const HeadScores& scores) {
    HZ_CHECK(scores.logits.size() == scores.labels.size() && scores.logits.size() == scores.patients.size(),
             "one label and patient per score");
    HeadFigures figures;
    figures.head = std::move(head);
    figures.n = scores.labels.size();
    figures.positives = static_cast<std::uint64_t>(std::count(scores.labels.begin(), scores.labels.end(), 1));
    figures.patients = distinct(scores.patients);
    figures.auc = figures.auc_low = figures.auc_high = figures.brier = figures.ece = kNaN;
    figures.calibration_intercept = figures.calibration_slope = kNaN;
    if (figures.n == 0) return figures;

    std::vector<double> probabilities;
    for (const double logit : scores.logits) probabilities.push_back(engine::sigmoid(logit));
    figures.brier = engine::brier_score(probabilities, scores.labels);
    figures.ece = engine::expected_calibration_error(probabilities, scores.labels);
    if (figures.positives == 0 || figures.positives == figures.n) return figures;

    const auto auc_of = [&](std::span<const std::size_t> cases) {
        return engine::auc(chosen<double>(scores.logits, cases), chosen<int>(scores.labels, cases));
    };
    const auto interval = engine::clustered_bootstrap(scores.patients, auc_of, kResamples, kResampleSeed);
    figures.auc = interval.estimate;
    figures.auc_low = interval.low;
    figures.auc_high = interval.high;
    if (const auto map =
            engine::fit_calibration(engine::CalibrationKind::kPlatt, scores.logits, scores.labels)) {
        figures.calibration_intercept = map->c;
        figures.calibration_slope = map->a;
    }
    return figures;
}

}  // namespace huizhen::learning
