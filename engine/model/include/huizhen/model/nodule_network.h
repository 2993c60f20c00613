#pragma once

// Nodule or not, from one axial patch: a small residual network in the plane. It weeds out candidates that
// are vessels, hila or ribs.

#include <cstdint>
#include <vector>

#include <huizhen/model/manifest.h>
#include <huizhen/nn/layers.h>

namespace huizhen::engine {

inline constexpr std::string_view kNoduleArchitecture = "nodule-2d/1";
inline constexpr int kNodulePatchSide = 50;  // pixels of the CT's own axial grid
// HU of the darkest and brightest grey the network tells apart.
inline constexpr double kNoduleLowHu = -1000, kNoduleHighHu = 400;

// The network's input for a grey value, `grey` 0 (kNoduleLowHu) to 1 (kNoduleHighHu).
inline float nodule_input(double grey) { return static_cast<float>(2 * grey - 0.6); }
// The same from HU, cut to the window.
float nodule_input_of_hu(double hu);

struct NoduleNetworkShape {
    std::int64_t width = 16;  // channels of the first stage; doubled at each of the two that follow
    float dropout = 0.2F;     // before the head, in training
};

class NoduleNetwork {
  public:
    NoduleNetwork(const Scope& scope, const NoduleNetworkShape& shape);

    // patches [N, 1, 50, 50] of nodule_input() -> logits [N]
    Tensor operator()(const Tensor& patches, const Pass& pass) const;

  private:
    struct Stage {
        Conv2d down;
        GroupNorm down_norm;
        Conv2d conv1;
        GroupNorm norm1;
        Conv2d conv2;
        GroupNorm norm2;
        Stage(const Scope& scope, std::int64_t in, std::int64_t out);
        Tensor operator()(const Tensor& x) const;
    };
    std::vector<Stage> stages_;
    Dropout dropout_;
    Linear head_;
};

std::map<std::string, double> to_manifest(const NoduleNetworkShape& shape);
Result<NoduleNetworkShape> nodule_network_shape(const ModelManifest& manifest);

}  // namespace huizhen::engine
