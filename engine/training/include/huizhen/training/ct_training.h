#pragma once

// Trains the CT network: malignancy and the eight attributes at once, each from what readers said, where they said it.

#include <array>
#include <span>
#include <string>
#include <vector>

#include <huizhen/model/ct_network.h>
#include <huizhen/training/augment.h>
#include <huizhen/training/trainer.h>

namespace huizhen::engine {

inline constexpr int kCtSourceSide = 40;  // the network's patch and room to turn and shift it

struct CtCase {
    std::string patient;           // pseudonym; all cases of a patient share a fold
    int fold = 0;
    std::vector<float> source_hu;  // kCtSourceSide^3, x fastest; its middle is the network's patch
    std::vector<float> features;   // in the order of the set's feature names; not finite: not known
    double malignancy = 0;         // target, 0 to 1: soft where readers disagree
    std::array<double, kAttributeCount> attributes{};  // targets, 0 (low end of the scale) to 1
    std::array<bool, kAttributeCount> attribute_known{};
    int label = 0;                 // what the figures count
    double diameter_mm = 0;        // readers'
    bool trainable = true;         // false: measured too badly to learn from, still scored
};

struct CtSet {
    std::vector<std::string> feature_names;
    std::vector<CtCase> cases;

    std::vector<int> folds() const;
};

struct CtRecipe {
    CtNetworkShape shape{};
    CubeAugmentation augmentation{.turn_axial = true, .tilt_degrees = 10, .mirror = true, .scale = 0.1, .shift = 1.5,
                                  .offset = 0.03, .noise = 0.03};
    double feature_noise = 0.1;      // deviation added to standardised measurements
    double attribute_weight = 0.5;   // of the attributes' mean loss beside malignancy's
    TrainingOptions training{};
};

// Mean and deviation of every feature over the trainable cases outside `fold`.
std::vector<FeatureScale> feature_scales(const CtSet& set, int fold);

// The trainable cases outside `fold`, or all cases inside it.
std::vector<std::size_t> ct_training_cases(const CtSet& set, int fold);

// A network in `parameters` trained on all folds but `fold`; `scales` from feature_scales().
Result<TrainingOutcome> train_ct_network(const CtNetwork& network, ParameterSet& parameters, const CtSet& set, int fold,
                                         std::span<const FeatureScale> scales, const CtRecipe& recipe,
                                         const std::stop_token& stop, ProgressSink& progress);

// What a network says of cases without any augmentation.
struct CtScores {
    std::vector<double> malignancy;                                   // logits
    std::vector<std::array<double, kAttributeCount>> attributes;      // 0 to 1
};
CtScores ct_scores(const CtNetwork& network, Context& context, const CtSet& set, std::span<const FeatureScale> scales,
                   std::span<const std::size_t> which);

}  // namespace huizhen::engine
