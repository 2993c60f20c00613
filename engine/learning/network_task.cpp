#include "network_task.h"

#include <map>
#include <numeric>

#include <huizhen/base/check.h>
#include <huizhen/base/sha256.h>
#include <huizhen/tensor/losses.h>

namespace huizhen::learning {
namespace {

constexpr std::size_t kInferenceBatch = 64;

bool is_norm(std::string_view name) { return name.starts_with("norm") || name.find(".norm") != name.npos; }

Sha256Digest content_of(const Case& one) {
    Sha256 hash;
    hash.update(std::as_bytes(std::span(one.labels)));
    hash.update(std::as_bytes(std::span(one.hu)));
    hash.update(std::as_bytes(std::span(one.text.data(), one.text.size())));
    return hash.finish();
}

// Ids and marks are made under a key of the site; the order of training must not hang on them, or a second
// import under a new key would give other weights.
void order_by_content(CaseSet& set) {
    std::vector<std::pair<Sha256Digest, std::size_t>> keys;
    for (std::size_t k = 0; k < set.cases.size(); ++k) keys.emplace_back(content_of(set.cases[k]), k);
    std::sort(keys.begin(), keys.end());
    std::vector<Case> ordered;
    ordered.reserve(keys.size());
    for (const auto& [hash, k] : keys) ordered.push_back(std::move(set.cases[k]));
    set.cases = std::move(ordered);
}

}  // namespace

ParameterLayout layout_of(const engine::ParameterSet& parameters) {
    ParameterLayout layout;
    for (const engine::Parameter& parameter : parameters.all()) {
        layout.add(parameter.name, parameter.value.shape(),
                   is_norm(parameter.name) ? ParameterKind::kNorm : ParameterKind::kWeight);
    }
    return layout;
}

std::vector<float> values_of(const engine::ParameterSet& parameters) {
    std::vector<float> values(static_cast<std::size_t>(parameters.count()));
    std::size_t at = 0;
    for (const engine::Parameter& parameter : parameters.all()) {
        const auto count = static_cast<std::size_t>(parameter.value.count());
        parameter.value.copy_to(std::span(values).subspan(at, count));
        at += count;
    }
    return values;
}

NetworkTask::NetworkTask(std::string name, std::vector<std::string> heads, CaseSet set, int held_out_fold,
                         engine::Context& context)
    : name_(std::move(name)),
      heads_(std::move(heads)),
      set_(std::move(set)),
      counts_(count_cases(set_, heads_.size(), held_out_fold)),
      parameters_(context, 0) {
    order_by_content(set_);
    std::map<Mark, int> numbers;
    for (std::size_t k = 0; k < set_.cases.size(); ++k) {
        const Case& one = set_.cases[k];
        HZ_CHECK(one.labels.size() == heads_.size(), "one label per head");
        const auto number = static_cast<int>(numbers.size());
        patient_numbers_.push_back(numbers.emplace(one.patient, number).first->second);
        (one.fold == held_out_fold ? held_out_ : training_).push_back(k);
    }
}

void NetworkTask::parameters_are_complete() {
    layout_ = layout_of(parameters_);
    for (const engine::Parameter& parameter : parameters_.all()) decays_.push_back(parameter.decays);
}

void NetworkTask::put(std::span<const float> weights) {
    std::size_t at = 0;
    for (const engine::Parameter& parameter : parameters_.all()) {
        const auto count = static_cast<std::size_t>(parameter.value.count());
        engine::Tensor value = parameter.value;
        value.assign(weights.subspan(at, count));
        at += count;
    }
}

double NetworkTask::gradient(std::span<const float> weights, std::span<const std::size_t> batch,
                             engine::Philox& random, std::span<float> gradient) {
    put(weights);
    parameters_.clear_grads();
    std::vector<std::size_t> cases;
    std::vector<float> targets, known;
    for (const std::size_t k : batch) {
        cases.push_back(training_[k]);
        for (const float label : case_at(training_[k]).labels) {
            known.push_back(std::isnan(label) ? 0.0F : 1.0F);
            targets.push_back(std::isnan(label) ? 0.0F : label);
        }
    }
    const engine::Shape shape{static_cast<std::int64_t>(cases.size()),
                              static_cast<std::int64_t>(heads_.size())};
    const engine::Tensor loss =
        engine::bce_with_logits(logits(cases, &random), engine::Tensor::from(context(), shape, targets),
                                engine::Tensor::from(context(), shape, known));
    const double value = loss.item();
    engine::backward(loss);
    std::size_t at = 0;
    for (const engine::Parameter& parameter : parameters_.all()) {
        const auto part = gradient.subspan(at, static_cast<std::size_t>(parameter.value.count()));
        const engine::Tensor own = parameter.value.grad();
        if (own.defined()) {
            own.copy_to(part);
        } else {
            std::fill(part.begin(), part.end(), 0.0F);
        }
        at += part.size();
    }
    parameters_.clear_grads();
    return value;
}

Result<TrainResult> NetworkTask::train(std::span<const float> start, const TrainOptions& options,
                                       const std::stop_token& stop, ProgressSink& progress) {
    return take_local_steps(*this, layout_, decays_, start, options, stop, progress);
}

Result<Evaluation> NetworkTask::evaluate(std::span<const float> weights, const std::stop_token& stop,
                                         ProgressSink& progress) {
    if (weights.size() != layout_.size()) {
        return fail(ErrorCode::kInvalidArgument, "the weights do not fit the task's layout");
    }
    put(weights);
    const engine::InferenceScope scope(context());
    Evaluation evaluation;
    evaluation.scores.resize(heads_.size());
    for (std::size_t first = 0; first < held_out_.size(); first += kInferenceBatch) {
        HZ_TRY(check_stop(stop));
        const auto cases =
            std::span(held_out_).subspan(first, std::min(kInferenceBatch, held_out_.size() - first));
        const std::vector<float> values = logits(cases, nullptr).to_vector();
        for (std::size_t k = 0; k < cases.size(); ++k) {
            const Case& one = case_at(cases[k]);
            for (std::size_t head = 0; head < heads_.size(); ++head) {
                if (std::isnan(one.labels[head])) continue;
                HeadScores& scores = evaluation.scores[head];
                scores.logits.push_back(static_cast<double>(values[k * heads_.size() + head]));
                scores.labels.push_back(one.labels[head] == 1 ? 1 : 0);
                scores.patients.push_back(patient_numbers_[cases[k]]);
                scores.sizes_mm.push_back(one.size_mm);
            }
        }
        progress.advance("evaluating", first + cases.size(), held_out_.size());
    }
    for (std::size_t head = 0; head < heads_.size(); ++head) {
        evaluation.figures.push_back(figures_of(heads_[head], evaluation.scores[head]));
    }
    return evaluation;
}

}  // namespace huizhen::learning
