#pragma once

// The CT model of one nodule. Measurements are read by a small perceptron, whose answer stands by itself and
// also becomes tokens; a strided 3D convolutional stem turns the picture into tokens beside them; a
// transformer fuses both, and what it finds corrects the answer. A case without a picture has no picture
// tokens and only the first answer.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <huizhen/model/attributes.h>
#include <huizhen/model/manifest.h>
#include <huizhen/nn/layers.h>

namespace huizhen::engine {

inline constexpr std::string_view kCtArchitecture = "ct-fusion/1";
inline constexpr int kCtPatchSide = 32;  // samples
inline constexpr double kCtPatchSpacingMm = 1.0;

// The network's input for a Hounsfield value: -1000 to 400 HU become -1 to 1, cut outside.
float ct_input(float hu);

// Diameters as the network gives them: ln(mm / 8), so that 0 is a usual nodule.
double size_of_diameter(double diameter_mm);
double diameter_of_size(double size);

struct CtNetworkShape {
    std::int64_t features = 0;  // measurements
    std::int64_t hidden = 64;   // of the perceptron
    std::int64_t width = 16;    // channels of the first of the stem's three stages, doubled at each
    std::int64_t tokens = 64;   // channels of a token
    std::int64_t blocks = 2;    // of the transformer
    std::int64_t heads = 4;
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

    // What the measurements alone say. [N, features] -> hidden [N, hidden]
    Tensor read_measurements(const Tensor& measurements, const Pass& pass) const;
    Tensor measured_answer(const Tensor& hidden, const Pass& pass) const;  // [N, kOutputs]

    // patches [N, 1, 32, 32, 32] of ct_input() -> what the evidence map is made of, [N, 2 width, 8, 8, 8]
    Tensor places(const Tensor& patches) const;
    // What the picture, seen together with the measurements, adds to the answer. [N, kOutputs]
    Tensor correction(const Tensor& places, const Tensor& hidden, const Pass& pass) const;

    // The whole answer for cases with a picture.
    Tensor operator()(const Tensor& patches, const Tensor& measurements, const Pass& pass) const;

    const CtNetworkShape& shape() const { return shape_; }

  private:
    struct Stage {
        Conv3d down;
        GroupNorm down_norm;
        Conv3d conv;
        GroupNorm norm;
        Stage(const Scope& scope, std::int64_t in, std::int64_t out);
        Tensor operator()(const Tensor& x) const;
    };
    CtNetworkShape shape_;
    Linear measured_;
    Linear measured_heads_;
    std::vector<Stage> stages_;
    Linear place_to_token_;
    Tensor place_of_token_;      // [1, 64, tokens]
    Linear measured_to_tokens_;  // to kMeasurementTokens tokens
    Tensor kind_of_token_;       // [1, kMeasurementTokens, tokens]
    Tensor summary_;             // [1, 1, tokens], the token the heads read
    std::vector<TransformerBlock> blocks_;
    LayerNorm last_norm_;
    Linear fused_heads_;  // starts at zero: the picture has to earn its say
};

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
