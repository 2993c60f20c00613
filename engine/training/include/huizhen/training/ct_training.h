#pragma once

// Trains the CT network: malignancy, the eight attributes and the outlined size at once, each from what
// readers said, where they said it. The two readers of the network learn apart, each from the whole of what
// readers said, so that neither leans on the other's training error. A case may be a volume, a single slice,
// or measurements alone.

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <huizhen/model/ct_network.h>
#include <huizhen/training/augment.h>
#include <huizhen/training/trainer.h>

namespace huizhen::engine {

inline constexpr int kCtSourceSide = 40;  // the network's patch and room to turn and shift it
inline constexpr SlabShape kCtSourceVolume{kCtSourceSide, kCtSourceSide}, kCtSourceSlice{1, kCtSourceSide};

struct CtCase {
    std::string patient;  // pseudonym; all cases of a patient share a fold
    int fold = 0;
    // kCtSourceVolume or kCtSourceSlice, x fastest, its middle the network's patch; empty: no picture
    std::vector<float> source_hu;
    std::vector<float> features;  // in the order of the set's feature names; not finite: not known
    double malignancy = 0;        // target, 0 to 1: soft where readers disagree
    std::array<double, kAttributeCount> attributes{};  // targets, as attribute_target()
    std::array<bool, kAttributeCount> attribute_known{};
    std::optional<double> score;  // target: readers' mean malignancy, minus 3
    double outlined_mm = 0;       // target: diameter of what readers outlined; 0: not known
    double weight = 1;            // in training
    bool trainable = true;        // false: measured too badly to learn from
    bool scored = true;           // false: only learned from
    int label = 0;                // what the figures count
    double diameter_mm = 0;       // readers', for figures; never an input
};

struct CtSet {
    std::vector<std::string> feature_names;
    std::vector<CtCase> cases;
};

struct CtRecipe {
    CtNetworkShape shape{};
    // Of one slice, cut anew at every step: the shift also moves it along the axis.
    VolumeAugmentation augmentation{.turn_axial = true,
                                    .tilt_degrees = 10,
                                    .mirror = true,
                                    .scale = 0.1,
                                    .shift = 1.5,
                                    .offset = 0.03,
                                    .noise = 0.03};
    double feature_noise = 0.05;  // deviation added to standardised measurements
    double side_weight = 4;       // of the mean squared error of attributes, score and size
    TrainingOptions training{.epochs = 60,
                             .batch = 64,
                             .learning_rate = 3e-3,
                             .warmup_epochs = 1,
                             .optimizer = {.decay = 0.05, .clip_norm = 1.0},
                             .average_decay = 0.99,
                             .validate_every = 10};
};

// Mean and deviation of every feature over the trainable cases outside `fold`.
std::vector<FeatureScale> feature_scales(const CtSet& set, int fold);

std::vector<std::size_t> ct_training_cases(const CtSet& set, int fold);  // trainable, outside the fold
std::vector<std::size_t> ct_held_out_cases(const CtSet& set, int fold);  // scored, inside it

// A network in `parameters` trained on all folds but `fold`; `scales` from feature_scales().
Result<TrainingOutcome> train_ct_network(const CtNetwork& network, ParameterSet& parameters, const CtSet& set,
                                         int fold, std::span<const FeatureScale> scales,
                                         const CtRecipe& recipe, const std::stop_token& stop,
                                         ProgressSink& progress);

// What a network says of cases without any augmentation; their picture is used where they have one.
struct CtScores {
    std::vector<double> malignancy;                               // logits
    std::vector<double> measured_malignancy, picture_malignancy;  // of either reader
    std::vector<std::array<double, kAttributeCount>> attributes;  // on the readers' scales
    std::vector<double> outlined_mm;
};
CtScores ct_scores(const CtNetwork& network, Context& context, const CtSet& set,
                   std::span<const FeatureScale> scales, std::span<const std::size_t> which);

}  // namespace huizhen::engine
