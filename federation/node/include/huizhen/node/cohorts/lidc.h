#pragma once

// The two LIDC-IDRI research cohorts: nodule volumes with masks (lidc-nodules) and axial crops with every
// reader's scores (lidc-crops). Patient and series identifiers are the public data set's own pseudonyms.

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <huizhen/model/attributes.h>
#include <huizhen/node/cohorts/csv.h>
#include <huizhen/volume/volume.h>

namespace huizhen::node {

inline constexpr std::size_t kMaxReaders = 4;

// What one reader scored; attributes in the order of engine::kAttributes, malignancy 1 to 5.
struct ReaderScores {
    std::array<double, engine::kAttributeCount> attributes{};
    double malignancy = 0;
};

// What a national registry or pathology said about the patient, in the coding of the LIDC diagnosis table.
enum class ProvenDiagnosis { kBenign = 1, kMalignantPrimary = 2, kMetastatic = 3 };

inline constexpr int kCropSide = 71;

struct CropCase {
    std::string patient, series;
    std::string nodule;        // "noduleID": which of the series
    std::string manufacturer;  // of the scanner, as the DICOM header spells it
    double slice_z_mm = 0;     // DICOM slice position, LPS z
    double diameter_mm = 0;    // of the circle with the readers' outlined area
    double spacing_mm = 0;     // of the crop's pixels
    int label = -1;            // readers' mean above 3: 1, below: 0, exactly 3: -1
    std::vector<ReaderScores> readers;
    std::optional<ProvenDiagnosis> diagnosis;
    bool diagnosis_unknown = false;  // the patient is in the diagnosis table, as "unknown"
};

struct LidcCrops {
    std::vector<CropCase> cases;
    std::vector<std::int16_t> hu;  // [cases, kCropSide, kCropSide], rows from front to back

    std::span<const std::int16_t> crop(std::size_t k) const {
        return std::span(hu).subspan(k * kCropSide * kCropSide, std::size_t{kCropSide} * kCropSide);
    }
};

// Reads labels_<split>.csv and crops_hu_<split>.npz in `folder`.
Result<LidcCrops> read_lidc_crops(const std::filesystem::path& folder, std::string_view split);

struct NoduleCase {
    std::string patient, series, key;
    imaging::Vec3 centre_mm;  // LPS, of the readers' annotation
    double diameter_mm = 0;   // readers'
    int label = 0;            // two or more readers scored 4 or 5
    std::array<std::optional<double>, engine::kAttributeCount> attributes;  // the readers' commonest score
    // Filled by match_crops():
    std::optional<std::size_t> crop;    // the same nodule in lidc-crops
    std::vector<ReaderScores> readers;  // of that crop, and of further rows of the table about this nodule
};

struct LidcNodules {
    std::filesystem::path folder;  // with image/ and mask/
    std::vector<NoduleCase> cases;

    Result<imaging::Volume> image(const NoduleCase& nodule) const;
    Result<imaging::Mask> mask(const NoduleCase& nodule) const;
};

// `split` is "dev" or "demo": labels_<split>.csv, <split>/image, <split>/mask in `folder`.
Result<LidcNodules> read_lidc_nodules(const std::filesystem::path& folder, std::string_view split);

// Finds each nodule among the crops of its series: the crop whose middle is nearest to the nodule's, of those
// that show the nodule's middle pixel for pixel. Gives how many were found.
Result<std::size_t> match_crops(LidcNodules& nodules, const LidcCrops& crops);

// The hash fold of a patient: the first 8 hexadecimal digits of SHA-256(id), modulo `folds`.
int patient_fold(std::string_view patient, int folds);

}  // namespace huizhen::node
