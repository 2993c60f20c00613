#include <huizhen/base/check.h>
#include <huizhen/model/nodule_network.h>

namespace huizhen::engine {
namespace {

constexpr int kStages = 3;
constexpr int kGroups = 8;
constexpr std::int64_t kLastSide = 7;  // 50 halved three times, rounded up

}  // namespace

float nodule_input_of_hu(double hu) {
    return nodule_input((std::clamp(hu, kNoduleLowHu, kNoduleHighHu) - kNoduleLowHu) /
                        (kNoduleHighHu - kNoduleLowHu));
}

NoduleNetwork::Stage::Stage(const Scope& scope, std::int64_t in, std::int64_t out)
    : down(scope / "down", {.in = in, .out = out, .stride = 2}),
      down_norm(scope / "down_norm", kGroups, out, Activation::kGelu),
      conv1(scope / "conv1", {.in = out, .out = out}),
      norm1(scope / "norm1", kGroups, out, Activation::kGelu),
      conv2(scope / "conv2", {.in = out, .out = out}),
      norm2(scope / "norm2", kGroups, out) {}

Tensor NoduleNetwork::Stage::operator()(const Tensor& x) const {
    const Tensor down_x = down_norm(down(x));
    return gelu(down_x + norm2(conv2(norm1(conv1(down_x)))));
}

NoduleNetwork::NoduleNetwork(const Scope& scope, const NoduleNetworkShape& shape)
    : dropout_(shape.dropout), head_(scope / "head", shape.width << kStages, 1) {
    std::int64_t in = 1, out = shape.width;
    for (int stage = 0; stage < kStages; ++stage) {
        stages_.emplace_back(scope / "stage" / stage, in, out);
        in = out;
        out *= 2;
    }
}

Tensor NoduleNetwork::operator()(const Tensor& patches, const Pass& pass) const {
    HZ_CHECK(patches.rank() == 4 && patches.dim(2) == kNodulePatchSide, "patches [N, 1, 50, 50]");
    Tensor x = patches;
    for (const Stage& stage : stages_) x = stage(x);
    // A nodule fills a small part of the patch: its strongest answer counts beside the mean of all places.
    const int side = static_cast<int>(kLastSide);
    const Tensor strongest = max_pool(x, {.kernel = {1, side, side}, .stride = {1, side, side}});
    const Tensor pooled = concat({global_average_pool(x), reshape(strongest, {x.dim(0), -1})}, 1);
    return reshape(head_(dropout_(pooled, pass)), {-1});
}

std::map<std::string, double> to_manifest(const NoduleNetworkShape& shape) {
    return {{"width", static_cast<double>(shape.width)}, {"dropout", static_cast<double>(shape.dropout)}};
}

Result<NoduleNetworkShape> nodule_network_shape(const ModelManifest& manifest) {
    NoduleNetworkShape shape;
    HZ_ASSIGN(shape.width, manifest.extent("width", kGroups, 512));
    if (shape.width % kGroups != 0)
        return fail(ErrorCode::kMalformedInput, "the model's width is not a multiple of 8");
    return shape;
}

}  // namespace huizhen::engine
