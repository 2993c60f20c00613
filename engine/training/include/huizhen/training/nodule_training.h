#pragma once

// Trains the nodule / no-nodule network on labelled axial patches.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <huizhen/model/nodule_network.h>
#include <huizhen/training/augment.h>
#include <huizhen/training/trainer.h>

namespace huizhen::engine {

// 8-bit patches, 0 to 255 over the network's window; all of one length.
struct NodulePatches {
    std::vector<std::uint8_t> pixels;  // [n, 50, 50]
    std::vector<int> is_nodule;
    std::vector<int> folds;  // patches of one patient share a fold

    std::size_t size() const { return is_nodule.size(); }
};

struct NoduleRecipe {
    NoduleNetworkShape shape;
    PlaneAugmentation augmentation;
    double label_smoothing = 0.025;
    TrainingOptions training{.epochs = 16,
                             .batch = 64,
                             .learning_rate = 2e-3,
                             .warmup_epochs = 2,
                             .optimizer = {.decay = 0.02, .clip_norm = 1.0},
                             .average_decay = 0.995,
                             .validate_every = 4};
};

// A network in `parameters` trained on all folds but `fold`.
Result<TrainingOutcome> train_nodule_network(const NoduleNetwork& network, ParameterSet& parameters,
                                             const NodulePatches& patches, int fold,
                                             const NoduleRecipe& recipe, const std::stop_token& stop,
                                             ProgressSink& progress);

// Logits of the named patches.
std::vector<double> nodule_logits(const NoduleNetwork& network, Context& context,
                                  const NodulePatches& patches, std::span<const std::size_t> which);

// Patches that a member may be asked about: all, unless it learned from these very patches (their name is
// `data`, as in its manifest); then those of the fold it left out. kIntegrity where its manifest does not say
// which.
Result<std::vector<std::size_t>> unseen_patches(const ModelManifest& member, const NodulePatches& patches,
                                                std::string_view data);

// Indices of the cases inside, or outside, a fold.
std::vector<std::size_t> cases_of_fold(std::span<const int> folds, int fold, bool inside);

}  // namespace huizhen::engine
