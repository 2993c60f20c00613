#pragma once

// What a diagnosis says, as plain values: everything that the DICOM objects are made from. Texts are
// printable ASCII, so that they mean the same in whatever character set the source series uses.

#include <optional>
#include <string>
#include <vector>

#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// The program that says it (Enhanced General Equipment, PS3.3 C.7.5.2): none may be empty.
struct ResultEquipment {
    std::string manufacturer = "Huizhen";
    std::string model = "huizhen-node";
    std::string serial_number;  // of the installation
    std::string software_version;
};

struct ResultModel {
    std::string role;  // "malignancy", "nodule"
    std::string name, version;
    std::string sha256;  // of its files, 64 hexadecimal digits
};

// A probability of 0..1 with its interval.
struct ResultEstimate {
    double value = 0;
    std::optional<double> low, high;
};

// A rating on a scale of the readers. `code` is lower-case, at most 16 characters: "spiculation".
struct ResultRating {
    std::string code, meaning;
    double value = 0;
};

enum class ResultSide { kUnknown, kRight, kLeft };
enum class ResultLobe { kUnknown, kUpper, kMiddle, kLower };
enum class ResultTexture { kUnknown, kSolid, kPartSolid, kGroundGlass };

// Millimetres, cubic millimetres and Hounsfield units.
struct ResultMeasurements {
    std::optional<double> diameter_mm, long_axis_3d_mm, volume_mm3, mean_hu, sd_hu, median_hu,
        solid_diameter_mm, solid_volume_mm3;
    std::optional<double> long_axis_mm, short_axis_mm, area_mm2;  // of the largest axial section
};

struct ResultFinding {
    int number = 1;
    Vec3 centre_mm;                 // LPS
    const Mask* outline = nullptr;  // borrowed; on any grid; must hold a voxel
    ResultSide side = ResultSide::kUnknown;
    ResultLobe lobe = ResultLobe::kUnknown;
    ResultTexture texture = ResultTexture::kUnknown;
    bool spiculated = false, lobulated = false;
    ResultMeasurements measurements;
    ResultEstimate nodule, malignancy;
    std::string malignancy_words;  // what the label set says
    std::vector<ResultRating> ratings;
    std::vector<std::string> formulas, guidelines;  // a line each: "Mayo 1997: 0.53"
    std::optional<Vec3> evidence_peak_mm;           // where the evidence is strongest
};

// 8-bit RGB, rows top to bottom; a picture for viewers that show nothing better.
struct ResultPicture {
    std::string title;
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;
};

struct ResultStudy {
    std::vector<ResultFinding> findings;
    std::vector<ResultModel> models;
    std::string input_sha256;  // over everything the models were given
    std::string date, time;    // of the diagnosis, local: "20260102", "030405"
    ResultEquipment equipment;
    std::string intended_use;                       // "For research use only: ... not a diagnosis."
    std::string conclusion;                         // "2 findings", "No nodule found. This does not ..."
    std::vector<std::string> cautions, guidelines;  // about the whole examination
    std::vector<ResultPicture> pictures;
};

}  // namespace huizhen::imaging
