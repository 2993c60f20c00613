#include <sys/stat.h>

#include <huizhen/base/file.h>
#include <huizhen/node/diagnosis/output_folder.h>
#include <huizhen/test_support/data.h>
#include <huizhen/test_support/unprivileged.h>

namespace huizhen::node {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

constexpr std::string_view kOurs = R"({"format": "huizhen-diagnosis", "files": ["finding-1.png"]})";

void write_result(const fs::path& folder) {
    fs::create_directories(folder);
    ASSERT_TRUE(write_file_atomically(folder / "diagnosis.json", kOurs));
    ASSERT_TRUE(write_file_atomically(folder / "finding-1.png", "old"));
}

TEST(OutputFolder, appears_whole_on_commit) {
    const testing::TemporaryFolder root;
    auto folder = OutputFolder::prepare(root.path() / "out");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(write_file_atomically(folder->path() / "a.txt", "a"));
    EXPECT_FALSE(fs::exists(root.path() / "out"));
    ASSERT_TRUE(folder->commit());
    EXPECT_THAT(names_in(root.path()), ElementsAre("out"));
    EXPECT_THAT(names_in(root.path() / "out"), ElementsAre("a.txt"));
}

TEST(OutputFolder, is_its_owners_alone_even_in_place_of_an_open_one) {
    const testing::TemporaryFolder root;
    write_result(root.path() / "out");
    fs::permissions(root.path() / "out", fs::perms(0755));
    const mode_t before = ::umask(0);
    auto folder = OutputFolder::prepare(root.path() / "out");
    ::umask(before);
    ASSERT_TRUE(folder);
    EXPECT_EQ(fs::status(folder->path()).permissions(), fs::perms(0700));
    ASSERT_TRUE(folder->commit());
    EXPECT_EQ(fs::status(root.path() / "out").permissions(), fs::perms(0700));
}

TEST(OutputFolder, without_commit_leaves_nothing_behind) {
    const testing::TemporaryFolder root;
    {
        auto folder = OutputFolder::prepare(root.path() / "new" / "deep" / "out");
        ASSERT_TRUE(folder);
        ASSERT_TRUE(write_file_atomically(folder->path() / "a.txt", "a"));
    }
    EXPECT_THAT(names_in(root.path()), IsEmpty());
}

TEST(OutputFolder, a_folder_by_the_name_of_a_result_file_is_not_ours) {
    const testing::TemporaryFolder root;
    write_result(root.path() / "out");
    fs::remove(root.path() / "out" / "finding-1.png");
    fs::create_directories(root.path() / "out" / "finding-1.png" / "work");
    const auto folder = OutputFolder::prepare(root.path() / "out");
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_TRUE(fs::exists(root.path() / "out" / "finding-1.png" / "work"));
}

TEST(OutputFolder, a_mount_point_is_refused_before_the_work) {
    const auto folder = OutputFolder::prepare("/proc");
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(folder.error().message().find("mount point"), std::string::npos) << folder.error().message();
}

TEST(OutputFolder, replaces_an_earlier_result_whole) {
    const testing::TemporaryFolder root;
    write_result(root.path() / "out");
    auto folder = OutputFolder::prepare(root.path() / "out");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(write_file_atomically(folder->path() / "diagnosis.json", kOurs));
    ASSERT_TRUE(folder->commit());
    EXPECT_THAT(names_in(root.path()), ElementsAre("out"));
    EXPECT_THAT(names_in(root.path() / "out"), ElementsAre("diagnosis.json"));
}

TEST(OutputFolder, uncommitted_keeps_the_earlier_result) {
    const testing::TemporaryFolder root;
    write_result(root.path() / "out");
    { ASSERT_TRUE(OutputFolder::prepare(root.path() / "out")); }
    EXPECT_THAT(names_in(root.path()), ElementsAre("out"));
    EXPECT_THAT(names_in(root.path() / "out"), ElementsAre("diagnosis.json", "finding-1.png"));
}

TEST(OutputFolder, takes_an_empty_folder) {
    const testing::TemporaryFolder root;
    fs::create_directories(root.path() / "out");
    auto folder = OutputFolder::prepare(root.path() / "out/");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(write_file_atomically(folder->path() / "a.txt", "a"));
    ASSERT_TRUE(folder->commit());
    EXPECT_THAT(names_in(root.path() / "out"), ElementsAre("a.txt"));
}

void expect_refused(const fs::path& target) {
    const auto folder = OutputFolder::prepare(target);
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().code(), ErrorCode::kInvalidArgument);
}

TEST(OutputFolder, refuses_what_is_not_ours) {
    const testing::TemporaryFolder root;
    fs::create_directories(root.path() / "photos");
    ASSERT_TRUE(write_file_atomically(root.path() / "photos/holiday.png", "x"));
    expect_refused(root.path() / "photos");
    ASSERT_TRUE(write_file_atomically(root.path() / "a-file", "x"));
    expect_refused(root.path() / "a-file");
    write_result(root.path() / "mixed");
    ASSERT_TRUE(write_file_atomically(root.path() / "mixed/notes.txt", "x"));
    expect_refused(root.path() / "mixed");
    fs::create_directories(root.path() / "other");
    ASSERT_TRUE(write_file_atomically(root.path() / "other/diagnosis.json", R"({"format": "another"})"));
    expect_refused(root.path() / "other");
    ASSERT_TRUE(write_file_atomically(root.path() / "other/diagnosis.json", "{not json"));
    expect_refused(root.path() / "other");
    expect_refused("/");
    EXPECT_THAT(names_in(root.path() / "photos"), ElementsAre("holiday.png"));
    EXPECT_THAT(names_in(root.path()), ElementsAre("a-file", "mixed", "other", "photos"));
}

TEST(OutputFolder, looks_again_before_it_replaces) {
    const testing::TemporaryFolder root;
    write_result(root.path() / "out");
    auto folder = OutputFolder::prepare(root.path() / "out");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(write_file_atomically(root.path() / "out/notes.txt", "written meanwhile"));
    EXPECT_FALSE(folder->commit());
    EXPECT_THAT(names_in(root.path() / "out"), ElementsAre("diagnosis.json", "finding-1.png", "notes.txt"));
}

TEST(OutputFolder, says_when_it_may_not_write_there) {
    const testing::TemporaryFolder root;
    fs::permissions(root.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                                     fs::perms::others_exec);
    {
        const testing::UnprivilegedFileAccess unprivileged;
        const auto folder = OutputFolder::prepare(root.path() / "out");
        ASSERT_FALSE(folder);
        EXPECT_EQ(folder.error().code(), ErrorCode::kPermissionDenied);
    }
    fs::permissions(root.path(), fs::perms::owner_all);
}

}  // namespace
}  // namespace huizhen::node
