#include <cstdlib>

#include <huizhen/base/cpu.h>
#include <huizhen/explain/evidence_map.h>
#include <huizhen/lung/nodule_patch.h>
#include <huizhen/model/ct_ensemble.h>
#include <huizhen/model/nodule_classifier.h>
#include <huizhen/node/cohorts/ct_cases.h>
#include <huizhen/node/diagnosis/models.h>

namespace huizhen::node {
namespace {

namespace fs = std::filesystem;
using imaging::Vec3;

constexpr std::size_t kPatchPixels = std::size_t{engine::kNodulePatchSide} * engine::kNodulePatchSide;
constexpr std::size_t kPatchVoxels =
    std::size_t{engine::kCtPatchSide} * engine::kCtPatchSide * engine::kCtPatchSide;
constexpr std::size_t kBatch = 32;
// Where the classifier was calibrated to still find 95 of 100 nodules.
constexpr const char* kOperatingPoint = "sensitivity_95";

// The axial patch around a place on the scan's own pixels, rows from front to back; edges replicate.
void cut_axial_patch(const imaging::Volume& volume, Vec3 place_mm, std::span<float> out) {
    const Vec3 voxel = volume.geometry().to_voxel(place_mm);
    constexpr int kHalf = engine::kNodulePatchSide / 2;
    const int x0 = static_cast<int>(std::lround(voxel.x)) - kHalf,
              y0 = static_cast<int>(std::lround(voxel.y)) - kHalf;
    const int z = static_cast<int>(std::lround(voxel.z));
    std::size_t i = 0;
    for (int y = 0; y < engine::kNodulePatchSide; ++y) {
        for (int x = 0; x < engine::kNodulePatchSide; ++x) out[i++] = volume.clamped(x0 + x, y0 + y, z);
    }
}

// What the CT model reads of one nodule; the same code prepared its training cases.
struct CtReading {
    std::vector<float> patch = std::vector<float>(kPatchVoxels);
    std::vector<engine::NamedValue> measurements;

