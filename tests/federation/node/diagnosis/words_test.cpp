#include <huizhen/node/diagnosis/words.h>
#include <huizhen/terminal/exit_code.h>

#include "example.h"

namespace huizhen::node {
namespace {

TEST(Words, figures_are_rounded_and_never_minus_zero) {
    EXPECT_EQ(fixed(1.25, 1), "1.2");
    EXPECT_EQ(fixed(-0.04, 1), "0.0");
    EXPECT_EQ(fixed(-0.4, 0), "0");
    EXPECT_EQ(fixed(-0.06, 1), "-0.1");
}

TEST(Words, the_label_set_is_said_plainly) {
    const auto words = [](bool benign, bool malignant) {
        return label_set_words({.not_ruled_out = {benign, malignant}});
    };
    EXPECT_EQ(words(true, true), "undecided: neither benign nor malignant can be ruled out");
    EXPECT_EQ(words(false, true), "benign can be ruled out at the stated error rate");
    EXPECT_EQ(words(true, false), "malignant can be ruled out at the stated error rate");
    EXPECT_EQ(words(false, false), "unlike the cases the model knows: neither label fits");
}

TEST(Words, a_part_solid_nodule_names_its_solid_part) {
    Finding f = testing_example::example_finding(1);
    f.type = clinical::NoduleType::kPartSolid;
    EXPECT_THAT(size_words(f), ::testing::HasSubstr("part-solid, mean -12 HU, solid part 15.0 mm"));
}

TEST(Words, the_ends_of_a_readers_scale_are_named) {
    Finding f = testing_example::example_finding(1);
    f.attributes = {3.0, 1.2, 6.0, 4.6, 4.5, 1.5, 1.4, 5.0};
    EXPECT_THAT(
        attribute_words(f),
        ::testing::ElementsAre("subtlety 3.0/5", "internal structure 1.2/4 (soft tissue)",
                               "calcification 6.0/6 (absent)", "sphericity 4.6/5 (round)", "margin 4.5/5",
                               "lobulation 1.5/5", "spiculation 1.4/5 (none)", "texture 5.0/5 (solid)"));
}

TEST(Words, a_guideline_names_rule_and_conditions) {
    const Diagnosis d = testing_example::example_diagnosis();
    const auto lines = guideline_words(d.findings[0].guidelines[1]);
    EXPECT_EQ(lines.at(0),
              "Lung-RADS v2022, baseline: category 4X, rule \"solid, baseline, 15 mm or more, with "
              "spiculation\": referral for "
              "further evaluation: diagnostic chest CT, PET/CT, tissue sampling");
    EXPECT_EQ(lines.at(1), "  without spiculation the category would be 4B");
}

TEST(ExitCode, tells_input_from_environment) {
    const Error absent(ErrorCode::kNotFound, "x"), cancelled(ErrorCode::kCancelled, "x"),
        full(ErrorCode::kIo, "x");
    EXPECT_EQ(exit_code_of_input(absent), ExitCode::kInputRefused);
    EXPECT_EQ(exit_code_of(absent), ExitCode::kEnvironment);
    EXPECT_EQ(exit_code_of_input(cancelled), ExitCode::kCancelled);
    EXPECT_EQ(exit_code_of_input(full), ExitCode::kEnvironment);
    EXPECT_EQ(exit_code_of_input(Error(ErrorCode::kPermissionDenied, "x")), ExitCode::kEnvironment);
    EXPECT_EQ(exit_code_of_input(Error(ErrorCode::kUntrustworthyInput, "x")), ExitCode::kInputRefused);
    EXPECT_EQ(exit_code_of_input(Error(ErrorCode::kInvalidArgument, "x")), ExitCode::kUsage);
    EXPECT_EQ(exit_code_of(Error(ErrorCode::kInternal, "x")), ExitCode::kInternal);
}

}  // namespace
}  // namespace huizhen::node
