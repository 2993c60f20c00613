#include <huizhen/aggregation/server_step.h>
#include <huizhen/base/check.h>

namespace huizhen::aggregation {

namespace {

// One part of everything a step touches, in place.
struct Part {
    std::span<float> model;
    std::span<const float> update, control_update;
    std::span<const std::span<float>> state;
};

void add_scaled(std::span<float> to, std::span<const float> values, double factor) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        to[i] = static_cast<float>(to[i] + factor * static_cast<double>(values[i]));
    }
}

void step_adam(const StrategySettings& settings, const Part& part) {
    const std::span<float> m = part.state[0], v = part.state[1];
    for (std::size_t i = 0; i < part.model.size(); ++i) {
        const double update = part.update[i];
        const double mean = settings.beta1 * m[i] + (1 - settings.beta1) * update;
        const double square = settings.beta2 * v[i] + (1 - settings.beta2) * update * update;
        m[i] = static_cast<float>(mean);
        v[i] = static_cast<float>(square);
        part.model[i] = static_cast<float>(part.model[i] +
                                           settings.adam_rate * mean / (std::sqrt(square) + settings.tau));
    }
}

void step(const Strategy& strategy, const Part& part, double participation) {
    const StrategySettings& settings = strategy.settings();
    if (settings.kind == StrategyKind::kFedAdam) return step_adam(settings, part);
    add_scaled(part.model, part.update, settings.server_rate);
    if (strategy.has_control()) {
        add_scaled(part.state[0], part.control_update, participation / settings.control_scale);
    }
}

Status check_finite(std::span<const float> values) {
    if (std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
        return {};
    return fail(
        ErrorCode::kUntrustworthyInput,
        "the step makes a model with a value that is not finite: lower the rate, or look at the sites");
}

// The buffers of one part, and the step's inputs and outputs for it.
class PartStepper {
  public:
    PartStepper(const Strategy& strategy, const ServerStreams& streams, double participation)
        : strategy_(strategy),
          streams_(streams),
          participation_(participation),
          vectors_(strategy.state()),
          model_(kPartValues),
          update_(kPartValues),
          control_update_(strategy.has_control() ? kPartValues : 0),
          state_(vectors_.size(), std::vector<float>(kPartValues)) {
        HZ_CHECK(streams.state.size() == vectors_.size(), "a stream for each vector of the state");
    }

    // Values [first, first + count); `segment` says where they are in the upload, or is null: they stay.
    Status run(std::uint64_t first, std::size_t count, const SentSegment* segment) {
        const std::span<float> model = std::span(model_).first(count);
        HZ_TRY(streams_.model(first, model));
        std::vector<std::span<float>> state;
        for (std::size_t i = 0; i < state_.size(); ++i) {
            state.push_back(std::span(state_[i]).first(count));
            if (streams_.state[i].read) {
                HZ_TRY(streams_.state[i].read(first, state[i]));
            } else {
                std::fill(state[i].begin(), state[i].end(), vectors_[i].initial);
            }
        }
        if (segment != nullptr)
            HZ_TRY(step_sent(segment->upload_first + first - segment->model_first, model, state));
        HZ_TRY(streams_.next_model(model));
        for (std::size_t i = 0; i < state.size(); ++i) HZ_TRY(streams_.state[i].append(state[i]));
        return {};
    }

  private:
    Status step_sent(std::uint64_t at, std::span<float> model, std::span<const std::span<float>> state) {
        const std::span<float> update = std::span(update_).first(model.size());
        HZ_TRY(streams_.mean(at, update));
        std::span<float> control_update;
        if (strategy_.has_control()) {
            control_update = std::span(control_update_).first(model.size());
            HZ_TRY(streams_.mean(strategy_.sent_values() + at, control_update));
        }
        step(strategy_, {model, update, control_update, state}, participation_);
        HZ_TRY(check_finite(model));
        for (const std::span<float> values : state) HZ_TRY(check_finite(values));
        return {};
    }

    const Strategy& strategy_;
    const ServerStreams& streams_;
    double participation_;
    std::vector<StateVector> vectors_;
    std::vector<float> model_, update_, control_update_;
    std::vector<std::vector<float>> state_;
};

}  // namespace

Status step_server(const Strategy& strategy, const ServerStreams& streams, double participation) {
    if (!(participation > 0 && participation <= 1)) {
        return fail(ErrorCode::kInvalidArgument, "participation must be above 0 and at most 1");
    }
    PartStepper stepper(strategy, streams, participation);
    // Up to the next border: sent or not, `end` is where that changes.
    const auto run_until = [&](std::uint64_t& first, std::uint64_t end,
                               const SentSegment* segment) -> Status {
        while (first < end) {
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kPartValues, end - first));
            HZ_TRY(stepper.run(first, count, segment));
            first += count;
        }
        return {};
    };
    std::uint64_t first = 0;
    for (const SentSegment& segment : strategy.sent()) {
        HZ_TRY(run_until(first, segment.model_first, nullptr));
        HZ_TRY(run_until(first, segment.model_first + segment.count, &segment));
    }
    return run_until(first, strategy.model_values(), nullptr);
}

Status step_server(const Strategy& strategy, std::span<float> model, std::span<const float> mean,
                   ServerState& state, double participation) {
    if (model.size() != strategy.model_values() || mean.size() != strategy.upload_values()) {
        return fail(ErrorCode::kInvalidArgument, "model or mean are not of this strategy's lengths");
    }
    std::vector<float> next(model.size());
    ServerState next_state;
    ServerStreams streams{read_from(model), read_from(mean), append_to(next), {}};
    for (const StateVector& vector : strategy.state()) {
        const auto found = state.find(vector.name);
        if (found != state.end() && found->second.size() != model.size()) {
            return fail(ErrorCode::kInvalidArgument,
                        "the server's \"" + std::string(vector.name) + "\" is of another model");
        }
        std::vector<float>& values = next_state[std::string(vector.name)];
        values.resize(model.size());
        streams.state.push_back(
            {found == state.end() ? ReadPart() : read_from(found->second), append_to(values)});
    }
    HZ_TRY(step_server(strategy, streams, participation));
    std::copy(next.begin(), next.end(), model.begin());
    for (auto& [name, values] : next_state) state[name] = std::move(values);
    return {};
}

}  // namespace huizhen::aggregation
