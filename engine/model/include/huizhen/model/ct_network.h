#pragma once

// The CT model of one nodule: a strided 3D convolutional stem turns a patch into tokens, every measurement is a token
// beside them, a transformer fuses them, and heads read malignancy and the eight radiological attributes.

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

struct CtNetworkShape {
    std::int64_t features = 0;   // measurements
    std::int64_t width = 16;     // channels of the first of three stages, doubled at each
    std::int64_t tokens = 64;    // channels of a token
    std::int64_t blocks = 2;     // of the transformer
    std::int64_t heads = 4;
    float dropout = 0.2F;
};

class CtNetwork {
  public:
    struct Output {
        Tensor malignancy;  // [N] logits
        Tensor attributes;  // [N, kAttributeCount] logits of the place on the readers' scale, 0 low, 1 high end
    };

    CtNetwork(const Scope& scope, const CtNetworkShape& shape);

    // patches [N, 1, 32, 32, 32] of ct_input() -> what the evidence map is made of, [N, 2 width, 8, 8, 8]
    Tensor places(const Tensor& patches) const;
    // places and measurements [N, features] (standardised) -> heads
    Output heads(const Tensor& places, const Tensor& measurements, const Pass& pass) const;

    Output operator()(const Tensor& patches, const Tensor& measurements, const Pass& pass) const {
        return heads(places(patches), measurements, pass);
    }

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
    std::vector<Stage> stages_;
    Linear to_token_;
    Tensor place_of_token_;                      // [1, 64, tokens]
    Tensor measurement_slope_, measurement_bias_;  // [1, features, tokens]
    Tensor summary_;                             // [1, 1, tokens], the token the heads read
    std::vector<TransformerBlock> blocks_;
    LayerNorm last_norm_;
    Dropout dropout_;
    Linear attributes_;
    Linear malignancy_;
    Linear concepts_;                            // from the attributes to malignancy
    Linear measured_;                            // from the measurements straight to malignancy
};

std::map<std::string, double> to_manifest(const CtNetworkShape& shape);
Result<CtNetworkShape> ct_network_shape(const ModelManifest& manifest);

// Measurements as the network reads them: (value - mean) / deviation, cut to +-kFeatureLimit. `values` in the
// manifest's order; one that is not finite becomes 0, the mean.
std::vector<float> standardise(std::span<const FeatureScale> features, std::span<const float> values);

}  // namespace huizhen::engine
