#include "local_steps.h"

#include <numeric>

#include <huizhen/base/check.h>

namespace huizhen::learning {
namespace {

// Streams of one step lie below those of the next; more than any step draws.
constexpr int kStreamBitsOfStep = 24;
constexpr int kStreamBitsOfEpoch = 40;
constexpr std::uint64_t kShuffleKey = 0x9e3779b97f4a7c15U;  // so that shuffles and steps never share a stream

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;  // Kingma and Ba, ICLR 2015

Status check_options(const ParameterLayout& layout, std::span<const float> start,
                     const TrainOptions& options) {
    const auto refuse = [](const char* what) { return fail(ErrorCode::kInvalidArgument, what); };
    const auto sane = [](double value) { return std::isfinite(value) && value >= 0; };
    if (start.size() != layout.size()) return refuse("the weights do not fit the task's layout");
    for (const float value : start) {
        if (!std::isfinite(value)) return refuse("the weights to start from are not finite");
    }
    if (options.steps < 0 || (options.steps == 0 && options.epochs < 1) || options.batch < 1) {
        return refuse("epochs, steps and batch must be positive");
    }
    if (!sane(options.learning_rate) || !sane(options.momentum) || options.momentum >= 1 ||
        !sane(options.decay) || !sane(options.batch_clip) || !sane(options.proximal_mu)) {
        return refuse("learning rate, momentum, decay, clip and mu must be finite and not negative");
    }
    if (!options.control_correction.empty() && options.control_correction.size() != layout.size()) {
        return refuse("the control correction does not fit the task's layout");
    }
    return {};
}

double norm_of(std::span<const float> values) {
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value) * value;
    return std::sqrt(sum);
}

class Optimizer {
  public:
    Optimizer(const ParameterLayout& layout, const std::vector<bool>& decays, const TrainOptions& options)
        : layout_(layout), decays_(decays), options_(options) {
        const bool adam = options.optimizer == LocalOptimizer::kAdamW;
        if (adam || options.momentum > 0) first_.resize(layout.size());
        if (adam) second_.resize(layout.size());
    }

    void step(std::span<const float> gradient, std::span<float> weights) {
        ++steps_;
        for (std::size_t k = 0; k < layout_.blocks().size(); ++k) {
            const ParameterBlock& block = layout_.blocks()[k];
            if (decays_[k] && options_.decay > 0) {
                const auto keep = static_cast<float>(1 - options_.learning_rate * options_.decay);
                for (float& value : weights.subspan(block.offset, block.count)) value *= keep;
            }
        }
        if (options_.optimizer == LocalOptimizer::kAdamW) {
            adam(gradient, weights);
        } else {
            sgd(gradient, weights);
        }
    }

  private:
    void sgd(std::span<const float> gradient, std::span<float> weights) {
        const auto rate = static_cast<float>(options_.learning_rate);
        if (first_.empty()) {
            for (std::size_t i = 0; i < weights.size(); ++i) weights[i] -= rate * gradient[i];
            return;
        }
        const auto momentum = static_cast<float>(options_.momentum);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            first_[i] = momentum * first_[i] + gradient[i];
            weights[i] -= rate * first_[i];
        }
    }

    void adam(std::span<const float> gradient, std::span<float> weights) {
        const auto t = static_cast<double>(steps_);
        const auto b1 = static_cast<float>(kBeta1), b2 = static_cast<float>(kBeta2);
        const auto rate = static_cast<float>(options_.learning_rate / (1 - std::pow(kBeta1, t)));
        const auto scale = static_cast<float>(1 / std::sqrt(1 - std::pow(kBeta2, t)));
        const auto epsilon = static_cast<float>(kEpsilon);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            first_[i] = b1 * first_[i] + (1 - b1) * gradient[i];
            second_[i] = b2 * second_[i] + (1 - b2) * gradient[i] * gradient[i];
            weights[i] -= rate * first_[i] / (std::sqrt(second_[i]) * scale + epsilon);
        }
    }

    const ParameterLayout& layout_;
    const std::vector<bool>& decays_;
    const TrainOptions& options_;
    std::vector<float> first_, second_;
    std::int64_t steps_ = 0;
};

// Batches of one epoch differ by at most one case, so that none is left out and none is tiny.
struct Batches {
    std::size_t cases, count;

    Batches(std::size_t all, std::size_t batch) : cases(all), count((all + batch - 1) / batch) {}
    std::size_t begin(std::size_t k) const { return cases * k / count; }
};

}  // namespace

Result<TrainResult> take_local_steps(Objective& objective, const ParameterLayout& layout,
                                     const std::vector<bool>& decays, std::span<const float> start,
                                     const TrainOptions& options, const std::stop_token& stop,
                                     ProgressSink& progress) {
    HZ_TRY(check_options(layout, start, options));
    HZ_CHECK(decays.size() == layout.blocks().size(), "one word on decay per block");
    if (objective.size() == 0)
        return fail(ErrorCode::kNotFound, "this site has no training cases for the task");

    const Batches batches(objective.size(), static_cast<std::size_t>(options.batch));
    const std::size_t total = options.steps > 0 ? static_cast<std::size_t>(options.steps)
                                                : static_cast<std::size_t>(options.epochs) * batches.count;
    TrainResult result;
    result.weights.assign(start.begin(), start.end());
    result.samples = objective.size();
    if (options.want_mean_gradient) result.mean_gradient.resize(layout.size());

    Optimizer optimizer(layout, decays, options);
    std::vector<float> gradient(layout.size());
    std::vector<std::size_t> order(objective.size());
    const auto mu = static_cast<float>(options.proximal_mu);
    for (std::size_t step = 0; step < total; ++step) {
        HZ_TRY(check_stop(stop));
        const std::size_t epoch = step / batches.count, within = step % batches.count;
        if (within == 0) {
            std::iota(order.begin(), order.end(), std::size_t{0});
            engine::Philox(options.seed ^ kShuffleKey, epoch << kStreamBitsOfEpoch).shuffle(order);
        }
        const std::size_t first = batches.begin(within);
        engine::Philox random(options.seed, static_cast<std::uint64_t>(step) << kStreamBitsOfStep);
        const double loss = objective.gradient(
            result.weights, std::span(order).subspan(first, batches.begin(within + 1) - first), random,
            gradient);
        const double norm = norm_of(gradient);
        if (!std::isfinite(loss) || !std::isfinite(norm)) {
            return fail(ErrorCode::kInternal,
                        "local training diverged; the plan's learning rate is too high");
        }
        result.loss += loss;
        for (std::size_t i = 0; i < result.mean_gradient.size(); ++i) {
            result.mean_gradient[i] += gradient[i] / static_cast<float>(total);
        }
        if (options.batch_clip > 0 && norm > options.batch_clip) {
            const auto scale = static_cast<float>(options.batch_clip / norm);
            for (float& value : gradient) value *= scale;
        }
        for (std::size_t i = 0; i < options.control_correction.size(); ++i) {
            gradient[i] += options.control_correction[i];
        }
        if (mu > 0) {
            for (std::size_t i = 0; i < gradient.size(); ++i) {
                gradient[i] += mu * (result.weights[i] - start[i]);
            }
        }
        optimizer.step(gradient, result.weights);
        progress.advance("training", step + 1, total);
    }
    result.steps = total;
    result.loss /= static_cast<double>(total);
    return result;
}

}  // namespace huizhen::learning
