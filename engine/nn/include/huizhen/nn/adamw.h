#pragma once

// AdamW with clipping and accumulation, its learning-rate schedule, and a moving average of the weights.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/nn/parameters.h>

namespace huizhen::engine {

// Linear warm-up to `peak`, then half a cosine down to `floor` at the last step.
struct CosineSchedule {
    double peak = 1e-3;
    double floor = 0.0;
    std::int64_t warmup_steps = 0;
    std::int64_t total_steps = 1;
    double at(std::int64_t step) const;  // step from 0; past the end: floor
};

struct AdamWOptions {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double decay = 0.01;
    double clip_norm = 0.0;  // 0: no clipping
};

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

class AdamW {
  public:
    // `parameters` must outlive it.
    AdamW(ParameterSet& parameters, AdamWOptions options);

    // One update from the gradients backward() accumulated over `micro_batches` calls (their mean), then
    // clears them. Gives the global norm of that mean before clipping. A gradient that is not finite changes
    // nothing.
    double step(double learning_rate, int micro_batches = 1);

    std::int64_t steps() const { return steps_; }

    // First and second moments as "m/<name>" and "v/<name>", for a resumable checkpoint; `restore` wants the
    // same names.
    NamedTensors state() const;
    Status restore(const NamedTensors& state, std::int64_t steps);

  private:
    ParameterSet& parameters_;
    AdamWOptions options_;
    std::vector<Tensor> m_, v_;
    std::int64_t steps_ = 0;
};

// average = decay * average + (1 - decay) * value, with decay capped at (1 + t) / (10 + t) so that early
// steps count.
class WeightAverage {
  public:
    WeightAverage(ParameterSet& parameters, double decay);
    void update();
    // Exchanges live and averaged values; call again to go back.
    void swap();
    NamedTensors state() const;  // "ema/<name>"
    Status restore(const NamedTensors& state, std::int64_t updates);
    std::int64_t updates() const { return updates_; }

  private:
    ParameterSet& parameters_;
    double decay_;
    std::int64_t updates_ = 0;
    std::vector<Tensor> averages_;
};

}  // namespace huizhen::engine
