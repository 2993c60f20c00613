// The whole way on a synthetic chest, from writing it to its diagnosis.

#include <fstream>

#include <nlohmann/json.hpp>

#include <huizhen/test_support/data.h>

#include "process.h"
#include "schema_check.h"
#include "small_phantom.h"

namespace huizhen::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Phantom, is_written_as_a_series_named_synthetic) {
    const TemporaryFolder root;
    const Ran ran = run_node({"phantom", "--out", (root.path() / "chest").string(), "--slices", "40"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("SYNTHETIC"));
    EXPECT_THAT(names_in(root.path() / "chest"), SizeIs(40));
    const Ran again = run_node({"phantom", "--out", (root.path() / "chest").string(), "--slices", "40"});
    EXPECT_EQ(again.code, 2);
    EXPECT_THAT(names_in(root.path() / "chest"), SizeIs(40));
}

TEST(Phantom, its_diagnosis_keeps_the_schema_and_says_synthetic) {
    const TemporaryFolder root;
    const auto out = root.path() / "out";
    const Ran ran = run_node({"diagnose", small_phantom().string(), "--out", out.string(), "--smoking",
                              "never", "--screening", "yes"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_TRUE(ran.out.starts_with("SYNTHETIC chest CT")) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("research use only"));
    EXPECT_THAT(ran.err, HasSubstr("candidates: "));
    const json document = json::parse(std::ifstream(out / "diagnosis.json"));
    EXPECT_THAT(schema_errors(document), IsEmpty());
    EXPECT_EQ(document["series"]["synthetic"], true);
    EXPECT_EQ(document["patient"]["facts"]["age_years"], 60);
    EXPECT_EQ(document["patient"]["facts"]["smoking"], "never");
    EXPECT_LE(document["findings"].size(), 8U);
    for (const json& name : document["files"])
        EXPECT_TRUE(std::filesystem::exists(out / name.get<std::string>()));
    EXPECT_EQ(names_in(out).size(), document["files"].size() + 1);
}

TEST(Phantom, in_sagittal_slices_is_diagnosed_with_a_caution) {
    const TemporaryFolder folder;
    write_sagittal_phantom(folder.path());
    const auto cautions = [](const std::filesystem::path& scan) {
        const Ran ran = run_node({"diagnose", scan.string(), "--json", "--quiet"});
        EXPECT_EQ(ran.code, 0) << ran.err;
        return json::parse(ran.out)["cautions"].dump();
    };
    EXPECT_THAT(cautions(folder.path()), HasSubstr("the slices are not axial"));
    EXPECT_THAT(cautions(small_phantom()), ::testing::Not(HasSubstr("axial")));
}

TEST(Phantom, the_same_scan_gives_the_same_findings) {
    const auto findings = [] {
        const Ran ran = run_node({"diagnose", small_phantom().string(), "--json", "--quiet"});
        EXPECT_EQ(ran.code, 0) << ran.err;
        return json::parse(ran.out)["findings"];
    };
    EXPECT_EQ(findings(), findings());
}

TEST(Phantom, a_report_and_records_are_checked_and_said_to_be_unused) {
    const TemporaryFolder root;
    std::ofstream(root.path() / "report.txt") << "右肺上叶结节";
    std::ofstream(root.path() / "bundle.json") << R"({"resourceType": "Bundle", "entry": []})";
    const Ran ran =
        run_node({"diagnose", small_phantom().string(), "--json", "--quiet", "--text",
                  (root.path() / "report.txt").string(), "--emr", (root.path() / "bundle.json").string()});
    ASSERT_EQ(ran.code, 0) << ran.err;
    const json document = json::parse(ran.out);
    EXPECT_THAT(schema_errors(document), IsEmpty());
    int unused = 0;
    for (const json& input : document["inputs"]) {
        if (input["kind"] == "ct") continue;
        ++unused;
        EXPECT_EQ(input["used"], false);
        EXPECT_EQ(input["note"], "not yet used by this model");
    }
    EXPECT_EQ(unused, 2);
}

}  // namespace
}  // namespace huizhen::testing
