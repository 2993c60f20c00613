#include <csignal>

#include <huizhen/test_support/data.h>

#include "process.h"
#include "small_phantom.h"

namespace huizhen::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

void expect_cancelled_by(int signal) {
    const TemporaryFolder root;
    const Ran ran =
        run_node({"diagnose", small_phantom().string(), "--out", (root.path() / "new/out").string()},
                 {.signal_after_first_progress = signal});
    EXPECT_EQ(ran.code, 130) << ran.err;
    EXPECT_THAT(ran.out, IsEmpty());
    EXPECT_THAT(ran.err, HasSubstr("huizhen-node: "));
    EXPECT_THAT(names_in(root.path()), IsEmpty());
}

TEST(Cancel, ctrl_c_leaves_nothing_half_done) { expect_cancelled_by(SIGINT); }

TEST(Cancel, a_termination_leaves_nothing_half_done) { expect_cancelled_by(SIGTERM); }

}  // namespace
}  // namespace huizhen::testing
