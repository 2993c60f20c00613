#include <sstream>

#include <huizhen/node/diagnosis/summary.h>
#include <huizhen/node/version.h>

#include "example.h"

namespace huizhen::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_example::example_diagnosis;

std::string unwrapped(std::string text) {
    std::string words;
    std::istringstream in(text);
    for (std::string word; in >> word;) words += word + " ";
    return words;
}

TEST(Summary, tells_place_size_and_probability) {
    const std::string summary = unwrapped(to_summary(example_diagnosis(), ""));
    EXPECT_THAT(summary, HasSubstr("275 slices of 512 x 512"));
    EXPECT_THAT(summary, HasSubstr("1. right lung, upper lobe (by position)"));
    EXPECT_THAT(summary, HasSubstr("15.5 mm (axes 17.2 x 13.8 mm), 1935 mm3, solid, mean -12 HU"));
    EXPECT_THAT(summary, HasSubstr("Nodule 0.97; malignancy, if one, 0.83 (90 % interval 0.71-0.91)"));
    EXPECT_THAT(summary, HasSubstr("Warning (duplicate-slices): 2 slices came twice"));
    EXPECT_THAT(summary, HasSubstr("not computed, missing smoking history"));
    EXPECT_THAT(summary, HasSubstr("text given is valid and is not yet used by this model"));
}

TEST(Summary, always_says_what_it_is_for) {
    Diagnosis d = example_diagnosis();
    EXPECT_THAT(unwrapped(to_summary(d, "")), HasSubstr(std::string(kIntendedUse)));
    d.findings.clear();
    EXPECT_THAT(unwrapped(to_summary(d, "")), HasSubstr(std::string(kIntendedUse)));
}

TEST(Summary, nothing_found_is_never_healthy) {
    Diagnosis d = example_diagnosis();
    d.findings.clear();
    d.exam_guidelines = {clinical::lung_rads_2022_no_nodule({})};
    const std::string summary = unwrapped(to_summary(d, ""));
    EXPECT_THAT(
        summary,
        HasSubstr("No nodule was found by this model. That does not show that the lungs are healthy"));
    EXPECT_THAT(summary, HasSubstr("category 1"));
}

TEST(Summary, names_a_phantom_first) {
    Diagnosis d = example_diagnosis();
    EXPECT_THAT(to_summary(d, ""), Not(HasSubstr("SYNTHETIC")));
    d.synthetic = true;
    EXPECT_TRUE(to_summary(d, "").starts_with("SYNTHETIC"));
}

TEST(Summary, names_files_only_when_there_are_any) {
    Diagnosis d = example_diagnosis();
    EXPECT_THAT(to_summary(d, ""), Not(HasSubstr("Written to")));
    d.findings[0].picture = "finding-1.png";
    d.contact_sheet = "contact-sheet.png";
    const std::string summary = to_summary(d, "out");
    EXPECT_THAT(summary, HasSubstr("Picture out/finding-1.png"));
    EXPECT_THAT(summary, HasSubstr("Written to out (diagnosis.json, contact-sheet.png)"));
}

TEST(Summary, what_all_findings_lack_is_said_once) {
    Diagnosis d = example_diagnosis();
    d.findings.push_back(d.findings[0]);
    d.findings[1].guidelines[0].unconfirmed.push_back("no fat inside");
    const std::string summary = unwrapped(to_summary(d, ""));
    const auto count = [&](const std::string& words) {
        std::size_t found = 0;
        for (std::size_t at = summary.find(words); at != std::string::npos; at = summary.find(words, at + 1))
            ++found;
        return found;
    };
    EXPECT_EQ(count("Mayo Clinic: not computed"), 1U);
    EXPECT_EQ(count("no known cancer"), 1U);
    EXPECT_EQ(count("holds only if: no fat inside"), 1U);
}

TEST(Summary, lines_fit_a_terminal) {
    std::istringstream lines(to_summary(example_diagnosis(), "out"));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

}  // namespace
}  // namespace huizhen::node
