#include "process.h"

namespace huizhen::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

// HUIZHEN_BACKEND for the programs started while it lives; put back afterwards.
class BackendSetting {
  public:
    explicit BackendSetting(const char* value) {
        if (const char* named = std::getenv("HUIZHEN_BACKEND"); named != nullptr) before_ = named;
        ::setenv("HUIZHEN_BACKEND", value, 1);
    }
    ~BackendSetting() { ::setenv("HUIZHEN_BACKEND", before_.c_str(), 1); }
    BackendSetting(const BackendSetting&) = delete;
    BackendSetting& operator=(const BackendSetting&) = delete;

  private:
    std::string before_;
};

TEST(CommandLine, help_is_everywhere_and_names_the_exit_codes) {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"--help"}, {"diagnose", "--help"}, {"phantom", "--help"}, {"status", "--help"}}) {
        const Ran ran = run_node(words);
        EXPECT_EQ(ran.code, 0);
        EXPECT_THAT(ran.out, HasSubstr("Usage: huizhen-node"));
        EXPECT_THAT(ran.out, HasSubstr("130 stopped by Ctrl-C"));
    }
    EXPECT_THAT(run_node({"--help"}).out, HasSubstr("research use only"));
}

TEST(CommandLine, version) {
    const Ran ran = run_node({"--version"});
    EXPECT_EQ(ran.code, 0);
    EXPECT_THAT(ran.out, ContainsRegex("^huizhen-node [0-9]+[.][0-9]+[.][0-9]+"));
}

TEST(CommandLine, wrong_words_are_usage_errors) {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{},
                                               {"diagnoze"},
                                               {"diagnose"},
                                               {"diagnose", "x", "--age", "old"},
                                               {"diagnose", "x", "--age", "131"},
                                               {"diagnose", "x", "--sex", "F"},
                                               {"diagnose", "x", "--unknown"},
                                               {"phantom"},
                                               {"diagnose", "x", "y"}}) {
        const Ran ran = run_node(words);
        EXPECT_EQ(ran.code, 2) << ran.err;
        EXPECT_FALSE(ran.err.empty());
    }
}

TEST(CommandLine, status_names_backend_processor_and_models) {
    const BackendSetting processor("cpu");
    const Ran ran = run_node({"status"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("CUDA: not used: HUIZHEN_BACKEND=cpu"));
    EXPECT_THAT(ran.out, ContainsRegex("Processor: (baseline|avx2|avx512)"));
    EXPECT_THAT(ran.out, HasSubstr("Backends, best first: cpu, reference"));
    EXPECT_THAT(ran.out, ContainsRegex("malignancy: .* 5 members, sha256 [0-9a-f]{64}"));
    EXPECT_THAT(ran.out, ContainsRegex("nodule: .* 5 members, sha256 [0-9a-f]{64}"));
}

TEST(CommandLine, status_says_which_backend_runs_and_why_not_cuda) {
    {
        const BackendSetting reference("reference");
        EXPECT_THAT(run_node({"status"}).out, HasSubstr("Backends, best first: reference\n"));
    }
    for (const char* wish : {"cuda", ""}) {
        const BackendSetting setting(wish);
        const Ran ran = run_node({"status"});
        EXPECT_EQ(ran.code, 0) << ran.err;
        if (ran.out.find("Backends, best first: cuda\n") != std::string::npos) continue;
        EXPECT_THAT(ran.out, HasSubstr("Backends, best first: cpu, reference\n"));
        EXPECT_THAT(ran.out, ContainsRegex("CUDA: not used: .+"));
    }
}

TEST(CommandLine, an_unknown_backend_is_a_usage_error) {
    const BackendSetting setting("gpu");
    const Ran ran = run_node({"status"});
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, HasSubstr("HUIZHEN_BACKEND is 'gpu'; it may be reference, cpu or cuda"));
}

TEST(CommandLine, models_that_are_not_there_are_the_environments_fault) {
    const Ran ran = run_node({"diagnose", "/", "--models", "/nonexistent"});
    EXPECT_EQ(ran.code, 4);
    EXPECT_THAT(ran.err, HasSubstr("/nonexistent"));
}

}  // namespace
}  // namespace huizhen::testing
