#include <map>
#include <numbers>

#include <huizhen/base/check.h>
#include <huizhen/nn/adamw.h>
#include <huizhen/tensor/optimizer_ops.h>

namespace huizhen::engine {
namespace {

void append_state(NamedTensors& state, std::string_view prefix, const ParameterSet& parameters,
                  const std::vector<Tensor>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        state.emplace_back(std::string(prefix) + parameters.all()[i].name, values[i]);
    }
}

using TensorsByName = std::map<std::string_view, const Tensor*>;

TensorsByName by_name(const NamedTensors& state) {
    TensorsByName map;
    for (const auto& [name, tensor] : state) map.emplace(name, &tensor);
    return map;
}

// Checks first, so that nothing is changed where something is missing.
Status check_state(const TensorsByName& state, std::string_view prefix, const ParameterSet& parameters) {
    for (const Parameter& parameter : parameters.all()) {
        const std::string name = std::string(prefix) + parameter.name;
        const auto found = state.find(name);
        if (found == state.end()) return fail(ErrorCode::kIntegrity, "the training state lacks " + name);
        if (found->second->shape() != parameter.value.shape()) {
            return fail(ErrorCode::kIntegrity, "the training state holds " + name + " of shape " +
                                                   found->second->shape().to_string() + ", wanted " +
                                                   parameter.value.shape().to_string());
        }
    }
    return {};
}

void assign_state(const TensorsByName& state, std::string_view prefix, const ParameterSet& parameters,
                  std::vector<Tensor>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i].assign(*state.at(std::string(prefix) + parameters.all()[i].name));
    }
}

std::vector<Tensor> zeros_like(const ParameterSet& parameters) {
    std::vector<Tensor> values;
    for (const Parameter& parameter : parameters.all()) {
        values.push_back(Tensor::zeros(parameters.context(), parameter.value.shape()));
    }
    return values;
}

}  // namespace

double CosineSchedule::at(std::int64_t step) const {
    if (step < warmup_steps) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup_steps);
    const std::int64_t last = std::max(total_steps - 1, warmup_steps + 1);
    if (step >= last) return floor;
    const double part = static_cast<double>(step - warmup_steps) / static_cast<double>(last - warmup_steps);
    return floor + 0.5 * (peak - floor) * (1.0 + std::cos(std::numbers::pi * part));
}

AdamW::AdamW(ParameterSet& parameters, AdamWOptions options)
    : parameters_(parameters), options_(options), m_(zeros_like(parameters)), v_(zeros_like(parameters)) {}

double AdamW::step(double learning_rate, int micro_batches) {
    HZ_CHECK(micro_batches >= 1, "a step has at least one micro-batch");
    HZ_CHECK(m_.size() == parameters_.all().size(), "all parameters were there when the optimiser was made");
    std::vector<Tensor> gradients;
    for (const Parameter& parameter : parameters_.all()) gradients.push_back(parameter.value.grad());
    const double norm = global_norm(gradients) / micro_batches;
    if (!std::isfinite(norm)) {
        parameters_.clear_grads();
        return norm;
    }
    double scale = 1.0 / micro_batches;
    if (options_.clip_norm > 0.0 && norm > options_.clip_norm) scale *= options_.clip_norm / norm;
    ++steps_;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        if (!gradients[i].defined()) continue;
        const Parameter& parameter = parameters_.all()[i];
        Tensor value = parameter.value;
        AdamWStep step;
        step.learning_rate = static_cast<float>(learning_rate);
        step.beta1 = static_cast<float>(options_.beta1);
        step.beta2 = static_cast<float>(options_.beta2);
        step.epsilon = static_cast<float>(options_.epsilon);
        step.decay = parameter.decays ? static_cast<float>(options_.decay) : 0.0F;
        step.gradient_scale = static_cast<float>(scale);
        step.step = steps_;
        adamw_step(value, gradients[i], m_[i], v_[i], step);
    }
    parameters_.clear_grads();
    return norm;
}

NamedTensors AdamW::state() const {
    NamedTensors state;
    append_state(state, "m/", parameters_, m_);
    append_state(state, "v/", parameters_, v_);
    return state;
}

Status AdamW::restore(const NamedTensors& state, std::int64_t steps) {
    if (steps < 0) return fail(ErrorCode::kIntegrity, "the training state counts a negative number of steps");
    const TensorsByName named = by_name(state);
    HZ_TRY(check_state(named, "m/", parameters_));
    HZ_TRY(check_state(named, "v/", parameters_));
    assign_state(named, "m/", parameters_, m_);
    assign_state(named, "v/", parameters_, v_);
    steps_ = steps;
    return {};
}

WeightAverage::WeightAverage(ParameterSet& parameters, double decay)
    : parameters_(parameters), decay_(decay), averages_(zeros_like(parameters)) {
    for (std::size_t i = 0; i < averages_.size(); ++i) averages_[i].assign(parameters_.all()[i].value);
}

void WeightAverage::update() {
    const auto t = static_cast<double>(updates_++);
    const double decay = std::min(decay_, (1.0 + t) / (10.0 + t));
    for (std::size_t i = 0; i < averages_.size(); ++i) {
        axpby(parameters_.all()[i].value, static_cast<float>(1.0 - decay), averages_[i],
              static_cast<float>(decay));
    }
}

void WeightAverage::swap() {
    for (std::size_t i = 0; i < averages_.size(); ++i) {
        Tensor live = parameters_.all()[i].value;
        const std::vector<float> values = live.to_vector();
        live.assign(averages_[i]);
        averages_[i].assign(values);
    }
}

NamedTensors WeightAverage::state() const {
    NamedTensors state;
    append_state(state, "ema/", parameters_, averages_);
    return state;
}

Status WeightAverage::restore(const NamedTensors& state, std::int64_t updates) {
    if (updates < 0)
        return fail(ErrorCode::kIntegrity, "the training state counts a negative number of updates");
    const TensorsByName named = by_name(state);
    HZ_TRY(check_state(named, "ema/", parameters_));
    assign_state(named, "ema/", parameters_, averages_);
    updates_ = updates;
    return {};
}

}  // namespace huizhen::engine
