#pragma once

// The training loop: shuffled batches, AdamW with warm-up and cosine decay, a moving average of the weights,
// early stop, and a checkpoint from which a stopped run goes on to exactly the result it would have had.
//
// Every draw comes from Philox at a position given by seed, epoch and step alone, so that the state of a run
// is its tensors and three counters.

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>

#include <huizhen/base/progress.h>
#include <huizhen/nn/adamw.h>
#include <huizhen/nn/parameters.h>
#include <huizhen/tensor/philox.h>

namespace huizhen::engine {

// What is being learned. Used from the thread that calls train().
class TrainingTask {
  public:
    virtual ~TrainingTask() = default;
    // Training cases, numbered from 0.
    virtual std::size_t size() const = 0;
    // The loss, a scalar on the tape, of these cases. All randomness (augmentation, dropout) comes from
    // `random`.
    virtual Tensor loss(std::span<const std::size_t> cases, Philox& random) = 0;
    // How good the weights in place are on cases kept back; higher is better. Not on the tape.
    virtual double validate() = 0;
};

struct TrainingOptions {
    int epochs = 40;
    int batch = 16;
    double learning_rate = 1e-3;
    double warmup_epochs = 2;
    AdamWOptions optimizer{.decay = 0.02, .clip_norm = 1.0};
    double average_decay = 0.995;
    int validate_every = 1;  // epochs
    // Ends after this many validations without a better one, and puts the best weights back. 0: runs all
    // epochs and keeps the last, which makes the kept-back cases a clean test.
    int patience = 0;
    std::uint64_t seed = 1;
    std::string data{};                  // a name of the data that changes with it: its SHA-256
    std::filesystem::path checkpoint{};  // where a stopped run leaves its state; empty: nowhere
    bool resume = false;                 // go on from `checkpoint` where it exists
    std::string stage = "training";      // name for the progress sink
};

struct TrainingOutcome {
    int epochs = 0;         // run, those before a resume included
    double mean_loss = 0;   // of the last epoch
    double validation = 0;  // of the weights kept
};

// Leaves the averaged weights in `parameters`. When stop is asked for: writes the checkpoint and gives
// kCancelled. The checkpoint is removed when training ends. kIntegrity: the checkpoint belongs to other
// options, data or network. kInternal: the loss stopped being finite.
Result<TrainingOutcome> train(ParameterSet& parameters, TrainingTask& task, const TrainingOptions& options,
                              const std::stop_token& stop, ProgressSink& progress);

}  // namespace huizhen::engine
