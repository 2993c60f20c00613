// The plugin as it is shipped. Where there is a GPU, every operation on it against `reference`.

#include <huizhen/backend_reference/backend.h>
#include <huizhen/tensor/plugin.h>

#include "conformance.h"
#include "cuda_cases.h"

namespace huizhen::engine {
namespace {

const HzBackend* plugin() {
    const auto loaded = load_backend_plugin(HUIZHEN_CUDA_PLUGIN);
    EXPECT_TRUE(loaded.has_value()) << loaded.error().to_string();
    return loaded.value_or(nullptr);
}

bool gpu_is_required() {
    const char* required = std::getenv("HUIZHEN_REQUIRE_GPU");
    return required != nullptr && std::string_view(required) == "1";
}

TEST(CudaPlugin, loads_and_says_what_it_runs_on_or_why_not) {
    const HzBackend* cuda = plugin();
    ASSERT_NE(cuda, nullptr);
    EXPECT_STREQ(cuda->name, "cuda");
    EXPECT_EQ(cuda->host_memory, 0);
    char text[256] = "";
    const int usable = cuda->probe(text, sizeof text);
    EXPECT_STRNE(text, "");
    void* state = nullptr;
    const int created = cuda->create(nullptr, &state);
    EXPECT_EQ(usable == HZ_OK, created == HZ_OK) << text;
    if (created == HZ_OK) {
        cuda->destroy(state);
    } else {
        EXPECT_EQ(state, nullptr);
        EXPECT_STREQ(cuda->last_error(nullptr), text);
    }
}

TEST(CudaDevice, agrees_with_reference_and_repeats_its_bits) {
    const HzBackend* cuda = plugin();
    ASSERT_NE(cuda, nullptr);
    char text[256] = "";
    if (cuda->probe(text, sizeof text) != HZ_OK) {
        if (gpu_is_required()) FAIL() << text;
        GTEST_SKIP() << text;
    }
    std::vector<testing::Case> cases = testing::all_cases();
    for (testing::Case& c : testing::cuda_cases()) cases.push_back(std::move(c));
    for (const testing::Case& c : cases) {
        SCOPED_TRACE(c.name);
        const testing::Outcome first = testing::outcome_on({cuda}, c);
        testing::expect_close(first, testing::outcome_on({reference_backend()}, c), c);
        EXPECT_TRUE(first == testing::outcome_on({cuda}, c)) << "two runs give other bits";
    }
}

}  // namespace
}  // namespace huizhen::engine
