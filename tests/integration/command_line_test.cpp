#include "process.h"

namespace huizhen::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

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
    const Ran ran = run_node({"status"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(ran.out, ContainsRegex("Processor: (baseline|avx2|avx512)"));
    EXPECT_THAT(ran.out, HasSubstr("Backends, best first: cpu, reference"));
    EXPECT_THAT(ran.out, ContainsRegex("malignancy: .* 5 members, sha256 [0-9a-f]{64}"));
    EXPECT_THAT(ran.out, ContainsRegex("nodule: .* 5 members, sha256 [0-9a-f]{64}"));
}

TEST(CommandLine, models_that_are_not_there_are_the_environments_fault) {
    const Ran ran = run_node({"diagnose", "/", "--models", "/nonexistent"});
    EXPECT_EQ(ran.code, 4);
    EXPECT_THAT(ran.err, HasSubstr("/nonexistent"));
}

}  // namespace
}  // namespace huizhen::testing
