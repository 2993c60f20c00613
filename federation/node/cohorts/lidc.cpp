#include <charconv>

#include <huizhen/base/sha256.h>
#include <huizhen/node/cohorts/lidc.h>
#include <huizhen/node/cohorts/npz.h>
#include <huizhen/volume/nifti.h>

namespace huizhen::node {
namespace {

// Column stems of both tables, in the order of engine::kAttributes.
constexpr std::array<const char*, engine::kAttributeCount> kColumns{
    "Subtlety", "InternalStructure", "Calcification", "Sphericity",
    "Margin",   "Lobulation",        "Spiculation",   "Texture"};

// Columns by name, so that a missing one is an error before the first row is read.
class Row {
  public:
    Row(const CsvTable& table, std::size_t row) : table_(table), row_(row) {}

    Result<std::string> text(std::string_view column) const {
        HZ_ASSIGN(const std::size_t index, table_.column(column));
        return table_.at(row_, index);
    }
    Result<std::optional<double>> maybe(std::string_view column) const {
        HZ_ASSIGN(const std::size_t index, table_.column(column));
        return table_.number(row_, index);
    }
    Result<double> number(std::string_view column) const {
        HZ_ASSIGN(const auto value, maybe(column));
        if (!value) {
            return fail(ErrorCode::kMalformedInput,
                        "row " + std::to_string(row_ + 1) + ": no number in column " + std::string(column));
        }
        return *value;
    }

