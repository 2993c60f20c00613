#pragma once

// From a folder of DICOM files to a diagnosis: one stage after the other, each timed, each stoppable.
//
//   read -> isotropic -> lungs -> candidates -> nodule or not -> outline and measure -> malignancy -> rank ->
//   evidence -> pictures

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include <huizhen/base/clock.h>
#include <huizhen/base/executor.h>
#include <huizhen/base/progress.h>
#include <huizhen/node/diagnosis/finding.h>
#include <huizhen/node/diagnosis/models.h>
#include <huizhen/terminal/progress_bar.h>

namespace huizhen::node {

struct DiagnosisRequest {
    std::filesystem::path folder;
    std::string series_uid;                 // chooses among several
    clinical::PatientFacts patient;         // given by the person who asks
    std::filesystem::path pictures_folder;  // empty: no pictures
};

struct DiagnosisContext {
    const Models& models;
    Executor& executor;
    ProgressSink& progress;
    const Clock& clock;
    std::stop_token stop;
};

// Errors of the input keep their codes (dicom/series.h, lung/lungs.h); see exit_code_of_input().
Result<Diagnosis> diagnose(const DiagnosisRequest& request, const DiagnosisContext& context);

// The stages and their usual shares of the time, for a progress bar.
std::vector<StageShare> diagnosis_stages();

}  // namespace huizhen::node
