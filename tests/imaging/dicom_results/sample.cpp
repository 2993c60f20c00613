#include "sample.h"

#include <cmath>

#include <huizhen/base/check.h>
#include <huizhen/base/file.h>
#include <huizhen/dicom/ct_writer.h>
#include <huizhen/dicom/image.h>
#include <huizhen/dicom/limits.h>

namespace huizhen::imaging::sample {
namespace fs = std::filesystem;

std::vector<std::byte> bytes_of(const fs::path& path) { return read_file(path, kMaxFileBytes).value(); }

SourceSeries source(const fs::path& folder) {
    SourceSeriesReader reader;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::vector<std::byte> bytes =
            entry.is_regular_file() ? bytes_of(entry) : std::vector<std::byte>{};
        const auto info = read_series_info(bytes);
        if (!info || info->modality != "CT") continue;
        const Status added = reader.add(bytes);
        HZ_CHECK(added.has_value(), added ? "" : added.error().to_string());
    }
    auto series = reader.finish();
    HZ_CHECK(series.has_value(), series ? "" : series.error().to_string());
    return *std::move(series);
}

Geometry default_geometry() {
    Geometry geometry;
    geometry.origin_mm = {-22.4, -16.1, -300.25};
    geometry.spacing_mm = {0.71, 0.69, 1.25};
    return geometry;
}

void write_series(const fs::path& folder, Geometry geometry) {
    Volume volume(Size3{64, 48, 40}, geometry);
    int i = 0;
    for (auto& hu : volume.voxels()) hu = static_cast<std::int16_t>((i++ * 37) % 3000 - 1000);
    CtWriteOptions options;
    options.patient_name = "SYNTHETIC^TEST";
    options.patient_id = "SYNTHETIC-1";
    options.age = "063Y";
    options.sex = "F";
    const Status written = write_ct_series(volume, options, folder);
    HZ_CHECK(written.has_value(), written ? "" : written.error().to_string());
}

Mask ball(Vec3 centre_mm, double radius_mm, double spacing_mm) {
    const int side = 2 * static_cast<int>(std::ceil(radius_mm / spacing_mm)) + 5;
    const double half = (side - 1) / 2.0 * spacing_mm;
    Geometry geometry;
    geometry.origin_mm = centre_mm - Vec3{half, half, half};
    geometry.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
    Mask mask(Size3{side, side, side}, geometry);
    for (int z = 0; z < side; ++z) {
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                const Vec3 at = geometry.to_patient(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                mask.at(x, y, z) = norm(at - centre_mm) <= radius_mm ? 1 : 0;
            }
        }
    }
    return mask;
}

std::vector<Vec3> places_in(const SourceSeries& source) {
    const std::size_t third = source.images.size() / 3;
    return {source.to_patient(third, 0.4 * source.columns, 0.5 * source.rows),
            source.to_patient(2 * third, 0.62 * source.columns, 0.45 * source.rows) + 0.3 * source.normal()};
}

Sample diagnosis(const std::vector<Vec3>& centres_mm) {
    Sample sample;
    ResultStudy& study = sample.study;
    study.models = {{"nodule", "ct-ensemble nodule", "1", std::string(64, 'a')},
                    {"malignancy", "ct-ensemble malignancy", "1", std::string(64, 'b')}};
    study.input_sha256 = std::string(64, 'c');
    study.date = "20260102";
    study.time = "030405";
    study.equipment.serial_number = "test";
    study.equipment.software_version = "0.1.0";
    study.intended_use = "For research use only. Decision support, not a diagnosis.";
    study.conclusion = std::to_string(centres_mm.size()) + " findings.";
    study.cautions = {"lossy compression: the images lost detail"};
    for (std::size_t i = 0; i < centres_mm.size(); ++i) {
        const auto n = static_cast<double>(i);
        sample.outlines.push_back(std::make_unique<Mask>(ball(centres_mm[i], 5.3 + n)));
        ResultFinding finding;
        finding.number = static_cast<int>(i) + 1;
        finding.centre_mm = centres_mm[i];
        finding.outline = sample.outlines.back().get();
        finding.side = i % 2 == 0 ? ResultSide::kRight : ResultSide::kLeft;
        finding.lobe = i % 2 == 0 ? ResultLobe::kUpper : ResultLobe::kUnknown;
        finding.texture = i % 2 == 0 ? ResultTexture::kSolid : ResultTexture::kGroundGlass;
        finding.spiculated = i % 2 == 0;
        finding.lobulated = i % 2 == 0;
        finding.measurements = {10.6 + 2 * n, 12.123456789 + n, 623.6145 + n, -31.25 + n, 88.5 + n, -20 + n,
                                6.1 + n,      118.8 + n,        11.4 + n,     9.3 + n,    84.2 + n};
        finding.nodule = {0.93 - 0.1 * n, std::nullopt, std::nullopt};
        finding.malignancy = {0.61 - 0.1 * n, 0.43 - 0.1 * n, 0.77 - 0.1 * n};
        finding.malignancy_words = "undecided: neither benign nor malignant can be ruled out";
        finding.ratings = {{"spiculation", "Spiculation, LIDC-IDRI scale 1 to 5", 3.4 + 0.1 * n},
                           {"margin", "Margin, LIDC-IDRI scale 1 to 5", 2.2 + 0.1 * n}};
        finding.formulas = {"Mayo 1997: 0.53", "Brock 2013: inputs missing: family history"};
        finding.guidelines = {"Lung-RADS v2022: 4B"};
        finding.evidence_peak_mm = centres_mm[i] + Vec3{1.5, 0, 0};
        study.findings.push_back(finding);
    }
    ResultPicture picture{"Finding 1 of 2 - right upper lobe", 31, 17, {}};
    for (int i = 0; i < 31 * 17 * 3; ++i) picture.rgb.push_back(static_cast<std::uint8_t>(i * 7));
    study.pictures = {picture};
    return sample;
}

const char* name_of(ResultKind kind) {
    switch (kind) {
        case ResultKind::kReport: return "report";
        case ResultKind::kSegmentation: return "segmentation";
        case ResultKind::kKeyImages: return "key_images";
        case ResultKind::kPresentationState: return "presentation_state";
        case ResultKind::kPicture: return "picture";
    }
    return "";
}

}  // namespace huizhen::imaging::sample