  private:
    const CsvTable& table_;
    std::size_t row_;
};

// A reader who did not see the nodule has 0 in every column.
Result<std::optional<ReaderScores>> read_reader(const Row& row, std::size_t reader) {
    const std::string suffix = "_" + std::to_string(reader + 1);
    HZ_ASSIGN(const auto malignancy, row.maybe("Malignancy" + suffix));
    if (!malignancy || *malignancy < 1) return std::optional<ReaderScores>();
    ReaderScores scores;
    scores.malignancy = *malignancy;
    for (std::size_t k = 0; k < kColumns.size(); ++k) {
        HZ_ASSIGN(scores.attributes[k], row.number(kColumns[k] + suffix));
    }
    return std::optional(scores);
}

Result<CropCase> read_crop(const Row& row) {
    CropCase crop;
    HZ_ASSIGN(crop.patient, row.text("patient"));
    HZ_ASSIGN(crop.series, row.text("SeriesInstanceUid"));
    HZ_ASSIGN(crop.nodule, row.text("noduleID"));
    HZ_ASSIGN(crop.manufacturer, row.text("manufacturer"));
    HZ_ASSIGN(crop.slice_z_mm, row.number("imageZposition"));
    HZ_ASSIGN(crop.diameter_mm, row.number("eqdiam_mm"));
    HZ_ASSIGN(crop.spacing_mm, row.number("pixel_spacing_mm"));
    HZ_ASSIGN(const double label, row.number("label"));
    HZ_ASSIGN(const auto diagnosis, row.maybe("dx_patient"));
    crop.label = static_cast<int>(label);
    if (diagnosis && *diagnosis >= 1 && *diagnosis <= 3) {
        crop.diagnosis = static_cast<ProvenDiagnosis>(static_cast<int>(*diagnosis));
    }
    crop.diagnosis_unknown = diagnosis && *diagnosis == 0;
    for (std::size_t reader = 0; reader < kMaxReaders; ++reader) {
        HZ_ASSIGN(const auto scores, read_reader(row, reader));
        if (scores) crop.readers.push_back(*scores);
    }
    return crop;
}

Result<NoduleCase> read_nodule(const Row& row) {
    NoduleCase nodule;
    HZ_ASSIGN(nodule.patient, row.text("patient_id"));
    HZ_ASSIGN(nodule.series, row.text("seriesuid"));
    HZ_ASSIGN(nodule.key, row.text("key"));
    HZ_ASSIGN(nodule.centre_mm.x, row.number("coordX"));
    HZ_ASSIGN(nodule.centre_mm.y, row.number("coordY"));
    HZ_ASSIGN(nodule.centre_mm.z, row.number("coordZ"));
    HZ_ASSIGN(nodule.diameter_mm, row.number("diameter_mm"));
    HZ_ASSIGN(const double label, row.number("Diagnosis_value"));
    nodule.label = label != 0 ? 1 : 0;
    for (std::size_t k = 0; k < kColumns.size(); ++k) {
        HZ_ASSIGN(nodule.attributes[k], row.maybe(std::string(kColumns[k]) + "_value"));
    }
    // The key becomes a file name.
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    };
    if (nodule.key.empty() || !std::all_of(nodule.key.begin(), nodule.key.end(), plain)) {
        return fail(ErrorCode::kMalformedInput, "a key that is not a plain name");
    }
    return nodule;
}

// A square of the volume's slice `z` around the column and row of a point inside it.
constexpr int kBlockSide = 12;
using Block = std::array<std::int16_t, std::size_t{kBlockSide} * kBlockSide>;

Block block_around(const imaging::Volume& volume, imaging::Vec3 voxel, int z) {
    Block block{};
    const int left = static_cast<int>(std::lround(voxel.x)) - kBlockSide / 2;
    const int top = static_cast<int>(std::lround(voxel.y)) - kBlockSide / 2;
    for (int y = 0; y < kBlockSide; ++y) {
        for (int x = 0; x < kBlockSide; ++x) {
            block[static_cast<std::size_t>(y * kBlockSide + x)] = volume.clamped(left + x, top + y, z);
        }
    }
    return block;
}

// How far from the crop's middle the block's lies, mm; nothing where the crop does not have the block,
// to within one HU a pixel. `middle` is the block's pixel that stands for the nodule.
std::optional<double> distance_in(const Block& block, int middle, const LidcCrops& crops, std::size_t k) {
    constexpr int kAllowed = kBlockSide * kBlockSide;
    const auto crop = crops.crop(k);
    std::optional<double> nearest;
    for (int top = 0; top + kBlockSide <= kCropSide; ++top) {
        for (int left = 0; left + kBlockSide <= kCropSide; ++left) {
            int difference = 0;
            for (int y = 0; y < kBlockSide && difference < kAllowed; ++y) {
                const auto row = crop.subspan(static_cast<std::size_t>((top + y) * kCropSide + left));
                for (int x = 0; x < kBlockSide; ++x) {
                    difference += std::abs(block[static_cast<std::size_t>(y * kBlockSide + x)] -
                                           row[static_cast<std::size_t>(x)]);
                }
            }
            if (difference >= kAllowed) continue;
            const double away = crops.cases[k].spacing_mm *
                                std::hypot(top + middle - kCropSide / 2, left + middle - kCropSide / 2);
            nearest = std::min(nearest.value_or(away), away);
        }
    }
    return nearest;
}

// Crops keep the file's order of pixels, volumes lie in patient order: of a patient on the belly one is the
// other turned by half a turn.
std::optional<double> distance_either_way(const Block& block, const LidcCrops& crops, std::size_t k) {
    constexpr int kMiddle = kBlockSide / 2;
    if (const auto straight = distance_in(block, kMiddle, crops, k)) return straight;
    Block turned = block;
    std::reverse(turned.begin(), turned.end());
    return distance_in(turned, kBlockSide - 1 - kMiddle, crops, k);
}

struct Match {
    std::size_t crop;
    double distance_mm;
};

// Every crop that shows the nodule's middle in one of its slices, nearest first: a crop shows its neighbours
// too.
Result<std::vector<Match>> matching_crops(const LidcNodules& nodules, const NoduleCase& nodule,
                                          const LidcCrops& crops) {
    std::vector<Match> matches;
    std::optional<imaging::Volume> volume;
    for (std::size_t k = 0; k < crops.cases.size(); ++k) {
        if (crops.cases[k].series != nodule.series) continue;
        if (!volume) {
            HZ_ASSIGN(volume, nodules.image(nodule));
        }
        const imaging::Geometry& geometry = volume->geometry();
        const double slice = (crops.cases[k].slice_z_mm - geometry.origin_mm.z) / geometry.spacing_mm.z;
        const int z = static_cast<int>(std::lround(slice));
        if (z < 0 || z >= volume->size().z) continue;
        const Block block = block_around(*volume, geometry.to_voxel(nodule.centre_mm), z);
        if (const auto away = distance_either_way(block, crops, k)) matches.push_back({k, *away});
    }
    std::stable_sort(matches.begin(), matches.end(),
                     [](const Match& a, const Match& b) { return a.distance_mm < b.distance_mm; });
    return matches;
}

// The crop table has more than one row for some nodules, each with some of the readers: together at most all
// of them. A row further off than the nodule's edge is of another nodule.
void pool_readers(std::span<const Match> matches, const LidcCrops& crops, NoduleCase& nodule) {
    for (std::size_t m = 0; m < matches.size(); ++m) {
        const auto& readers = crops.cases[matches[m].crop].readers;
        const bool same = m == 0 || matches[m].distance_mm <= nodule.diameter_mm / 2;
        if (!same || nodule.readers.size() + readers.size() > kMaxReaders) continue;
        nodule.readers.insert(nodule.readers.end(), readers.begin(), readers.end());
    }
}

}  // namespace

