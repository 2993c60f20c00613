#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include <huizhen/base/file.h>
#include <huizhen/node/diagnosis/output_folder.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

namespace fs = std::filesystem;

std::size_t entries_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

// A run that got as far as its first picture and was killed.
void leave_behind(const fs::path& target) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const auto folder = OutputFolder::prepare(target);
        const bool written = folder && write_file_atomically(folder->path() / "finding-1.png", "a patient");
        if (written) ::raise(SIGKILL);
        ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(PartialFolder, of_a_killed_run_is_cleared_away_by_the_next) {
    const testing::TemporaryFolder root;
    leave_behind(root.path() / "out");
    ASSERT_EQ(entries_in(root.path()), 1U);
    const fs::path left = fs::directory_iterator(root.path())->path();
    ASSERT_TRUE(fs::exists(left / "finding-1.png"));
    auto folder = OutputFolder::prepare(root.path() / "out");
    ASSERT_TRUE(folder);
    EXPECT_FALSE(fs::exists(left));
    ASSERT_TRUE(folder->commit());
    EXPECT_EQ(entries_in(root.path()), 1U);
    EXPECT_TRUE(fs::is_directory(root.path() / "out"));
}

TEST(PartialFolder, of_a_live_run_stays) {
    const testing::TemporaryFolder root;
    auto first = OutputFolder::prepare(root.path() / "out");
    ASSERT_TRUE(first);
    ASSERT_TRUE(
        write_file_atomically(first->path() / "diagnosis.json", R"({"format": "huizhen-diagnosis"})"));
    auto moved = std::move(*first);
    auto second = OutputFolder::prepare(root.path() / "out");
    ASSERT_TRUE(second);
    EXPECT_TRUE(fs::exists(moved.path() / "diagnosis.json"));
    EXPECT_TRUE(fs::exists(second->path()));
    ASSERT_TRUE(moved.commit());
    ASSERT_TRUE(second->commit());
    EXPECT_EQ(entries_in(root.path()), 1U);
}

TEST(PartialFolder, of_another_name_and_what_only_looks_like_one_stay) {
    const testing::TemporaryFolder root;
    leave_behind(root.path() / "other");
    fs::create_directories(root.path() / ".out.partial-notes");
    fs::create_directories(root.path() / ".out.partial-0123456789");
    ASSERT_TRUE(write_file_atomically(root.path() / ".out.partial-01234567", "a file"));
    fs::create_directories(root.path() / "elsewhere/kept");
    fs::create_directory_symlink(root.path() / "elsewhere", root.path() / ".out.partial-89abcdef");
    const std::size_t before = entries_in(root.path());
    { ASSERT_TRUE(OutputFolder::prepare(root.path() / "out")); }
    EXPECT_EQ(entries_in(root.path()), before);
    EXPECT_TRUE(fs::exists(root.path() / "elsewhere/kept"));
}

TEST(PartialFolder, an_earlier_result_that_stepped_aside_goes_only_when_another_is_in_its_place) {
    const testing::TemporaryFolder root;
    const fs::path aside = root.path() / ".out.partial-0123abcd.old";
    fs::create_directories(aside);
    { ASSERT_TRUE(OutputFolder::prepare(root.path() / "out")); }
    EXPECT_TRUE(fs::exists(aside));
    fs::create_directories(root.path() / "out");
    { ASSERT_TRUE(OutputFolder::prepare(root.path() / "out")); }
    EXPECT_FALSE(fs::exists(aside));
}

}  // namespace
}  // namespace huizhen::node
