#include "ct_crops.h"

#include <huizhen/base/check.h>
#include <huizhen/training/augment.h>

namespace huizhen::learning {
namespace {

using engine::Activation;
using engine::Tensor;

constexpr int kSide = 40;
constexpr double kSpacingMm = 0.8;  // 32 mm across: a nodule is at most 30 mm
constexpr int kMinSide = 16;        // of a picture that is accepted
constexpr int kGroups = 8;
constexpr std::size_t kPixels = std::size_t{kSide} * kSide;
constexpr engine::PlaneAugmentation kAugmentation{.turn = true,
                                                  .mirror = true,
                                                  .scale = 0.1,
                                                  .shift = 1.5,
                                                  .contrast = 0.05,
                                                  .brightness = 0.03,
                                                  .noise = 0.02};

// Lung to soft tissue, and a little beyond: what is brighter (bone, calcium) is only bright.
constexpr double kLowHu = -1000, kHighHu = 600, kMiddleHu = -300, kUnitHu = 500;

float input_of(double hu) {
    return static_cast<float>((std::clamp(hu, kLowHu, kHighHu) - kMiddleHu) / kUnitHu);
}

std::size_t place(int row, int column, int side) {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(side) + static_cast<std::size_t>(column);
}

// The picture on the network's own grid, about its middle; outside it the border repeats.
void resample(const Case& one, std::span<float> out) {
    const double step = kSpacingMm / static_cast<double>(one.spacing_mm);
    const double middle = 0.5 * (one.side - 1);
    const auto at = [&](int y, int x) {
        y = std::clamp(y, 0, one.side - 1);
        x = std::clamp(x, 0, one.side - 1);
        return static_cast<double>(one.hu[place(y, x, one.side)]);
    };
    for (int row = 0; row < kSide; ++row) {
        for (int column = 0; column < kSide; ++column) {
            const double y = middle + (row - 0.5 * (kSide - 1)) * step;
            const double x = middle + (column - 0.5 * (kSide - 1)) * step;
            const int y0 = static_cast<int>(std::floor(y)), x0 = static_cast<int>(std::floor(x));
            const double fy = y - y0, fx = x - x0;
            const double hu = (1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x0 + 1)) +
                              fy * ((1 - fx) * at(y0 + 1, x0) + fx * at(y0 + 1, x0 + 1));
            out[place(row, column, kSide)] = input_of(hu);
        }
    }
}

class CropNetwork {
  public:
    explicit CropNetwork(const engine::Scope& scope)
        : layers_{Layer(scope / 0, 1, 16, 1), Layer(scope / 1, 16, 32, 2), Layer(scope / 2, 32, 32, 1),
                  Layer(scope / 3, 32, 64, 2), Layer(scope / 4, 64, 64, 1)},
          head_(scope / "head", 2 * 64, 1) {}

    Tensor operator()(Tensor x) const {
        for (const Layer& layer : layers_) x = layer.norm(layer.conv(x));
        // A nodule fills a small part of the picture: its strongest answer counts beside the mean.
        const int side = static_cast<int>(x.dim(3));
        const Tensor strongest = max_pool(x, {.kernel = {1, side, side}, .stride = {1, side, side}});
        return head_(engine::concat({global_average_pool(x), reshape(strongest, {x.dim(0), -1})}, 1));
    }

  private:
    struct Layer {
        engine::Conv2d conv;
        engine::GroupNorm norm;
        Layer(const engine::Scope& scope, std::int64_t in, std::int64_t out, int stride)
            : conv(scope / "conv", {.in = in, .out = out, .stride = stride}),
              norm(scope / "norm", kGroups, out, Activation::kRelu) {}
    };
    std::vector<Layer> layers_;
    engine::Linear head_;
};

class CtCrops final : public NetworkTask {
  public:
    CtCrops(CaseSet set, int held_out_fold, engine::Context& engine_context)
        : NetworkTask(kCtCropsName, ct_crops_heads(), std::move(set), held_out_fold, engine_context),
          network_(engine::Scope(parameters(), "")),
          planes_(case_count() * kPixels) {
        parameters_are_complete();
        for (std::size_t k = 0; k < case_count(); ++k) {
            resample(case_at(k), std::span(planes_).subspan(k * kPixels, kPixels));
        }
    }

    std::vector<float> initial(std::uint64_t seed) const override {
        engine::ParameterSet fresh(context(), seed);
        const CropNetwork network(engine::Scope(fresh, ""));
        return values_of(fresh);
    }

  private:
    Tensor logits(std::span<const std::size_t> cases, engine::Philox* random) override {
        std::vector<float> inputs(cases.size() * kPixels);
        for (std::size_t k = 0; k < cases.size(); ++k) {
            const auto plane = std::span<const float>(planes_).subspan(cases[k] * kPixels, kPixels);
            const auto out = std::span(inputs).subspan(k * kPixels, kPixels);
            if (random == nullptr) {
                std::copy(plane.begin(), plane.end(), out.begin());
            } else {
                augment_plane(plane, kSide, kAugmentation, *random, out);
            }
        }
        return network_(
            Tensor::from(context(), {static_cast<std::int64_t>(cases.size()), 1, kSide, kSide}, inputs));
    }

    CropNetwork network_;
    std::vector<float> planes_;
};

}  // namespace

std::vector<std::string> ct_crops_heads() { return {"malignant"}; }

Result<std::unique_ptr<LearningTask>> make_ct_crops(CaseSet cases, int held_out_fold,
                                                    engine::Context& context) {
    for (const Case& one : cases.cases) {
        if (one.side < kMinSide || !(one.spacing_mm >= 0.1F && one.spacing_mm <= 5.0F)) {
            return fail(ErrorCode::kMalformedInput,
                        "a case of ct-crops/1 needs a picture of at least 16 x 16 pixels of 0.1 to 5 mm");
        }
    }
    return std::make_unique<CtCrops>(std::move(cases), held_out_fold, context);
}

}  // namespace huizhen::learning