Result<LidcCrops> read_lidc_crops(const std::filesystem::path& folder, std::string_view split) {
    const std::string labels = "labels_" + std::string(split) + ".csv",
                      pixels = "crops_hu_" + std::string(split) + ".npz";
    HZ_ASSIGN(const CsvTable table, read_csv(folder / labels));
    HZ_ASSIGN(const auto arrays, read_npz(folder / pixels));
    const auto images = arrays.find("hu");
    const std::vector<std::size_t> shape{table.rows(), kCropSide, kCropSide};
    if (images == arrays.end() || images->second.shape != shape) {
        return fail(ErrorCode::kMalformedInput, pixels + ": not one 71 x 71 crop per row of " + labels);
    }
    LidcCrops crops;
    HZ_ASSIGN(crops.hu, images->second.as<std::int16_t>());
    for (std::size_t row = 0; row < table.rows(); ++row) {
        auto crop = read_crop(Row(table, row));
        if (!crop) return fail(crop.error().within("lidc-crops/" + labels));
        crops.cases.push_back(*std::move(crop));
    }
    return crops;
}

Result<LidcNodules> read_lidc_nodules(const std::filesystem::path& folder, std::string_view split) {
    const std::string name = "labels_" + std::string(split) + ".csv";
    HZ_ASSIGN(const CsvTable table, read_csv(folder / name));
    LidcNodules nodules{folder / split, {}};
    for (std::size_t row = 0; row < table.rows(); ++row) {
        auto nodule = read_nodule(Row(table, row));
        if (!nodule) return fail(nodule.error().within("lidc-nodules/" + name));
        nodules.cases.push_back(*std::move(nodule));
    }
    return nodules;
}

Result<imaging::Volume> LidcNodules::image(const NoduleCase& nodule) const {
    return imaging::read_nifti_volume(folder / "image" / (nodule.key + ".nii.gz"));
}

Result<imaging::Mask> LidcNodules::mask(const NoduleCase& nodule) const {
    return imaging::read_nifti_mask(folder / "mask" / (nodule.key + ".nii.gz"));
}

Result<std::size_t> match_crops(LidcNodules& nodules, const LidcCrops& crops) {
    std::size_t found = 0;
    for (NoduleCase& nodule : nodules.cases) {
        HZ_ASSIGN(const auto matches, matching_crops(nodules, nodule, crops));
        if (matches.empty()) continue;
        nodule.crop = matches.front().crop;
        nodule.readers.clear();
        pool_readers(matches, crops, nodule);
        ++found;
    }
    return found;
}

int patient_fold(std::string_view patient, int folds) {
    const auto digest = sha256(std::as_bytes(std::span(patient.data(), patient.size())));
    std::uint32_t head = 0;
    for (std::size_t k = 0; k < 4; ++k) head = head << 8 | digest[k];
    return static_cast<int>(head % static_cast<std::uint32_t>(folds));
}

}  // namespace huizhen::node
