#pragma once

// The PNG files of a result folder.

#include <filesystem>
#include <stop_token>
#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/base/progress.h>
#include <huizhen/node/diagnosis/finding.h>
#include <huizhen/volume/volume.h>

namespace huizhen::node {

// What a finding's picture shows besides the CT; in the order of Diagnosis::findings.
struct FindingLayers {
    imaging::Mask outline;
    imaging::Grid<float> evidence;  // 0..1; empty: none
};

inline constexpr const char* kContactSheetName = "contact-sheet.png";

// Writes finding-1.png ... and the contact sheet into `folder`, and their names into `diagnosis`.
Status write_pictures(const imaging::Volume& volume, const std::vector<FindingLayers>& layers,
                      const std::filesystem::path& folder, Executor& executor, ProgressSink& progress,
                      const std::stop_token& stop, Diagnosis& diagnosis);

}  // namespace huizhen::node
