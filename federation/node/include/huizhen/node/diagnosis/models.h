#pragma once

// The trained networks as the pipeline uses them: nodule or not, how suspicious, and why.

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <huizhen/base/progress.h>
#include <huizhen/base/result.h>
#include <huizhen/lung/nodule_features.h>
#include <huizhen/lung/nodule_measurement.h>
#include <huizhen/node/diagnosis/finding.h>
#include <huizhen/node/engine_runtime.h>

namespace huizhen::node {

struct Opinion {
    Malignancy malignancy;
    std::array<double, engine::kAttributeCount> attributes{};  // on the readers' scales
};

struct Evidence {
    imaging::Grid<float> map;              // 0..1, relative to its own maximum
    std::string name;                      // "occlusion"
    std::optional<imaging::Vec3> peak_mm;  // LPS; nothing where no part of the picture raised the probability
};

// One thread at a time.
class Models {
  public:
    // The ensemble and the classifier in `folder`; `engine` must outlive them. kNotFound without them,
    // kIntegrity for damaged ones.
    static Result<Models> load(const std::filesystem::path& folder, EngineRuntime& engine);

    ~Models();
    Models(Models&&) noexcept;
    Models& operator=(Models&&) noexcept;

    std::vector<ModelIdentity> identities() const;
    std::string backend() const;
    double nodule_threshold() const;

    // For each place the probability that it is a nodule, from the scan's own axial slices. `volume` in
    // patient order.
    Result<std::vector<double>> nodule_probabilities(const imaging::Volume& volume,
                                                     std::span<const imaging::Vec3> places_mm,
                                                     ProgressSink& progress,
                                                     const std::stop_token& stop) const;

    Result<Opinion> judge(const imaging::Volume& volume, const imaging::NoduleSegmentation& segmentation,
                          const imaging::NoduleMeasurement& measurement) const;

    // Which parts of the picture raised the probability, for a nodule judged before.
    Result<Evidence> explain(const imaging::Volume& volume, const imaging::NoduleSegmentation& segmentation,
                             const imaging::NoduleMeasurement& measurement) const;

  private:
    struct Impl;
    explicit Models(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Where models are looked for without --models: HUIZHEN_MODELS, else beside the installed program, else where
// the build found them. Empty when none of these is a folder.
std::filesystem::path default_models_folder();

}  // namespace huizhen::node
