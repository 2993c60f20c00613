#include <gtest/gtest.h>

#include <huizhen/training/nodule_training.h>

namespace huizhen::engine {
namespace {

using Cases = std::vector<std::size_t>;

TEST(UnseenPatches, are_the_fold_left_out_where_the_member_learned_from_the_same_patches) {
    const NodulePatches patches{.pixels = {}, .is_nodule = {0, 1, 0, 1}, .folds = {0, 1, 2, 1}};
    ModelManifest member;
    member.training_data_sha256 = "ab";
    member.provenance["fold_kept_back"] = "1";
    EXPECT_EQ(*unseen_patches(member, patches, "ab"), (Cases{1, 3}));
    EXPECT_EQ(*unseen_patches(member, patches, "cd"), (Cases{0, 1, 2, 3}));
}

TEST(UnseenPatches, are_not_guessed) {
    const NodulePatches patches{.pixels = {}, .is_nodule = {0, 1}, .folds = {0, 1}};
    ModelManifest member;
    member.training_data_sha256 = "ab";
    EXPECT_EQ(unseen_patches(member, patches, "ab").error().code(), ErrorCode::kIntegrity);
    for (const char* fold : {"", "one", "1x", "-1"}) {
        member.provenance["fold_kept_back"] = fold;
        EXPECT_EQ(unseen_patches(member, patches, "ab").error().code(), ErrorCode::kIntegrity) << fold;
    }
}

}  // namespace
}  // namespace huizhen::engine
