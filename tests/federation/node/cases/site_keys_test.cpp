#include <gtest/gtest.h>

#include <huizhen/node/cases/site_keys.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

TEST(SiteKeys, are_made_once_and_are_the_same_afterwards) {
    const testing::TemporaryFolder folder;
    const auto first = open_site_keys(folder.path() / "node", system_random());
    ASSERT_TRUE(first) << first.error().to_string();
    const auto again = open_site_keys(folder.path() / "node", system_random());
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_EQ(first->derive("x"), again->derive("x"));
    const auto mode = [&](const char* name) {
        return std::filesystem::status(folder.path() / "node" / "keys" / name).permissions();
    };
    EXPECT_EQ(mode("."), std::filesystem::perms::owner_all);
    EXPECT_EQ(mode("master-key"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(SiteKeys, go_on_where_a_crash_left_no_ring) {
    const testing::TemporaryFolder folder;
    ASSERT_TRUE(open_site_keys(folder.path(), system_random()));
    std::filesystem::remove(folder.path() / "keys" / "ring");
    EXPECT_TRUE(open_site_keys(folder.path(), system_random()));
}

// A new master key would lock out everything that is sealed.
TEST(SiteKeys, are_never_made_anew_beside_an_old_ring) {
    const testing::TemporaryFolder folder;
    ASSERT_TRUE(open_site_keys(folder.path(), system_random()));
    std::filesystem::remove(folder.path() / "keys" / "master-key");
    EXPECT_EQ(open_site_keys(folder.path(), system_random()).error().code(), ErrorCode::kNotFound);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "keys" / "master-key"));
}

TEST(SiteKeys, that_others_may_read_are_refused) {
    const testing::TemporaryFolder folder;
    ASSERT_TRUE(open_site_keys(folder.path(), system_random()));
    std::filesystem::permissions(folder.path() / "keys" / "master-key", std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    EXPECT_EQ(open_site_keys(folder.path(), system_random()).error().code(), ErrorCode::kPermissionDenied);
}

}  // namespace
}  // namespace huizhen::node
