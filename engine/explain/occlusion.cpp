#include <huizhen/base/check.h>
#include <huizhen/explain/evidence_map.h>

#include "patch_scores.h"

namespace huizhen::engine {
namespace {

constexpr std::size_t kBatch = 32;
constexpr std::size_t kSliceVoxels = std::size_t{kCtPatchSide} * kCtPatchSide;

struct Block {
    int x, y;
};

// The samples of a slice that the block covers.
template <typename Visit>
void each_sample(const Block& block, int side, const Visit& visit) {
    for (int y = block.y; y < std::min(block.y + side, kCtPatchSide); ++y) {
        for (int x = block.x; x < std::min(block.x + side, kCtPatchSide); ++x) {
            visit(static_cast<std::size_t>(y * kCtPatchSide + x));
        }
    }
}

std::vector<float> without(const std::vector<float>& patch, const Block& block, int side) {
    std::vector<float> changed = patch;
    for (int slice = kCtFirstSlice; slice < kCtFirstSlice + kCtSlices; ++slice) {
        const std::size_t first = static_cast<std::size_t>(slice) * kSliceVoxels;
        each_sample(block, side, [&](std::size_t at) { changed[first + at] = kAeratedLungHu; });
    }
    return changed;
}

// The same map in every slice that is read, 0 in the others; the highest becomes 1.
std::vector<float> in_slices_read(std::span<const double> map) {
    const double highest = *std::max_element(map.begin(), map.end());
    std::vector<float> whole(kPatchVoxels, 0.0F);
    if (highest <= 0) return whole;
    for (int slice = kCtFirstSlice; slice < kCtFirstSlice + kCtSlices; ++slice) {
        const std::size_t first = static_cast<std::size_t>(slice) * kSliceVoxels;
        for (std::size_t i = 0; i < kSliceVoxels; ++i)
            whole[first + i] = static_cast<float>(map[i] / highest);
    }
    return whole;
}

}  // namespace

Result<std::vector<float>> occlusion_map(const CtEnsemble& ensemble, const CtInput& input, int block,
                                         int stride) {
    HZ_CHECK(block > 0 && stride > 0 && stride <= block, "blocks that cover the patch");
    std::vector<Block> blocks;
    for (int y = 0; y < kCtPatchSide; y += stride) {
        for (int x = 0; x < kCtPatchSide; x += stride) blocks.push_back({x, y});
    }
    const std::vector<float> whole(input.patch_hu.begin(), input.patch_hu.end());
    HZ_ASSIGN(const auto untouched, scores_of(ensemble, input, std::span(&whole, 1)));
    std::vector<double> fall(kSliceVoxels, 0.0), covered(kSliceVoxels, 0.0);
    for (std::size_t first = 0; first < blocks.size(); first += kBatch) {
        const auto some = std::span(blocks).subspan(first, std::min(kBatch, blocks.size() - first));
        std::vector<std::vector<float>> patches;
        for (const Block& one : some) patches.push_back(without(whole, one, block));
        HZ_ASSIGN(const auto scores, scores_of(ensemble, input, patches));
        for (std::size_t k = 0; k < some.size(); ++k) {
            each_sample(some[k], block, [&](std::size_t at) {
                fall[at] += untouched[0] - scores[k];
                covered[at] += 1;
            });
        }
    }
    for (std::size_t i = 0; i < fall.size(); ++i) fall[i] = std::max(fall[i] / covered[i], 0.0);
    return in_slices_read(fall);
}

}  // namespace huizhen::engine
