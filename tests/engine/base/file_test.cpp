#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>

#include <huizhen/base/file.h>
#include <huizhen/base/sha256.h>
#include <huizhen/test_support/data.h>

namespace huizhen {
namespace {

std::string text_of(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(File, replaces_a_file_whole) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "a.txt";
    ASSERT_TRUE(write_file_atomically(path, "first"));
    ASSERT_TRUE(write_file_atomically(path, "second"));
    const auto read = read_file(path, 100);
    ASSERT_TRUE(read);
    EXPECT_EQ(text_of(*read), "second");
}

TEST(File, is_its_owners_alone_unless_said_otherwise) {
    const testing::TemporaryFolder folder;
    const mode_t before = ::umask(022);
    const std::string_view text = "a finding";
    const Status alone = write_file_atomically(folder.path() / "result", text);
    const Status shared = write_file_atomically(
        folder.path() / "model", std::as_bytes(std::span(text.data(), text.size())), Readers::kByUmask);
    ::umask(before);
    ASSERT_TRUE(alone && shared);
    const auto mode = [&](const char* name) {
        return std::filesystem::status(folder.path() / name).permissions();
    };
    EXPECT_EQ(mode("result"), std::filesystem::perms(0600));
    EXPECT_EQ(mode("model"), std::filesystem::perms(0644));
}

// The kernel cuts writes short at RLIMIT_FSIZE as a full disk does.
TEST(File, a_write_cut_short_leaves_the_old_file_and_no_part) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "a.txt";
    ASSERT_TRUE(write_file_atomically(path, "old"));
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 4096;
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto written = write_file_atomically(path, std::string(10'000, 'x'));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);

    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), ErrorCode::kIo);
    EXPECT_EQ(text_of(*read_file(path, 100)), "old");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(File, refuses_a_file_over_the_limit) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "big";
    ASSERT_TRUE(write_file_atomically(path, std::string(11, 'x')));
    const auto read = read_file(path, 10);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), ErrorCode::kLimitExceeded);
}

TEST(File, refuses_a_pipe_without_waiting_for_a_writer) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "pipe";
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    const auto read = read_file(path, 10);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), ErrorCode::kInvalidArgument);
}

TEST(Sha256, agrees_with_the_standard) {
    const std::string_view abc = "abc";  // FIPS 180-4, example 1
    EXPECT_EQ(to_hex(sha256(std::as_bytes(std::span(abc.data(), abc.size())))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace huizhen