    engine::CtInput input() const { return {.patch_hu = patch, .measurements = measurements}; }
};

CtReading read_nodule(const imaging::Volume& volume, const imaging::NoduleSegmentation& segmentation,
                      const imaging::NoduleMeasurement& measurement) {
    CtReading reading;
    imaging::canonical_patch(volume, segmentation, engine::kCtPatchSide, engine::kCtPatchSpacingMm,
                             reading.patch);
    static const std::vector<std::string> names = ct_feature_names();  // outlives every reading's views of it
    const std::vector<float> features = ct_features(volume, segmentation, measurement);
    for (std::size_t i = 0; i < features.size(); ++i)
        reading.measurements.push_back({names.at(i), features[i]});
    return reading;
}

// A model file that breaks its format is a damaged installation, not a fault of the patient's images.
Error of_installation(const Error& error) {
    const bool broken = error.code() == ErrorCode::kMalformedInput ||
                        error.code() == ErrorCode::kUnsupported || error.code() == ErrorCode::kLimitExceeded;
    return broken ? Error(ErrorCode::kIntegrity, error.message()) : error;
}

}  // namespace

struct Models::Impl {
    EngineRuntime* engine;  // borrowed
    engine::CtEnsemble malignancy;
    engine::NoduleClassifier nodule;
    double threshold;
};

Models::Models(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Models::~Models() = default;
Models::Models(Models&&) noexcept = default;
Models& Models::operator=(Models&&) noexcept = default;

Result<Models> Models::load(const fs::path& folder, EngineRuntime& engine) {
    auto malignancy = engine::CtEnsemble::load(folder, engine.context());
    if (!malignancy) return fail(of_installation(malignancy.error()));
    if (malignancy->members().front().manifest.calibration.kind == engine::CalibrationKind::kIdentity) {
        return fail(ErrorCode::kIntegrity,
                    folder.string() + ": the CT model is not calibrated; its training was not finished");
    }
    auto nodule = engine::NoduleClassifier::load(folder, engine.context());
    if (!nodule) return fail(of_installation(nodule.error()));
    const auto& points = nodule->manifest(0).operating_points;
    const auto point = points.find(kOperatingPoint);
    if (point == points.end()) {
        return fail(ErrorCode::kIntegrity,
                    folder.string() + ": the nodule classifier has no operating point " + kOperatingPoint);
    }
    return Models(
        std::make_unique<Impl>(Impl{&engine, std::move(*malignancy), std::move(*nodule), point->second}));
}

std::vector<ModelIdentity> Models::identities() const {
    return {{.role = "malignancy",
             .name = std::string(engine::kCtArchitecture),
             .sha256 = impl_->malignancy.sha256(),
             .members = static_cast<int>(impl_->malignancy.members().size())},
            {.role = "nodule",
             .name = std::string(engine::kNoduleArchitecture),
             .sha256 = impl_->nodule.sha256(),
             .members = static_cast<int>(impl_->nodule.members())}};
}

std::string Models::backend() const {
    return impl_->engine->context().backend_names() + " (" + std::string(cpu_level_name(cpu_level())) + ")";
}

double Models::nodule_threshold() const { return impl_->threshold; }

Result<std::vector<double>> Models::nodule_probabilities(const imaging::Volume& volume,
                                                         std::span<const Vec3> places_mm,
                                                         ProgressSink& progress,
                                                         const std::stop_token& stop) const {
    std::vector<double> probabilities;
    std::vector<float> patches;
    for (std::size_t begin = 0; begin < places_mm.size(); begin += kBatch) {
        HZ_TRY(check_stop(stop));
        const std::size_t count = std::min(kBatch, places_mm.size() - begin);
        patches.resize(count * kPatchPixels);
        for (std::size_t k = 0; k < count; ++k) {
            cut_axial_patch(volume, places_mm[begin + k],
                            std::span(patches).subspan(k * kPatchPixels, kPatchPixels));
        }
        const std::vector<double> batch = impl_->nodule.probabilities(patches);
        probabilities.insert(probabilities.end(), batch.begin(), batch.end());
        progress.advance("nodule or not", begin + count, places_mm.size());
    }
    return probabilities;
}

Result<Opinion> Models::judge(const imaging::Volume& volume, const imaging::NoduleSegmentation& segmentation,
                              const imaging::NoduleMeasurement& measurement) const {
    const CtReading reading = read_nodule(volume, segmentation, measurement);
    HZ_ASSIGN(const engine::CtPrediction prediction, impl_->malignancy.predict(reading.input()));
    Opinion opinion;
    opinion.malignancy = {.probability = prediction.probability,
                          .interval = prediction.interval,
                          .not_ruled_out = prediction.labels,
                          .miscoverage = impl_->malignancy.members().front().manifest.conformal.alpha};
    for (std::size_t i = 0; i < engine::kAttributeCount; ++i)
        opinion.attributes[i] = prediction.attributes[i].value;
    return opinion;
}

Result<Evidence> Models::explain(const imaging::Volume& volume,
                                 const imaging::NoduleSegmentation& segmentation,
                                 const imaging::NoduleMeasurement& measurement) const {
    const CtReading reading = read_nodule(volume, segmentation, measurement);
    HZ_ASSIGN(const std::vector<float> map, engine::occlusion_map(impl_->malignancy, reading.input()));
    imaging::Geometry geometry;
    const double spacing = engine::kCtPatchSpacingMm, half = 0.5 * (engine::kCtPatchSide - 1) * spacing;
    geometry.spacing_mm = {spacing, spacing, spacing};
    geometry.origin_mm = segmentation.centre_mm - Vec3{half, half, half};
    Evidence evidence{.map = imaging::Grid<float>(
                          {engine::kCtPatchSide, engine::kCtPatchSide, engine::kCtPatchSide}, geometry),
                      .name = "occlusion, slices the model reads",
                      .peak_mm = {}};
    std::ranges::copy(map, evidence.map.voxels().begin());
    const auto peak = std::ranges::max_element(map);
    if (*peak <= 0) return evidence;
    constexpr int kSide = engine::kCtPatchSide;
    const auto at = static_cast<int>(peak - map.begin());
    evidence.peak_mm =
        geometry.to_patient({static_cast<double>(at % kSide), static_cast<double>(at / kSide % kSide),
                             static_cast<double>(at / (kSide * kSide))});
    return evidence;
}

fs::path default_models_folder() {
    if (const char* named = std::getenv("HUIZHEN_MODELS"); named != nullptr && *named != '\0') return named;
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path installed = program.parent_path().parent_path() / "share/huizhen/models";
    if (!error && fs::is_directory(installed, error)) return installed;
    const fs::path built_from = HUIZHEN_BUILT_MODELS;
    return fs::is_directory(built_from, error) ? built_from : fs::path();
}

}  // namespace huizhen::node
