#pragma once

// The first pass over a folder: every file's header, and what kind of thing it is.

#include <filesystem>
#include <stop_token>
#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/dicom/series.h>

#include "image_header.h"

namespace huizhen::imaging {

struct CtFile {
    std::filesystem::path path;
    std::string patient_key;  // raw identity for comparing, never shown
    std::string study_uid, series_uid, frame_of_reference_uid;
    std::string other_modality;  // (0008,0060) where that is not CT, against the SOP class
    bool assumed_syntax = false;
    ImageHeader header;
};

struct FolderScan {
    std::vector<CtFile> ct;                     // in path order
    std::vector<AssemblyFinding> findings;      // what was left out
    std::vector<std::string> other_modalities;  // of the DICOM objects that are not CT images, each once
    std::size_t files = 0, junk = 0;
};

// Errors name the file. A DICOM file that may be a CT image but cannot be read refuses the folder: nobody
// could say which slice is missing.
Result<FolderScan> scan_folder(const std::filesystem::path& folder, Executor& executor,
                               const std::stop_token& stop);

}  // namespace huizhen::imaging
