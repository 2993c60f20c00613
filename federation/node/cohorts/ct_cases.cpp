#include <huizhen/node/cohorts/ct_cases.h>

#include <limits>
#include <mutex>

#include <huizhen/base/sha256.h>
#include <huizhen/lung/nodule_features.h>
#include <huizhen/lung/nodule_patch.h>
#include <huizhen/volume/resample.h>

namespace huizhen::node {
namespace {

constexpr std::size_t kSourceVoxels =
    std::size_t{engine::kCtSourceSide} * engine::kCtSourceSide * engine::kCtSourceSide;

double place_on_scale(std::size_t attribute, double score) {
    const auto& scale = engine::kAttributes[attribute];
    return std::clamp((score - scale.low) / (scale.high - scale.low), 0.0, 1.0);
}

// What the readers said: every one of them where the crop is known, else what most of them said.
void set_targets(const NoduleCase& nodule, const LidcCrops& crops, engine::CtCase& one) {
    one.label = nodule.label;
    one.malignancy = nodule.label;
    if (nodule.crop && !crops.cases[*nodule.crop].readers.empty()) {
        const auto& readers = crops.cases[*nodule.crop].readers;
        const auto count = static_cast<double>(readers.size());
        double soft = 0;
        for (const ReaderScores& reader : readers) soft += malignancy_of_score(reader.malignancy) / count;
        one.malignancy = 0.5 * (soft + nodule.label);
        for (std::size_t k = 0; k < engine::kAttributeCount; ++k) {
            for (const ReaderScores& reader : readers) one.attributes[k] += place_on_scale(k, reader.attributes[k]) / count;
            one.attribute_known[k] = true;
        }
        return;
    }
    for (std::size_t k = 0; k < engine::kAttributeCount; ++k) {
        one.attribute_known[k] = nodule.attributes[k].has_value();
        if (nodule.attributes[k]) one.attributes[k] = place_on_scale(k, *nodule.attributes[k]);
    }
}

// Picture and measurements; the measurement where the nodule could be outlined.
Result<std::optional<imaging::NoduleMeasurement>> set_inputs(const LidcNodules& nodules, const NoduleCase& nodule,
                                                             engine::CtCase& one) {
    HZ_ASSIGN(const imaging::Volume volume, nodules.image(nodule));
    one.source_hu.resize(kSourceVoxels);
    const auto outline = imaging::segment_nodule(volume, nodule.centre_mm);
    if (!outline) {
        if (outline.error().code() != ErrorCode::kNotFound) return fail(outline.error().within(nodule.key));
        one.trainable = false;
        one.features.assign(imaging::kNoduleFeatureNames.size(), std::numeric_limits<float>::quiet_NaN());
        imaging::sample_patch(volume, nodule.centre_mm, engine::kCtSourceSide, engine::kCtPatchSpacingMm, one.source_hu);
        return std::optional<imaging::NoduleMeasurement>();
    }
    const imaging::NoduleMeasurement measurement = imaging::measure_nodule(*outline);
    const imaging::NoduleFeatures features = imaging::nodule_features(*outline, measurement);
    one.features.assign(features.begin(), features.end());
    imaging::canonical_patch(volume, *outline, engine::kCtSourceSide, engine::kCtPatchSpacingMm, one.source_hu);
    return std::optional(measurement);
}

std::string hash_of(const engine::CtSet& set) {
    Sha256 hash;
    for (const std::string& name : set.feature_names) hash.update(std::as_bytes(std::span(name)));
    for (const engine::CtCase& one : set.cases) {
        hash.update(std::as_bytes(std::span(one.patient)));
        hash.update(std::as_bytes(std::span(one.source_hu)));
        hash.update(std::as_bytes(std::span(one.features)));
        hash.update(std::as_bytes(std::span(&one.malignancy, 1)));
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
    return kProbability[below] + (place - static_cast<double>(below)) * (kProbability[below + 1] - kProbability[below]);
}

Result<CtCohort> read_ct_cohort(const std::filesystem::path& data, std::string_view split, int folds, Executor& executor,
                                const std::stop_token& stop, ProgressSink& progress) {
    CtCohort cohort;
    HZ_ASSIGN(cohort.nodules, read_lidc_nodules(data / "lidc-nodules", split));
    if (std::filesystem::exists(data / "lidc-crops" / ("labels_" + std::string(split) + ".csv"))) {
        HZ_ASSIGN(cohort.crops, read_lidc_crops(data / "lidc-crops", split));
        HZ_TRY(match_crops(cohort.nodules, cohort.crops));
    }
    const auto& nodules = cohort.nodules.cases;
    cohort.set.feature_names.assign(imaging::kNoduleFeatureNames.begin(), imaging::kNoduleFeatureNames.end());
    cohort.set.cases.resize(nodules.size());
    cohort.measurements.resize(nodules.size());

    std::mutex mutex;  // guards done, failure and the sink
    std::size_t done = 0;
    std::optional<Error> failure;
    executor.parallel_for(nodules.size(), 8, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            if (stop.stop_requested()) return;
            engine::CtCase& one = cohort.set.cases[i];
            one.patient = nodules[i].patient;
            one.fold = patient_fold(one.patient, folds);
            one.diameter_mm = nodules[i].diameter_mm;
            set_targets(nodules[i], cohort.crops, one);
            auto measurement = set_inputs(cohort.nodules, nodules[i], one);
            const std::scoped_lock lock(mutex);
            if (!measurement) {
                failure = measurement.error();
                return;
            }
            cohort.measurements[i] = *std::move(measurement);
            progress.advance("measuring nodules", ++done, nodules.size());
        }
    });
    HZ_TRY(check_stop(stop));
    if (failure) return fail(*failure);
    cohort.sha256 = hash_of(cohort.set);
    return cohort;
}

}  // namespace huizhen::node
