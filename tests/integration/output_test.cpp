// Results appear whole or not at all.

#include <csignal>

#include <sys/mount.h>
#include <unistd.h>

#include <huizhen/base/file.h>
#include <huizhen/test_support/data.h>

#include "process.h"
#include "small_phantom.h"

namespace huizhen::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> diagnose(const fs::path& out) {
    return {"diagnose", small_phantom().string(), "--out", out.string(), "--quiet"};
}

TEST(Output, a_result_is_replaced_and_foreign_files_are_not) {
    const TemporaryFolder root;
    const fs::path out = root.path() / "out";
    ASSERT_EQ(run_node(diagnose(out)).code, 0);
    const auto first = names_in(out);
    EXPECT_THAT(first, Contains("diagnosis.json"));
    EXPECT_THAT(first, Contains("contact-sheet.png"));
    ASSERT_EQ(run_node(diagnose(out)).code, 0);
    EXPECT_EQ(names_in(out), first);
    EXPECT_THAT(names_in(root.path()), ElementsAre("out"));

    ASSERT_TRUE(write_file_atomically(out / "notes.txt", "of a person"));
    const Ran refused = run_node(diagnose(out));
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("notes.txt"));
    EXPECT_THAT(names_in(out), Contains("notes.txt"));
    EXPECT_EQ(names_in(out).size(), first.size() + 1);
}

TEST(Output, is_readable_by_its_owner_alone) {
    const TemporaryFolder root;
    ASSERT_EQ(run_node(diagnose(root.path() / "out")).code, 0);
    EXPECT_EQ(fs::status(root.path() / "out").permissions(), fs::perms(0700));
    for (const auto& entry : fs::directory_iterator(root.path() / "out"))
        EXPECT_EQ(entry.status().permissions(), fs::perms(0600)) << entry.path();
}

TEST(Output, a_killed_run_leaves_nothing_that_the_next_does_not_clear_away) {
    const TemporaryFolder root;
    const std::string out = (root.path() / "out").string();
    const Ran killed = run_node({"diagnose", small_phantom().string(), "--out", out},
                                {.signal_after_first_progress = SIGKILL});
    EXPECT_EQ(killed.code, 128 + SIGKILL);
    ASSERT_EQ(names_in(root.path()).size(), 1U);
    EXPECT_THAT(names_in(root.path()).front(), ::testing::StartsWith(".out.partial-"));
    ASSERT_EQ(run_node(diagnose(out)).code, 0);
    EXPECT_THAT(names_in(root.path()), ElementsAre("out"));
}

TEST(Output, readers_that_go_away_leave_no_half_result) {
    const TemporaryFolder root;
    const std::string out = (root.path() / "out").string();
    const Ran ran = run_node({"diagnose", small_phantom().string(), "--out", out}, {.nobody_listens = true});
    EXPECT_EQ(ran.code, 4);  // standard output cannot be written; the result stands
    EXPECT_THAT(names_in(root.path()), ElementsAre("out"));
    EXPECT_THAT(names_in(out), Contains("diagnosis.json"));
}

TEST(Output, a_disk_that_fills_up_leaves_nothing) {
    const TemporaryFolder root;
    const Ran ran = run_node(diagnose(root.path() / "new/out"), {.file_size_limit = 20'000});
    EXPECT_EQ(ran.code, 4);
    EXPECT_THAT(ran.err, HasSubstr("cannot write"));
    EXPECT_THAT(ran.out, IsEmpty());
    EXPECT_THAT(names_in(root.path()), IsEmpty());
}

TEST(Output, a_disk_that_fills_up_keeps_the_earlier_result) {
    const TemporaryFolder root;
    const fs::path out = root.path() / "out";
    ASSERT_EQ(run_node(diagnose(out)).code, 0);
    const auto before = names_in(out);
    const auto document = read_file(out / "diagnosis.json", 1 << 24).value();
    EXPECT_EQ(run_node(diagnose(out), {.file_size_limit = 20'000}).code, 4);
    EXPECT_EQ(names_in(out), before);
    EXPECT_EQ(read_file(out / "diagnosis.json", 1 << 24).value(), document);
    EXPECT_THAT(names_in(root.path()), ElementsAre("out"));
}

TEST(Output, a_full_file_system_leaves_nothing) {
    const TemporaryFolder root;
    if (::mount("tmpfs", root.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
        GTEST_SKIP()
            << "skipped: mounting a small file system needs an administrator; the case above covers the rest";
    }
    const Ran ran = run_node(diagnose(root.path() / "out"));
    const auto left = names_in(root.path());
    ::umount(root.path().c_str());
    EXPECT_EQ(ran.code, 4);
    EXPECT_THAT(ran.err, HasSubstr("No space left on device"));
    EXPECT_THAT(left, IsEmpty());
}

TEST(Output, a_place_one_may_not_write_to_is_known_before_the_work) {
    const TemporaryFolder root;
    fs::permissions(root.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                                     fs::perms::others_exec);
    const Ran ran = run_node({"diagnose", small_phantom().string(), "--out", (root.path() / "out").string()},
                             {.as_nobody = true});
    fs::permissions(root.path(), fs::perms::owner_all);
    EXPECT_EQ(ran.code, 4);
    EXPECT_THAT(ran.err, HasSubstr("ermission denied"));
    EXPECT_THAT(ran.err, ::testing::Not(HasSubstr("read:")));
    EXPECT_THAT(names_in(root.path()), IsEmpty());
}

TEST(Output, standard_output_that_cannot_be_written_is_told) {
    const Ran ran = run_node({"diagnose", small_phantom().string(), "--json", "--quiet"},
                             {.standard_output = "/dev/full"});
    EXPECT_EQ(ran.code, 4);
    EXPECT_THAT(ran.err, HasSubstr("standard output"));
}

TEST(Output, without_out_nothing_is_written) {
    const TemporaryFolder root;
    const Ran ran =
        run_node({"diagnose", small_phantom().string(), "--quiet"}, {.working_folder = root.path().string()});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(names_in(root.path()), IsEmpty());
    EXPECT_THAT(ran.err, IsEmpty());
}

}  // namespace
}  // namespace huizhen::testing
