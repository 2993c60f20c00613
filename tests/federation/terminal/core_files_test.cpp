#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <huizhen/terminal/core_files.h>

namespace huizhen {
namespace {

// Cannot be taken back: in a child each. 0: none can be written; 1: one can.
[[noreturn]] void end_with_what_is_allowed() {
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    ::_exit(limit.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1);
}

TEST(CoreFiles, are_forbidden) {
    EXPECT_EXIT(
        {
            ::unsetenv("HUIZHEN_CORE_FILES");
            forbid_core_files();
            end_with_what_is_allowed();
        },
        ::testing::ExitedWithCode(0), "");
}

TEST(CoreFiles, are_there_for_a_developer_who_asks_for_them) {
    EXPECT_EXIT(
        {
            ::setenv("HUIZHEN_CORE_FILES", "1", 1);
            forbid_core_files();
            end_with_what_is_allowed();
        },
        ::testing::ExitedWithCode(1), "");
}

}  // namespace
}  // namespace huizhen
