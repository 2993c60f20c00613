#include "evaluation_job.h"

#include <cmath>

#include <huizhen/acceptance/site_row.h>
#include <huizhen/exchange/site_row_codec.h>

#include "jobs/plain_model.h"

namespace huizhen::site {
namespace {

using learning::HeadScores;

Result<std::vector<float>> read_model(const rounds::ObjectRef& object,
                                      const std::optional<objects::ObjectName>& norms,
                                      const learning::LearningTask& task, const JobTools& tools) {
    HZ_ASSIGN(const auto reader, model_file::ModelReader::open(tools.objects->path_of(object.digest)));
    HZ_TRY(check_fits(reader.header(), task));
    HZ_ASSIGN(std::vector<float> weights, reader.read_all());
    if (norms) {
        HZ_ASSIGN(const auto own, get_vector(*tools.kept, *norms, norm_values(reader.header())));
        put_norms(reader.header(), own, weights);
    }
    return weights;
}

// Four digits: enough to judge by, and not a bit-exact function of single cases.
double rounded(double value) { return std::isfinite(value) ? std::round(value * 1e4) / 1e4 : value; }

void round_figures(acceptance::Interval& interval) {
    interval = {rounded(interval.estimate), rounded(interval.low), rounded(interval.high)};
}

void round_figures(acceptance::Measured& measured) {
    round_figures(measured.auc);
    acceptance::Calibration& calibration = measured.calibration;
    calibration = {rounded(calibration.ece), rounded(calibration.brier), rounded(calibration.intercept),
                   rounded(calibration.slope)};
}

void round_figures(acceptance::HeadRow& row) {
    round_figures(row.after);
    if (!row.before) return;
    round_figures(*row.before);
    round_figures(row.difference);
    // Still that of its areas, which the coordinator checks.
    acceptance::Interval& difference = row.difference;
    difference.estimate = row.after.auc.estimate - row.before->auc.estimate;
    difference.low = std::min(difference.low, difference.estimate);
    difference.high = std::max(difference.high, difference.estimate);
}

std::vector<double> probabilities(const HeadScores& scores) {
    std::vector<double> values;
    values.reserve(scores.logits.size());
    for (const double logit : scores.logits) values.push_back(1 / (1 + std::exp(-logit)));
    return values;
}

}  // namespace

Result<rounds::Bytes> evaluate(const EvaluationWork& work, const JobTools& tools, const std::stop_token& stop,
                               ProgressSink& progress) {
    HZ_ASSIGN(const auto task, tools.tasks->make(work.candidate.task));
    learning::Evaluation before;
    {
        HZ_ASSIGN(const auto weights, read_model(work.candidate.current, work.current_norms, *task, tools));
        HZ_ASSIGN(before, task->evaluate(weights, stop, progress));
    }
    HZ_ASSIGN(const auto weights, read_model(work.candidate.candidate, work.candidate_norms, *task, tools));
    HZ_ASSIGN(const learning::Evaluation after, task->evaluate(weights, stop, progress));
    acceptance::SiteRow row;
    for (std::size_t head = 0; head < after.scores.size(); ++head) {
        const HeadScores& scores = after.scores[head];
        row.heads.push_back(acceptance::measure(task->heads()[head], probabilities(before.scores[head]),
                                                probabilities(scores), scores.labels, scores.patients));
        acceptance::HeadRow& figures = row.heads.back();
        round_figures(figures);
    }
    return exchange::encode_row(row);
}

}  // namespace huizhen::site
