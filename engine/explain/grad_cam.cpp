#include <huizhen/base/check.h>
#include <huizhen/explain/evidence_map.h>

namespace huizhen::engine {
namespace {

// Trilinear interpolation of `coarse`, `n`^3 cells whose centres lie in the middle of `side / n` samples
// each.
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
    const auto cell = [&](int x, int y, int z) {
        return coarse[static_cast<std::size_t>((z * n + y) * n + x)];
    };
    const auto along_x = [&](const Tap& x, int y, int z) {
        return (1 - x.t) * cell(x.low, y, z) + x.t * cell(x.high, y, z);
    };
    const auto along_y = [&](const Tap& x, const Tap& y, int z) {
        return (1 - y.t) * along_x(x, y.low, z) + y.t * along_x(x, y.high, z);
    };
    std::vector<float> fine;
    fine.reserve(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) *
                 static_cast<std::size_t>(side));
    for (const Tap& z : taps) {
        for (const Tap& y : taps) {
            for (const Tap& x : taps)
                fine.push_back((1 - z.t) * along_y(x, y, z.low) + z.t * along_y(x, y, z.high));
        }
    }
    return fine;
}

// relu(sum over channels of mean gradient times activation), one value a place.
std::vector<float> class_activation(std::span<const float> activations, std::span<const float> gradients,
                                    std::size_t channels) {
    const std::size_t places = activations.size() / channels;
    std::vector<float> map(places, 0.0F);
    for (std::size_t c = 0; c < channels; ++c) {
        double weight = 0;
        for (std::size_t p = 0; p < places; ++p) weight += static_cast<double>(gradients[c * places + p]);
        weight /= static_cast<double>(places);
        for (std::size_t p = 0; p < places; ++p)
            map[p] += static_cast<float>(weight) * activations[c * places + p];
    }
    for (float& value : map) value = std::max(value, 0.0F);
    return map;
}

}  // namespace

Result<std::vector<float>> grad_cam(const CtEnsemble& ensemble, const CtInput& input) {
    std::vector<float> total;
    int side = 0;
    for (const CtEnsemble::Member& member : ensemble.members()) {
        HZ_ASSIGN(const CtBatch batch, ct_batch(ensemble.context(), member.manifest, std::span(&input, 1)));
        Tensor places, hidden;
        {
            const InferenceScope no_tape(ensemble.context());
            places = member.network->places(batch.patches);
            hidden = member.network->read_measurements(batch.measurements, {});
        }
        // The places are made a leaf: only what lies above them is differentiated.
        places = places.detach();
        places.set_requires_grad();
        HZ_CHECK(ensemble.context().recording(), "Grad-CAM needs the tape");
        const Tensor correction = member.network->correction(places, hidden, {});
        backward(slice(correction, 1, CtNetwork::kMalignancy, CtNetwork::kMalignancy + 1));
        member.parameters->clear_grads();
        const auto map = class_activation(places.to_vector(), places.grad().to_vector(),
                                          static_cast<std::size_t>(places.dim(1)));
        side = static_cast<int>(places.dim(2));
        total.resize(map.size(), 0.0F);
        for (std::size_t p = 0; p < map.size(); ++p) total[p] += map[p];
    }
    auto fine = refine(total, side, kCtPatchSide);
    const float highest = *std::max_element(fine.begin(), fine.end());
    for (float& value : fine) value = highest > 0 ? value / highest : 0.0F;
    return fine;
}

}  // namespace huizhen::engine
