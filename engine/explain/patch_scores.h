#pragma once

// The ensemble's score for changed pictures of one nodule.

#include <huizhen/explain/evidence_map.h>

namespace huizhen::engine {

inline constexpr std::size_t kPatchVoxels = std::size_t{kCtPatchSide} * kCtPatchSide * kCtPatchSide;

// Mean calibrated logit for each of the patches, the measurements of `input` with all of them.
inline Result<std::vector<double>> scores_of(const CtEnsemble& ensemble, const CtInput& input,
                                             std::span<const std::vector<float>> patches) {
    std::vector<CtInput> inputs;
    for (const auto& patch : patches) inputs.push_back({patch, input.measurements});
    HZ_ASSIGN(const auto predictions, ensemble.predict(inputs));
    std::vector<double> scores;
    for (const CtPrediction& prediction : predictions) {
        double mean = 0;
        for (const double logit : prediction.member_logits) {
            mean += logit / static_cast<double>(prediction.member_logits.size());
        }
        scores.push_back(mean);
    }
    return scores;
}

}  // namespace huizhen::engine
