#include <huizhen/base/check.h>
#include <huizhen/explain/evidence_map.h>

#include "patch_scores.h"

namespace huizhen::engine {
namespace {

constexpr std::size_t kBatch = 16;

struct Block {
    int x, y, z;
};

template <typename Visit>
void each_voxel(const Block& block, int side, const Visit& visit) {
    for (int z = block.z; z < std::min(block.z + side, kCtPatchSide); ++z) {
        for (int y = block.y; y < std::min(block.y + side, kCtPatchSide); ++y) {
            for (int x = block.x; x < std::min(block.x + side, kCtPatchSide); ++x) {
                visit(static_cast<std::size_t>((z * kCtPatchSide + y) * kCtPatchSide + x));
            }
        }
    }
}

}  // namespace

Result<std::vector<float>> occlusion_map(const CtEnsemble& ensemble, const CtInput& input, int block,
                                         int stride) {
    HZ_CHECK(block > 0 && stride > 0 && stride <= block, "blocks that cover the patch");
    std::vector<Block> blocks;
    for (int z = 0; z < kCtPatchSide; z += stride) {
        for (int y = 0; y < kCtPatchSide; y += stride) {
            for (int x = 0; x < kCtPatchSide; x += stride) blocks.push_back({x, y, z});
        }
    }
    const std::vector<float> whole(input.patch_hu.begin(), input.patch_hu.end());
    HZ_ASSIGN(const auto untouched, scores_of(ensemble, input, std::span(&whole, 1)));
    std::vector<double> fall(kPatchVoxels, 0.0), covered(kPatchVoxels, 0.0);
    for (std::size_t first = 0; first < blocks.size(); first += kBatch) {
        const auto some = std::span(blocks).subspan(first, std::min(kBatch, blocks.size() - first));
        std::vector<std::vector<float>> patches(some.size(), whole);
        for (std::size_t k = 0; k < some.size(); ++k) {
            each_voxel(some[k], block, [&](std::size_t at) { patches[k][at] = kAeratedLungHu; });
        }
        HZ_ASSIGN(const auto scores, scores_of(ensemble, input, patches));
        for (std::size_t k = 0; k < some.size(); ++k) {
            each_voxel(some[k], block, [&](std::size_t at) {
                fall[at] += untouched[0] - scores[k];
                covered[at] += 1;
            });
        }
    }
    std::vector<float> map(kPatchVoxels);
    for (std::size_t i = 0; i < map.size(); ++i)
        map[i] = static_cast<float>(std::max(fall[i] / covered[i], 0.0));
    const float highest = *std::max_element(map.begin(), map.end());
    for (float& value : map) value = highest > 0 ? value / highest : 0.0F;
    return map;
}

}  // namespace huizhen::engine
