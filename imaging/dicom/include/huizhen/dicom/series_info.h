#pragma once

// What a DICOM file says about its patient, study and series. Text is UTF-8, whatever character set the file
// used.

#include <optional>
#include <string>

#include <huizhen/base/phi.h>

namespace huizhen::imaging {

// Empty strings and nullopt where the file is silent.
struct SeriesInfo {
    Phi<std::string> patient_name;  // as in DICOM: "family^given^middle^prefix^suffix", groups parted by "="
    Phi<std::string> patient_id;
    Phi<std::string> birth_date;  // YYYYMMDD
    Phi<std::string> sex;         // M, F, O
    Phi<std::string> age;         // "063Y"
    Phi<std::string> study_date;  // YYYYMMDD
    Phi<std::string> acquisition_date;
    Phi<std::string> accession_number;
    Phi<std::string> study_description;   // free text: people write names into it
    Phi<std::string> series_description;  // the same

    std::string study_uid;
    std::string series_uid;
    std::string frame_of_reference_uid;
    std::string sop_class_uid;
    std::string modality;  // "CT"
    std::string manufacturer;
    std::string model;
    std::string kernel;  // convolution kernel
    std::string body_part;
    std::string patient_position;  // "HFS", "FFS", ...
    std::optional<int> series_number;
    std::optional<double> slice_thickness_mm;
    std::optional<double> tube_voltage_kv;
    std::optional<double> gantry_tilt_degrees;
    bool lossy_compressed = false;  // at any time in its life (0028,2110), or by its transfer syntax
};

// Age in whole years from "063Y" (months, weeks and days count as parts of a year); nullopt where it is not
// an age.
std::optional<int> age_in_years(const Phi<std::string>& age);

// The age the file gives, else from birth date and study date; nullopt where neither says.
std::optional<int> age_in_years(const SeriesInfo& info);

}  // namespace huizhen::imaging
