#pragma once

// lidc-nodules and lidc-crops as the CT network learns from them: each nodule outlined, measured and cut by
// the same code that serves a whole scan, with what its readers said; each crop measured in its one slice.

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/base/progress.h>
#include <huizhen/lung/nodule_measurement.h>
#include <huizhen/node/cohorts/lidc.h>
#include <huizhen/training/ct_training.h>

namespace huizhen::node {

struct CtCohort {
    LidcNodules nodules;
    LidcCrops crops;
    engine::CtSet set;  // one case per nodule, in their order; then those crops that teach, as single slices
    std::vector<std::optional<imaging::NoduleMeasurement>>
        measurements;    // nothing: no outline found at the readers' place
    std::string sha256;  // of everything a network sees of it
};

// Reads `split` of lidc-nodules in `data`, and lidc-crops where it is there.
Result<CtCohort> read_ct_cohort(const std::filesystem::path& data, std::string_view split, int folds,
                                Executor& executor, const std::stop_token& stop, ProgressSink& progress);

// The measurements the CT model reads, in its order: those of imaging::nodule_features() in space, then the
// same of one axial slice as "slice_...", NaN where the slice has no outline. The same function serves
// training and diagnosis.
std::vector<std::string> ct_feature_names();
std::vector<float> ct_features(const imaging::Volume& volume, const imaging::NoduleSegmentation& outline,
                               const imaging::NoduleMeasurement& measurement);

// One reader's score 1 to 5 as the probability of malignancy it stands for.
double malignancy_of_score(double score);

}  // namespace huizhen::node
