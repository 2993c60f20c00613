#include <huizhen/model/ct_network.h>

#include <huizhen/base/check.h>

namespace huizhen::engine {
namespace {

constexpr int kStages = 3;
constexpr int kGroups = 8;
constexpr std::int64_t kPlaces = 64;  // 4^3, the patch halved three times

}  // namespace

float ct_input(float hu) { return (std::clamp(hu, -1000.0F, 400.0F) + 300.0F) / 700.0F; }

CtNetwork::Stage::Stage(const Scope& scope, std::int64_t in, std::int64_t out)
    : down(scope / "down", {.in = in, .out = out, .stride = 2}),
      down_norm(scope / "down_norm", kGroups, out, Activation::kRelu),
      conv(scope / "conv", {.in = out, .out = out}),
      norm(scope / "norm", kGroups, out) {}

Tensor CtNetwork::Stage::operator()(const Tensor& x) const {
    const Tensor down_x = down_norm(down(x));
    return relu(down_x + norm(conv(down_x)));
}

CtNetwork::CtNetwork(const Scope& scope, const CtNetworkShape& shape)
    : shape_(shape),
      to_token_(scope / "to_token", shape.width << (kStages - 1), shape.tokens),
      place_of_token_(scope.add("place", {1, kPlaces, shape.tokens}, Initial::kNormal002, false)),
      measurement_slope_(scope.add("measurement_slope", {1, shape.features, shape.tokens}, Initial::kNormal002, true)),
      measurement_bias_(scope.add("measurement_bias", {1, shape.features, shape.tokens}, Initial::kNormal002, false)),
      summary_(scope.add("summary", {1, 1, shape.tokens}, Initial::kNormal002, false)),
      last_norm_(scope / "last_norm", shape.tokens),
      dropout_(shape.dropout),
      attributes_(scope / "attributes", shape.tokens, kAttributeCount),
      malignancy_(scope / "malignancy", shape.tokens, 1),
      concepts_(scope / "concepts", kAttributeCount, 1, Activation::kNone, false),
      measured_(scope / "measured", shape.features, 1, Activation::kNone, false) {
    std::int64_t in = 1, out = shape.width;
    for (int stage = 0; stage < kStages; ++stage) {
        stages_.emplace_back(scope / "stem" / stage, in, out);
        in = out;
        out *= 2;
    }
    for (int block = 0; block < static_cast<int>(shape.blocks); ++block) {
        blocks_.emplace_back(scope / "fusion" / block,
                             TransformerBlock::Options{.channels = shape.tokens,
                                                       .heads = static_cast<int>(shape.heads),
                                                       .hidden = 2 * shape.tokens,
                                                       .dropout = shape.dropout});
    }
}

Tensor CtNetwork::places(const Tensor& patches) const {
    HZ_CHECK(patches.rank() == 5 && patches.dim(1) == 1 && patches.dim(4) == kCtPatchSide, "patches [N, 1, 32, 32, 32]");
    return stages_[1](stages_[0](patches));
}

CtNetwork::Output CtNetwork::heads(const Tensor& places, const Tensor& measurements, const Pass& pass) const {
    const std::int64_t n = places.dim(0);
    HZ_CHECK(measurements.rank() == 2 && measurements.dim(0) == n && measurements.dim(1) == shape_.features,
             "one row of measurements per patch");
    const Tensor seen = to_token_(spatial_tokens(stages_[2](places))) + place_of_token_;
    const Tensor measured = reshape(measurements, {n, shape_.features, 1}) * measurement_slope_ + measurement_bias_;
    Tensor x = concat({broadcast_to(summary_, Shape{n, 1, shape_.tokens}), measured, seen}, 1);
    for (const TransformerBlock& block : blocks_) x = block(x, pass);
    const Tensor summary = dropout_(last_norm_(reshape(slice(x, 1, 0, 1), {n, shape_.tokens})), pass);

    Output output;
    output.attributes = attributes_(summary);
    output.malignancy =
        reshape(malignancy_(summary) + concepts_(output.attributes) + measured_(measurements), {n});
    return output;
}

std::map<std::string, double> to_manifest(const CtNetworkShape& shape) {
    return {{"features", static_cast<double>(shape.features)}, {"width", static_cast<double>(shape.width)},
            {"tokens", static_cast<double>(shape.tokens)},     {"blocks", static_cast<double>(shape.blocks)},
            {"heads", static_cast<double>(shape.heads)},       {"dropout", static_cast<double>(shape.dropout)}};
}

Result<CtNetworkShape> ct_network_shape(const ModelManifest& manifest) {
    CtNetworkShape shape;
    HZ_ASSIGN(shape.features, manifest.extent("features", 1, 4096));
    HZ_ASSIGN(shape.width, manifest.extent("width", kGroups, 256));
    HZ_ASSIGN(shape.tokens, manifest.extent("tokens", 8, 1024));
    HZ_ASSIGN(shape.blocks, manifest.extent("blocks", 1, 64));
    HZ_ASSIGN(shape.heads, manifest.extent("heads", 1, 64));
    if (shape.width % kGroups != 0 || shape.tokens % shape.heads != 0 ||
        static_cast<std::size_t>(shape.features) != manifest.features.size()) {
        return fail(ErrorCode::kMalformedInput, "the model's shape does not fit together");
    }
    return shape;
}

std::vector<float> standardise(std::span<const FeatureScale> features, std::span<const float> values) {
    HZ_CHECK(features.size() == values.size(), "one value per feature");
    std::vector<float> standard(values.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
        const double z = (static_cast<double>(values[k]) - features[k].mean) / features[k].deviation;
        standard[k] = std::isfinite(z) ? static_cast<float>(std::clamp(z, -kFeatureLimit, kFeatureLimit)) : 0.0F;
    }
    return standard;
}

}  // namespace huizhen::engine
