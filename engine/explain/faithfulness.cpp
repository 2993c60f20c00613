#include <numeric>

#include <huizhen/base/check.h>
#include <huizhen/explain/evidence_map.h>
#include <huizhen/tensor/philox.h>

#include "patch_scores.h"

namespace huizhen::engine {

Result<Faithfulness> faithfulness(const CtEnsemble& ensemble, const CtInput& input,
                                  std::span<const float> map, int steps) {
    HZ_CHECK(map.size() == kPatchVoxels && steps > 0, "a map of the patch");
    std::vector<std::size_t> order(kPatchVoxels);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return map[a] > map[b]; });

    std::vector<std::vector<float>> losing, gaining;
    std::vector<float> without(input.patch_hu.begin(), input.patch_hu.end()),
        with(kPatchVoxels, kAeratedLungHu);
    for (int step = 0; step <= steps; ++step) {
        losing.push_back(without);
        gaining.push_back(with);
        const std::size_t begin =
            kPatchVoxels * static_cast<std::size_t>(step) / static_cast<std::size_t>(steps);
        const std::size_t end = std::min(kPatchVoxels, kPatchVoxels * static_cast<std::size_t>(step + 1) /
                                                           static_cast<std::size_t>(steps));
        for (std::size_t k = begin; k < end; ++k) {
            without[order[k]] = kAeratedLungHu;
            with[order[k]] = input.patch_hu[order[k]];
        }
    }
    const auto area = [&](const std::vector<std::vector<float>>& patches) -> Result<double> {
        HZ_ASSIGN(const auto scores, scores_of(ensemble, input, patches));
        double sum = 0.5 * (scores.front() + scores.back());  // trapezoids
        for (std::size_t k = 1; k + 1 < scores.size(); ++k) sum += scores[k];
        return sum / steps;
    };
    Faithfulness result;
    HZ_ASSIGN(result.deletion, area(losing));
    HZ_ASSIGN(result.insertion, area(gaining));
    return result;
}

std::vector<float> random_map(std::uint64_t seed) {
    std::vector<float> map(kPatchVoxels);
    Philox(seed).uniform(map);
    return map;
}

std::vector<float> centred_gaussian_map(double sigma_samples) {
    std::vector<float> map;
    map.reserve(kPatchVoxels);
    const double middle = 0.5 * (kCtPatchSide - 1);
    for (int z = 0; z < kCtPatchSide; ++z) {
        for (int y = 0; y < kCtPatchSide; ++y) {
            for (int x = 0; x < kCtPatchSide; ++x) {
                const double squares =
                    (x - middle) * (x - middle) + (y - middle) * (y - middle) + (z - middle) * (z - middle);
                map.push_back(static_cast<float>(std::exp(-squares / (2 * sigma_samples * sigma_samples))));
            }
        }
    }
    return map;
}

}  // namespace huizhen::engine
