#pragma once

// From a pile of files to a CT volume one may diagnose from.
//
// Files are grouped by patient, study, series and frame of reference, localisers left out, slices sorted by
// position along their common normal, gantry tilt sheared away, and stored values turned into HU. Whatever is
// odd becomes a finding with a stable code; what makes a series unsafe to diagnose from refuses it with the
// reason.

#include <array>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/base/progress.h>
#include <huizhen/base/result.h>
#include <huizhen/base/sha256.h>
#include <huizhen/dicom/series_info.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

enum class Severity { kInfo, kWarning };

// `code` is stable and lower-case with hyphens; README.md of this module lists them. `message` holds no
// patient data.
struct AssemblyFinding {
    std::string code;
    Severity severity = Severity::kInfo;
    std::string message;
};

struct InputFile {
    std::filesystem::path path;
    Sha256Digest sha256{};
    std::vector<std::string> sop_instance_uids;
};

struct LoadedSeries {
    Volume volume;  // voxels nearest to +L, +P, +S order (volume/orient.h)
    SeriesInfo info;
    std::vector<AssemblyFinding> findings;
    std::vector<InputFile> inputs;  // in slice order
    // SOP instance UID of each z of the volume (of a file, in Enhanced CT); empty where the slices lie along
    // another axis, as in sagittal and coronal series.
    std::vector<std::string> slice_uids;
};

struct LoadOptions {
    std::string series_uid;   // chooses where a folder holds several CT series
    int min_slices = 10;      // fewer cannot show a nodule's extent: refused
    bool hash_inputs = true;  // fill InputFile::sha256
};

// Errors beyond those of image.h: kNotFound (no such folder, nothing in it), kMalformedInput (nothing but
// junk), kUnsupported (no CT in it: names what there is), kInvalidArgument (several series: lists them, or
// series_uid is not there), kUntrustworthyInput (patients mixed, slices missing, orientations mixed, too few
// slices, not HU), kCancelled. Threads: the executor's; `progress` is called from one thread at a time.
Result<LoadedSeries> load_ct_series(const std::filesystem::path& folder, Executor& executor,
                                    ProgressSink& progress, std::stop_token stop,
                                    const LoadOptions& options = {});

}  // namespace huizhen::imaging
