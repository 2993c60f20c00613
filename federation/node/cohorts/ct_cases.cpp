#include <limits>
#include <mutex>
#include <numbers>

#include <huizhen/base/sha256.h>
#include <huizhen/lung/nodule_features.h>
#include <huizhen/lung/nodule_patch.h>
#include <huizhen/node/cohorts/ct_cases.h>
#include <huizhen/volume/resample.h>

namespace huizhen::node {
namespace {

constexpr std::size_t kOwn =
    imaging::kNoduleFeatureNames.size();  // features measured in space; as many in one slice
constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

// What every reader said.
void set_targets(std::span<const ReaderScores> readers, engine::CtCase& one) {
    const auto count = static_cast<double>(readers.size());
    one.score = -3.0;
    one.malignancy = 0;
    for (const ReaderScores& reader : readers) {
        one.malignancy += malignancy_of_score(reader.malignancy) / count;
        *one.score += reader.malignancy / count;
        for (std::size_t k = 0; k < engine::kAttributeCount; ++k) {
            one.attributes[k] += engine::attribute_target(k, reader.attributes[k]) / count;
        }
    }
    one.attribute_known.fill(true);
}

// The readers of the matching crops, or else what the table of nodules says most of them said.
void set_targets(const NoduleCase& nodule, engine::CtCase& one) {
    one.label = nodule.label;
    if (!nodule.readers.empty()) {
        set_targets(nodule.readers, one);
        return;
    }
    one.malignancy = nodule.label;
    for (std::size_t k = 0; k < engine::kAttributeCount; ++k) {
        one.attribute_known[k] = nodule.attributes[k].has_value();
        if (nodule.attributes[k]) one.attributes[k] = engine::attribute_target(k, *nodule.attributes[k]);
    }
}

// Of the sphere with the mask's volume.
double diameter_of(const imaging::Mask& mask) {
    const auto inside = std::count(mask.voxels().begin(), mask.voxels().end(), std::uint8_t{1});
    const imaging::Vec3 spacing = mask.geometry().spacing_mm;
    const double volume = static_cast<double>(inside) * spacing.x * spacing.y * spacing.z;
    return std::cbrt(6 * volume / std::numbers::pi);
}

// Picture and measurements; the measurement where the nodule could be outlined.
Result<std::optional<imaging::NoduleMeasurement>> set_inputs(const LidcNodules& nodules,
                                                             const NoduleCase& nodule, engine::CtCase& one) {
    HZ_ASSIGN(const imaging::Volume volume, nodules.image(nodule));
    HZ_ASSIGN(const imaging::Mask outlined, nodules.mask(nodule));
    one.outlined_mm = diameter_of(outlined);
    one.source_hu.resize(engine::kCtSourceVolume.count());
    const auto outline = imaging::segment_nodule(volume, nodule.centre_mm);
    if (!outline) {
        if (outline.error().code() != ErrorCode::kNotFound) return fail(outline.error().within(nodule.key));
        one.trainable = false;
        one.features.assign(2 * kOwn, kUnknown);
        imaging::sample_patch(volume, nodule.centre_mm, engine::kCtSourceSide, engine::kCtPatchSpacingMm,
                              one.source_hu);
        return std::optional<imaging::NoduleMeasurement>();
    }
    const imaging::NoduleMeasurement measurement = imaging::measure_nodule(*outline);
    one.features = ct_features(volume, *outline, measurement);
    imaging::canonical_patch(volume, *outline, engine::kCtSourceSide, engine::kCtPatchSpacingMm,
                             one.source_hu);
    return std::optional(measurement);
}

// A crop as a case to learn from: its one slice, cut and measured as the slices of a volume are. Nothing
// where no outline is found.
std::optional<engine::CtCase> case_of_crop(const LidcCrops& crops, std::size_t k) {
    const CropCase& crop = crops.cases[k];
    if (crop.readers.empty()) return std::nullopt;
    imaging::Geometry geometry;
    geometry.spacing_mm = {crop.spacing_mm, crop.spacing_mm, imaging::kSliceThicknessMm};
    imaging::Volume slice({kCropSide, kCropSide, 1}, geometry);
    const auto pixels = crops.crop(k);
    std::copy(pixels.begin(), pixels.end(), slice.voxels().begin());
    const double middle = kCropSide / 2 * crop.spacing_mm;
    const auto outline = imaging::segment_nodule(slice, {middle, middle, 0});
    if (!outline) return std::nullopt;
    const auto features = imaging::nodule_features(*outline, imaging::measure_nodule(*outline));

    engine::CtCase one;
    one.patient = crop.patient;
    set_targets(crop.readers, one);
    one.outlined_mm = crop.diameter_mm;
    one.features.assign(kOwn, kUnknown);
    one.features.insert(one.features.end(), features.begin(), features.end());
    std::vector<float> patch(engine::kCtSourceVolume.count());
    imaging::canonical_patch(slice, *outline, engine::kCtSourceSide, engine::kCtPatchSpacingMm, patch);
    one.source_hu.resize(engine::kCtSourceSlice.count());
    std::copy_n(patch.begin(), one.source_hu.size(), one.source_hu.begin());  // all its slices are this one
    one.weight = 0.5 + 0.125 * static_cast<double>(crop.readers.size());
    one.scored = false;
    return one;
}

std::string hash_of(const engine::CtSet& set) {
    Sha256 hash;
    for (const std::string& name : set.feature_names) hash.update(std::as_bytes(std::span(name)));
    for (const engine::CtCase& one : set.cases) {
        hash.update(std::as_bytes(std::span(one.patient)));
        hash.update(std::as_bytes(std::span(one.source_hu)));
        hash.update(std::as_bytes(std::span(one.features)));
        hash.update(std::as_bytes(std::span(&one.malignancy, 1)));
        hash.update(std::as_bytes(std::span(&one.outlined_mm, 1)));
        hash.update(std::as_bytes(std::span(one.attributes)));
        hash.update(std::as_bytes(std::span(&one.label, 1)));
    }
    return to_hex(hash.finish());
}

}  // namespace

double malignancy_of_score(double score) {
    constexpr std::array<double, 5> kProbability{0.0, 0.1, 0.4, 0.85, 1.0};
    const double place = std::clamp(score - 1, 0.0, 4.0);
    const auto below = std::min(static_cast<std::size_t>(place), kProbability.size() - 2);
    return kProbability[below] +
           (place - static_cast<double>(below)) * (kProbability[below + 1] - kProbability[below]);
}

std::vector<std::string> ct_feature_names() {
    std::vector<std::string> names(imaging::kNoduleFeatureNames.begin(), imaging::kNoduleFeatureNames.end());
    for (const std::string_view name : imaging::kNoduleFeatureNames)
        names.push_back("slice_" + std::string(name));
    return names;
}

std::vector<float> ct_features(const imaging::Volume& volume, const imaging::NoduleSegmentation& outline,
                               const imaging::NoduleMeasurement& measurement) {
    const auto in_space = imaging::nodule_features(outline, measurement);
    std::vector<float> features(in_space.begin(), in_space.end());
    const auto in_slice = imaging::axial_slice_features(volume, outline);
    if (in_slice) {
        features.insert(features.end(), in_slice->begin(), in_slice->end());
    } else {
        features.resize(2 * kOwn, kUnknown);
    }
    return features;
}

Result<CtCohort> read_ct_cohort(const std::filesystem::path& data, std::string_view split, int folds,
                                Executor& executor, const std::stop_token& stop, ProgressSink& progress) {
    CtCohort cohort;
    HZ_ASSIGN(cohort.nodules, read_lidc_nodules(data / "lidc-nodules", split));
    if (std::filesystem::exists(data / "lidc-crops" / ("labels_" + std::string(split) + ".csv"))) {
        HZ_ASSIGN(cohort.crops, read_lidc_crops(data / "lidc-crops", split));
        HZ_TRY(match_crops(cohort.nodules, cohort.crops));
    }
    const auto& nodules = cohort.nodules.cases;
    cohort.set.feature_names = ct_feature_names();
    cohort.set.cases.resize(nodules.size());
    cohort.measurements.resize(nodules.size());
    std::vector<std::optional<engine::CtCase>> crops(cohort.crops.cases.size());
    const std::size_t total = nodules.size() + crops.size();

    std::mutex mutex;  // guards done, failure and the sink
    std::size_t done = 0;
    std::optional<Error> failure;
    const auto read_nodule = [&](std::size_t i) {
        engine::CtCase& one = cohort.set.cases[i];
        one.patient = nodules[i].patient;
        one.diameter_mm = nodules[i].diameter_mm;
        set_targets(nodules[i], one);
        auto measurement = set_inputs(cohort.nodules, nodules[i], one);
        const std::scoped_lock lock(mutex);
        if (measurement)
            cohort.measurements[i] = *std::move(measurement);
        else
            failure = measurement.error();
    };
    executor.parallel_for(total, 8, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end && !stop.stop_requested(); ++i) {
            if (i < nodules.size())
                read_nodule(i);
            else
                crops[i - nodules.size()] = case_of_crop(cohort.crops, i - nodules.size());
            const std::scoped_lock lock(mutex);
            progress.advance("measuring nodules", ++done, total);
        }
    });
    HZ_TRY(check_stop(stop));
    if (failure) return fail(*failure);
    for (auto& crop : crops) {
        if (crop) cohort.set.cases.push_back(*std::move(crop));
    }
    for (engine::CtCase& one : cohort.set.cases) one.fold = patient_fold(one.patient, folds);
    cohort.sha256 = hash_of(cohort.set);
    return cohort;
}

}  // namespace huizhen::node
