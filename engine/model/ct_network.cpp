#include <huizhen/base/check.h>
#include <huizhen/model/ct_network.h>

namespace huizhen::engine {
namespace {

constexpr int kStages = 3;
constexpr int kGroups = 8;
constexpr int kLastSide = 4;  // the slice halved three times
constexpr float kInputDropout = 0.05F, kMeasuredDropout = 0.2F, kPictureDropout = 0.3F;
constexpr float kPictureShare = 0.4F;  // of the picture's answer in the whole
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
      picture_heads_(scope / "picture_heads", shape.width << kStages, kOutputs) {
    std::int64_t in = 1, out = shape.width;
    for (int stage = 0; stage < kStages; ++stage) {
        stages_.emplace_back(scope / "stem" / stage, in, out);
        in = out;
        out *= 2;
    }
}

Tensor CtNetwork::measured_answer(const Tensor& measurements, const Pass& pass) const {
    HZ_CHECK(measurements.rank() == 2 && measurements.dim(1) == shape_.features,
             "measurements [N, features]");
    const Tensor hidden = measured_(Dropout(kInputDropout)(measurements, pass));
    return measured_heads_(Dropout(kMeasuredDropout)(hidden, pass));
}

Tensor CtNetwork::places(const Tensor& slices) const {
    HZ_CHECK(slices.rank() == 4 && slices.dim(1) == 1 && slices.dim(3) == kCtPatchSide,
             "slices [M, 1, 32, 32]");
    return stages_[1](stages_[0](slices));
}

Tensor CtNetwork::slice_answers(const Tensor& places, const Pass& pass) const {
    const Tensor last = stages_[2](places);
    const Tensor strongest =
        max_pool(last, {.kernel = {1, kLastSide, kLastSide}, .stride = {1, kLastSide, kLastSide}});
    const Tensor pooled = concat({global_average_pool(last), reshape(strongest, {last.dim(0), -1})}, 1);
    return picture_heads_(Dropout(kPictureDropout)(pooled, pass));
}

Tensor CtNetwork::combine(const Tensor& measured, const Tensor& slice_answers) const {
    const std::int64_t n = measured.dim(0);
    HZ_CHECK(n > 0 && slice_answers.dim(0) % n == 0, "as many slices for each case");
    const Tensor picture = mean(reshape(slice_answers, {n, slice_answers.dim(0) / n, kOutputs}), {1});
    return (1 - kPictureShare) * measured + kPictureShare * picture;
}

Tensor CtNetwork::operator()(const Tensor& patches, const Tensor& measurements, const Pass& pass) const {
    return combine(measured_answer(measurements, pass), slice_answers(places(ct_slices(patches)), pass));
}

Tensor ct_slices(const Tensor& patches) {
    HZ_CHECK(patches.rank() == 5 && patches.dim(1) == 1 && patches.dim(2) == kCtPatchSide,
             "patches [N, 1, 32, 32, 32]");
    return reshape(slice(patches, 2, kCtFirstSlice, kCtFirstSlice + kCtSlices),
                   {patches.dim(0) * kCtSlices, 1, kCtPatchSide, kCtPatchSide});
}

std::map<std::string, double> to_manifest(const CtNetworkShape& shape) {
    return {{"features", static_cast<double>(shape.features)},
            {"hidden", static_cast<double>(shape.hidden)},
            {"width", static_cast<double>(shape.width)}};
}

Result<CtNetworkShape> ct_network_shape(const ModelManifest& manifest) {
    CtNetworkShape shape;
    HZ_ASSIGN(shape.features, manifest.extent("features", 1, 4096));
    HZ_ASSIGN(shape.hidden, manifest.extent("hidden", 1, 4096));
    HZ_ASSIGN(shape.width, manifest.extent("width", kGroups, 256));
    if (shape.width % kGroups != 0 || static_cast<std::size_t>(shape.features) != manifest.features.size()) {
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
