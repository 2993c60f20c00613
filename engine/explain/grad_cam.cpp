#include <huizhen/base/check.h>
#include <huizhen/explain/evidence_map.h>

#include "patch_scores.h"

namespace huizhen::engine {
namespace {

// Bilinear interpolation of `coarse`, n x n cells whose centres lie in the middle of side / n pixels each.
std::vector<float> refine(std::span<const float> coarse, int n, int side) {
    struct Tap {
        int low, high;
        float t;
    };
    std::vector<Tap> taps;
    for (int i = 0; i < side; ++i) {
        const float at = std::clamp(
            (static_cast<float>(i) + 0.5F) * static_cast<float>(n) / static_cast<float>(side) - 0.5F, 0.0F,
            static_cast<float>(n - 1));
        const int low = static_cast<int>(at);
        taps.push_back({low, std::min(low + 1, n - 1), at - static_cast<float>(low)});
    }
    const auto along_x = [&](const Tap& x, int y) {
        return (1 - x.t) * coarse[static_cast<std::size_t>(y * n + x.low)] +
               x.t * coarse[static_cast<std::size_t>(y * n + x.high)];
    };
    std::vector<float> fine;
    fine.reserve(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
    for (const Tap& y : taps) {
        for (const Tap& x : taps) fine.push_back((1 - y.t) * along_x(x, y.low) + y.t * along_x(x, y.high));
    }
    return fine;
}

// relu(sum over channels of gradient times activation), one value a place.
std::vector<float> class_activation(std::span<const float> activations, std::span<const float> gradients,
                                    std::size_t channels) {
    const std::size_t places = activations.size() / channels;
    std::vector<float> map(places, 0.0F);
    for (std::size_t i = 0; i < activations.size(); ++i) map[i % places] += gradients[i] * activations[i];
    for (float& value : map) value = std::max(value, 0.0F);
    return map;
}

// The slices' maps at their places in the patch, 0 where no slice was read; the highest becomes 1.
std::vector<float> whole_map(std::span<const float> slices, int side) {
    const std::size_t cells = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    std::vector<float> map(kPatchVoxels, 0.0F);
    auto at = map.begin() + std::ptrdiff_t{kCtFirstSlice} * kCtPatchSide * kCtPatchSide;
    for (std::size_t s = 0; s < kCtSlices; ++s) {
        at = std::ranges::copy(refine(slices.subspan(s * cells, cells), side, kCtPatchSide), at).out;
    }
    const float highest = *std::max_element(map.begin(), map.end());
    for (float& value : map) value = highest > 0 ? value / highest : 0.0F;
    return map;
}

}  // namespace

Result<std::vector<float>> grad_cam(const CtEnsemble& ensemble, const CtInput& input) {
    std::vector<float> total;  // [kCtSlices, side, side]
    int side = 0;
    for (const CtEnsemble::Member& member : ensemble.members()) {
        HZ_ASSIGN(const CtBatch batch, ct_batch(ensemble.context(), member.manifest, std::span(&input, 1)));
        Tensor places;
        {
            const InferenceScope no_tape(ensemble.context());
            places = member.network->places(ct_slices(batch.patches));
        }
        // The places are made a leaf: only what lies above them is differentiated.
        places = places.detach();
        places.set_requires_grad();
        HZ_CHECK(ensemble.context().recording(), "Grad-CAM needs the tape");
        const Tensor answers = member.network->slice_answers(places, {});
        backward(sum(slice(answers, 1, CtNetwork::kMalignancy, CtNetwork::kMalignancy + 1)));
        member.parameters->clear_grads();
        const auto activations = places.to_vector(), gradients = places.grad().to_vector();
        const std::size_t one = activations.size() / kCtSlices;
        side = static_cast<int>(places.dim(2));
        total.resize(kCtSlices * static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 0.0F);
        auto at = total.begin();
        for (std::size_t s = 0; s < kCtSlices; ++s) {
            for (const float value : class_activation(std::span(activations).subspan(s * one, one),
                                                      std::span(gradients).subspan(s * one, one),
                                                      static_cast<std::size_t>(places.dim(1)))) {
                *at++ += value;
            }
        }
    }
    return whole_map(total, side);
}

}  // namespace huizhen::engine
