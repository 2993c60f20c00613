#include <huizhen/backend_reference/backend.h>
#include <huizhen/tensor/self_check.h>

namespace huizhen::engine {
namespace {

using ::testing::HasSubstr;

TEST(SelfCheck, passes_a_sound_backend) {
    Executor executor(1);
    EXPECT_TRUE(self_check(executor, *reference_backend(), *reference_backend()).has_value());
}

TEST(SelfCheck, refuses_one_that_computes_something_else) {
    Executor executor(1);
    HzBackend wrong = *reference_backend();
    wrong.group_norm_backward = [](void* state, const HzNorm* a) {
        const int status = reference_backend()->group_norm_backward(state, a);
        static_cast<float*>(a->dgamma.data)[3] += 0.5F;
        return status;
    };
    const Status checked = self_check(executor, wrong, *reference_backend());
    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().code(), ErrorCode::kIntegrity);
}

TEST(SelfCheck, refuses_not_a_number) {
    Executor executor(1);
    HzBackend wrong = *reference_backend();
    wrong.softmax_forward = [](void*, const HzSoftmax* a) {
        static_cast<float*>(a->y.data)[0] = std::numeric_limits<float>::quiet_NaN();
        return static_cast<int>(HZ_OK);
    };
    EXPECT_FALSE(self_check(executor, wrong, *reference_backend()).has_value());
}

TEST(SelfCheck, passes_on_what_a_failing_backend_has_to_say) {
    Executor executor(1);
    HzBackend failing = *reference_backend();
    failing.last_error = [](void*) { return "the device fell off the bus"; };
    failing.conv_forward = [](void*, const HzConv*) { return static_cast<int>(HZ_FAILED); };
    Status checked = self_check(executor, failing, *reference_backend());
    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().code(), ErrorCode::kUnavailable);
    EXPECT_THAT(checked.error().message(), HasSubstr("the device fell off the bus"));
    EXPECT_THAT(checked.error().message(), HasSubstr("[2, 3, 7, 6, 8]"));

    failing = *reference_backend();
    failing.create = [](const HzParallel*, void**) { return static_cast<int>(HZ_UNSUPPORTED); };
    failing.last_error = [](void*) { return "no driver"; };
    checked = self_check(executor, failing, *reference_backend());
    ASSERT_FALSE(checked.has_value());
    EXPECT_THAT(checked.error().message(), HasSubstr("no driver"));
}

}  // namespace
}  // namespace huizhen::engine
