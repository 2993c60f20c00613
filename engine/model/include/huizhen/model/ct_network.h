#pragma once

// The CT model of one nodule: two readers that answer by themselves. A perceptron reads the measurements; a
// strided convolutional stem reads the axial slices through the nodule's middle, one at a time, so that it
// learns from published single slices too. The answer is a mean of both. A case without a picture has only
// the first.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <huizhen/model/attributes.h>
#include <huizhen/model/manifest.h>
#include <huizhen/nn/layers.h>

namespace huizhen::engine {

inline constexpr std::string_view kCtArchitecture = "ct-readers/1";
inline constexpr int kCtPatchSide = 32;  // samples
inline constexpr double kCtPatchSpacingMm = 1.0;
// Slices of the patch that are read: the middle ones.
inline constexpr int kCtSlices = 4;
inline constexpr int kCtFirstSlice = (kCtPatchSide - kCtSlices) / 2;

// The network's input for a Hounsfield value: -1000 to 400 HU become -1 to 1, cut outside.
float ct_input(float hu);

// Diameters as the network gives them: ln(mm / 8), so that 0 is a usual nodule.
double size_of_diameter(double diameter_mm);
double diameter_of_size(double size);

struct CtNetworkShape {
    std::int64_t features = 0;  // measurements
    std::int64_t hidden = 128;  // of the perceptron
    std::int64_t width = 24;    // channels of the first of the stem's three stages, doubled at each
};

class CtNetwork {
  public:
    // Everything a head says, one row a case: [N, kOutputs], columns below.
    static constexpr std::int64_t kMalignancy = 0;  // logit
    static constexpr std::int64_t kAttribute = 1;   // kAttributeCount of them, see attribute_target()
    static constexpr std::int64_t kScore =
        kAttribute + static_cast<std::int64_t>(kAttributeCount);  // readers' mean - 3
    static constexpr std::int64_t kSize = kScore + 1;  // size_of_diameter() of what readers outline
    static constexpr std::int64_t kOutputs = kSize + 1;

    CtNetwork(const Scope& scope, const CtNetworkShape& shape);

    // What the measurements say. [N, features] -> [N, kOutputs]
    Tensor measured_answer(const Tensor& measurements, const Pass& pass) const;

    // slices [M, 1, 32, 32] of ct_input() -> what the evidence map is made of, [M, 2 width, 8, 8]
    Tensor places(const Tensor& slices) const;
    // What single slices say. [M, kOutputs]
    Tensor slice_answers(const Tensor& places, const Pass& pass) const;

    // The whole answer from both: [N, kOutputs], slice_answers() of [N * slices a case].
    Tensor combine(const Tensor& measured, const Tensor& slice_answers) const;
    // For cases with a picture: patches [N, 1, 32, 32, 32], measurements [N, features].
    Tensor operator()(const Tensor& patches, const Tensor& measurements, const Pass& pass) const;

    const CtNetworkShape& shape() const { return shape_; }

  private:
    struct Stage {
        Conv2d down;
        GroupNorm down_norm;
        Conv2d conv;
        GroupNorm norm;
        Stage(const Scope& scope, std::int64_t in, std::int64_t out);
        Tensor operator()(const Tensor& x) const;
    };
    CtNetworkShape shape_;
    Linear measured_;
    Linear measured_heads_;
    std::vector<Stage> stages_;
    Linear picture_heads_;
};

// The slices of patches [N, 1, 32, 32, 32] that are read: [N * kCtSlices, 1, 32, 32].
Tensor ct_slices(const Tensor& patches);

// Targets and answers in units in which readers differ by about 1: four over the length of the attribute's
// scale.
double attribute_target(std::size_t attribute, double score);
double attribute_score(std::size_t attribute, double answer);  // back to the readers' scale, cut to it

std::map<std::string, double> to_manifest(const CtNetworkShape& shape);
Result<CtNetworkShape> ct_network_shape(const ModelManifest& manifest);

// Measurements as the network reads them: (value - mean) / deviation, cut to +-kFeatureLimit. `values` in the
// manifest's order; one that is not finite becomes 0, the mean.
std::vector<float> standardise(std::span<const FeatureScale> features, std::span<const float> values);

}  // namespace huizhen::engine
