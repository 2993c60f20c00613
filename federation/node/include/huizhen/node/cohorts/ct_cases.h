#pragma once

// lidc-nodules and lidc-crops as the CT network learns from them: each nodule outlined, measured and cut by the same
// code that serves a whole scan, with what its readers said.

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
    engine::CtSet set;          // one case per nodule, in their order
    std::vector<std::optional<imaging::NoduleMeasurement>> measurements;  // nothing: no outline found at the readers' place
    std::string sha256;         // of everything a network sees of it
};

// Reads `split` of lidc-nodules in `data`, and lidc-crops where it is there.
Result<CtCohort> read_ct_cohort(const std::filesystem::path& data, std::string_view split, int folds, Executor& executor,
                                const std::stop_token& stop, ProgressSink& progress);

// One reader's score 1 to 5 as the probability of malignancy it stands for.
double malignancy_of_score(double score);

}  // namespace huizhen::node
