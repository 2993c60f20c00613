#include <numeric>

#include <huizhen/node/cohorts/luna_patches.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

TEST(LunaPatches, folds_are_runs_of_neighbouring_candidates) {
    LunaPatches patches;
    patches.candidate = {50, 10, 40, 20, 30, 60};
    patches.is_nodule = {0, 1, 0, 1, 0, 1};
    EXPECT_EQ(patches.folds(3), (std::vector<int>{2, 0, 1, 0, 1, 2}));
}

TEST(LunaPatches, reads_every_patch) {
    const auto root = HZ_NEED_DATA(testing::data_folder());
    const auto patches = read_luna_patches(root / "luna-patches", "dev");
    ASSERT_TRUE(patches) << patches.error().to_string();
    EXPECT_EQ(patches->size(), 3532U);
    EXPECT_EQ(std::accumulate(patches->is_nodule.begin(), patches->is_nodule.end(), 0), 570);
    EXPECT_EQ(patches->pixels.size(), 3532U * kLunaSide * kLunaSide);
}

}  // namespace
}  // namespace huizhen::node
