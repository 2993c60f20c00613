#include <new>
#include <stdexcept>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <huizhen/terminal/run_program.h>

namespace huizhen {
namespace {

TEST(RunProgram, returns_what_the_program_says) {
    EXPECT_EQ(run_program([] { return ExitCode::kOk; }), 0);
    EXPECT_EQ(run_program([] { return ExitCode::kInputRefused; }), 3);
}

TEST(RunProgram, an_exception_becomes_a_sentence_and_an_exit_code) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_program([]() -> ExitCode { throw std::bad_alloc(); }), 4);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("not enough memory"), std::string::npos);
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_program([]() -> ExitCode { throw std::runtime_error("the moon is full"); }), 70);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("the moon is full"), std::string::npos);
}

TEST(RunProgram, a_reader_who_goes_away_gives_an_error) {
    EXPECT_EQ(run_program([] {
                  int ends[2];
                  if (::pipe(ends) != 0) return ExitCode::kInternal;
                  ::close(ends[0]);
                  const bool failed = ::write(ends[1], "x", 1) < 0 && errno == EPIPE;
                  ::close(ends[1]);
                  return failed ? ExitCode::kOk : ExitCode::kInternal;
              }),
              0);
}

}  // namespace
}  // namespace huizhen
