#pragma once

// The steps a site takes from the model it was given: shuffled batches, one optimiser, the corrections of
// FedProx and SCAFFOLD. Plain loops over flat vectors, so that they are the same for every backend.

#include <huizhen/learning/learning_task.h>
#include <huizhen/tensor/philox.h>

namespace huizhen::learning {

class Objective {
  public:
    virtual ~Objective() = default;
    virtual std::size_t size() const = 0;  // training cases, numbered from 0
    // The mean loss of these cases, and its gradient written over `gradient`. Randomness (augmentation,
    // dropout) from `random` alone.
    virtual double gradient(std::span<const float> weights, std::span<const std::size_t> batch,
                            engine::Philox& random, std::span<float> gradient) = 0;
};

// `decays` says by block whether weight decay applies; in the order of layout.blocks().
Result<TrainResult> take_local_steps(Objective& objective, const ParameterLayout& layout,
                                     const std::vector<bool>& decays, std::span<const float> start,
                                     const TrainOptions& options, const std::stop_token& stop,
                                     ProgressSink& progress);

}  // namespace huizhen::learning
