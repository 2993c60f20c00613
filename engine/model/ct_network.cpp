#include <huizhen/base/check.h>
#include <huizhen/model/ct_network.h>

namespace huizhen::engine {
namespace {

constexpr int kStages = 3;
constexpr int kGroups = 8;
constexpr std::int64_t kPlaces = 64;  // 4^3, the patch halved three times
constexpr std::int64_t kMeasurementTokens = 4;
constexpr float kInputDropout = 0.1F, kHiddenDropout = 0.3F, kFusionDropout = 0.2F;
constexpr double kAttributeUnits = 4;  // over the length of a scale

}  // namespace

float ct_input(float hu) { return (std::clamp(hu, -1000.0F, 400.0F) + 300.0F) / 700.0F; }

double size_of_diameter(double diameter_mm) { return std::log(diameter_mm / 8); }
double diameter_of_size(double size) { return 8 * std::exp(size); }

double attribute_target(std::size_t attribute, double score) {
    const auto& scale = kAttributes[attribute];
    return kAttributeUnits * ((score - scale.low) / (scale.high - scale.low) - 0.5);
}

double attribute_score(std::size_t attribute, double answer) {
    const auto& scale = kAttributes[attribute];
    return scale.low + std::clamp(answer / kAttributeUnits + 0.5, 0.0, 1.0) * (scale.high - scale.low);
}

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
      measured_(scope / "measured", shape.features, shape.hidden, Activation::kGelu),
      measured_heads_(scope / "measured_heads", shape.hidden, kOutputs),
      place_to_token_(scope / "place_to_token", shape.width << (kStages - 1), shape.tokens),
      place_of_token_(scope.add("place_of_token", {1, kPlaces, shape.tokens}, Initial::kNormal002, false)),
      measured_to_tokens_(scope / "measured_to_tokens", shape.hidden, kMeasurementTokens * shape.tokens),
      kind_of_token_(
          scope.add("kind_of_token", {1, kMeasurementTokens, shape.tokens}, Initial::kNormal002, false)),
      summary_(scope.add("summary", {1, 1, shape.tokens}, Initial::kNormal002, false)),
      last_norm_(scope / "last_norm", shape.tokens),
      fused_heads_(scope / "fused_heads", shape.tokens, kOutputs, Activation::kNone, false) {
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
                                                       .dropout = kFusionDropout});
    }
    const Parameter* fused = scope.set().find("ct.fused_heads.weight");
    HZ_CHECK(fused != nullptr, "the network's scope is called ct");
    Tensor weight = fused->value;
    weight.assign(Tensor::zeros(scope.set().context(), weight.shape()));
}

Tensor CtNetwork::read_measurements(const Tensor& measurements, const Pass& pass) const {
    HZ_CHECK(measurements.rank() == 2 && measurements.dim(1) == shape_.features,
             "measurements [N, features]");
    return measured_(Dropout(kInputDropout)(measurements, pass));
}

Tensor CtNetwork::measured_answer(const Tensor& hidden, const Pass& pass) const {
    return measured_heads_(Dropout(kHiddenDropout)(hidden, pass));
}

Tensor CtNetwork::places(const Tensor& patches) const {
    HZ_CHECK(patches.rank() == 5 && patches.dim(1) == 1 && patches.dim(4) == kCtPatchSide,
             "patches [N, 1, 32, 32, 32]");
    return stages_[1](stages_[0](patches));
}

Tensor CtNetwork::correction(const Tensor& places, const Tensor& hidden, const Pass& pass) const {
    const std::int64_t n = places.dim(0);
    HZ_CHECK(hidden.rank() == 2 && hidden.dim(0) == n, "one row of measurements per picture");
    const Tensor seen = place_to_token_(spatial_tokens(stages_[2](places))) + place_of_token_;
    const Tensor measured =
        reshape(measured_to_tokens_(hidden), {n, kMeasurementTokens, shape_.tokens}) + kind_of_token_;
    Tensor x = concat({broadcast_to(summary_, Shape{n, 1, shape_.tokens}), measured, seen}, 1);
    for (const TransformerBlock& block : blocks_) x = block(x, pass);
    const Tensor summary = last_norm_(reshape(slice(x, 1, 0, 1), {n, shape_.tokens}));
    return fused_heads_(Dropout(kHiddenDropout)(summary, pass));
}

Tensor CtNetwork::operator()(const Tensor& patches, const Tensor& measurements, const Pass& pass) const {
    const Tensor hidden = read_measurements(measurements, pass);
    return measured_answer(hidden, pass) + correction(places(patches), hidden, pass);
}

std::map<std::string, double> to_manifest(const CtNetworkShape& shape) {
    return {{"features", static_cast<double>(shape.features)}, {"hidden", static_cast<double>(shape.hidden)},
            {"width", static_cast<double>(shape.width)},       {"tokens", static_cast<double>(shape.tokens)},
            {"blocks", static_cast<double>(shape.blocks)},     {"heads", static_cast<double>(shape.heads)}};
}

Result<CtNetworkShape> ct_network_shape(const ModelManifest& manifest) {
    CtNetworkShape shape;
    HZ_ASSIGN(shape.features, manifest.extent("features", 1, 4096));
    HZ_ASSIGN(shape.hidden, manifest.extent("hidden", 1, 4096));
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
        standard[k] =
            std::isfinite(z) ? static_cast<float>(std::clamp(z, -kFeatureLimit, kFeatureLimit)) : 0.0F;
    }
    return standard;
}

}  // namespace huizhen::engine
