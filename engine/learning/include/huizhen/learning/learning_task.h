#pragma once

// What one hospital trains and measures in a federated round: plain vectors in, plain vectors out. Whatever
// protects an update (clipping, noise, masks) is applied outside, to `weights - start`.
//
// One thread at a time. The same start, options, cases and backend give the same bits, with any number of
// threads; only the digits of kernels for other instruction sets differ.

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <huizhen/base/progress.h>
#include <huizhen/learning/case_set.h>
#include <huizhen/learning/evaluation.h>
#include <huizhen/learning/parameter_layout.h>

namespace huizhen::learning {

enum class LocalOptimizer {
    kSgd,    // with momentum, whose memory starts empty each time
    kAdamW,  // likewise
};

struct TrainOptions {
    int epochs = 1;  // passes over the site's training cases
    int steps = 0;   // above 0: so many batches, whatever `epochs` says
    int batch = 16;
    LocalOptimizer optimizer = LocalOptimizer::kSgd;
    double learning_rate = 0.01;
    double momentum = 0.0;  // kSgd
    double decay = 0.0;     // towards zero, decoupled; norms and biases do not decay
    double batch_clip = 0;  // bound on the norm of a batch's gradient; 0: none
    // FedProx (Li et al., MLSys 2020): adds mu (w - start) to every gradient.
    double proximal_mu = 0;
    // SCAFFOLD (Karimireddy et al., ICML 2020): c - c_i, added to every gradient. Empty, or of the layout's
    // size.
    std::span<const float> control_correction{};
    bool want_mean_gradient = false;
    std::uint64_t seed = 1;
};

struct TrainResult {
    std::vector<float> weights;
    std::uint64_t samples = 0;  // training cases: the weight of this site in an average
    std::uint64_t steps = 0;
    double loss = 0;  // mean over the batches taken
    // Of the batches' own gradients, before any correction, clip or proximal term: SCAFFOLD's new c_i
    // ("option II" for plain SGD) with any optimiser. Empty unless wanted.
    std::vector<float> mean_gradient;
};

class LearningTask {
  public:
    virtual ~LearningTask() = default;

    virtual const std::string& name() const = 0;  // "ct-crops/1"; another meaning is another name
    virtual const std::vector<std::string>& heads() const = 0;
    virtual const ParameterLayout& layout() const = 0;
    // Drawn from the seed alone: the same at every site and at the coordinator, which has no cases.
    virtual std::vector<float> initial(std::uint64_t seed) const = 0;

    virtual const CaseCounts& counts() const = 0;

    // kNotFound: no training cases. kInvalidArgument: `start` or an option does not fit. kCancelled.
    // kInternal: the loss stopped being finite.
    virtual Result<TrainResult> train(std::span<const float> start, const TrainOptions& options,
                                      const std::stop_token& stop, ProgressSink& progress) = 0;

    // On the patients of the held-out fold, none of whom is in training. With none, every n is 0.
    virtual Result<Evaluation> evaluate(std::span<const float> weights, const std::stop_token& stop,
                                        ProgressSink& progress) = 0;
};

}  // namespace huizhen::learning
