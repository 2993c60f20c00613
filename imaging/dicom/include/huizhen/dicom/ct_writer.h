#pragma once

// Writes a volume as a conformant CT Image Storage series: phantoms for demonstrations, series for tests.
// Real patients' images never come from here.

#include <filesystem>
#include <string>

#include <huizhen/base/result.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// UTF-8 throughout. The caller names the patient, and so that everybody sees it, as synthetic.
struct CtWriteOptions {
    std::string patient_name;  // "SYNTHETIC^PHANTOM"; must not be empty
    std::string patient_id;    // must not be empty
    std::string sex = "O";     // M, F or O
    std::string age;           // "063Y", or empty
    std::string birth_date;    // YYYYMMDD, or empty
    std::string study_date = "20260101";
    std::string study_description, series_description;
    std::string derivation_description = "synthetic image, not of a person";
    std::string manufacturer = "Huizhen";
    std::string kernel;  // convolution kernel, or empty
    std::string patient_position = "HFS";
    double tube_voltage_kv = 120;
    double slice_thickness_mm = 0;  // 0: the distance between slices
    int series_number = 1;
    // UIDs are 2.25.<number> hashed from this text, so that the same phantom is the same study every time.
    // Two series with the same study_seed belong to one study and frame of reference.
    std::string study_seed = "study", series_seed = "series";
};

// IM00001.dcm and so on, explicit VR little endian, unsigned 16 bit with intercept -1024 (HU below are raised
// to it). `folder` is made if absent. On failure the files already written are removed. Errors:
// kInvalidArgument (no name, an empty volume), kIo (disk full, not writable), kPermissionDenied.
Status write_ct_series(const Volume& volume, const CtWriteOptions& options,
                       const std::filesystem::path& folder);

}  // namespace huizhen::imaging
