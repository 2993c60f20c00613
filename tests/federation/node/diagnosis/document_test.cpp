#include <nlohmann/json.hpp>

#include <huizhen/node/diagnosis/document.h>
#include <huizhen/node/version.h>

#include "example.h"

namespace huizhen::node {
namespace {

using nlohmann::json;
using testing_example::example_diagnosis;

json parsed(const Diagnosis& diagnosis, const std::vector<std::string>& files = {}) {
    return json::parse(to_json(diagnosis, files));
}

TEST(Document, names_its_format_version_and_intended_use) {
    const json d = parsed(example_diagnosis(), {"finding-1.png"});
    EXPECT_EQ(d["format"], "huizhen-diagnosis");
    EXPECT_EQ(d["format_version"], 1);
    EXPECT_EQ(d["intended_use"], kIntendedUse);
    EXPECT_EQ(d["software"]["version"], software_version());
    EXPECT_EQ(d["files"], json::array({"finding-1.png"}));
    EXPECT_EQ(d["models"][0]["sha256"], std::string(64, 'a'));
    EXPECT_EQ(d["timings_s"]["lungs"], 2.25);
}

TEST(Document, holds_the_finding_in_full) {
    const json f = parsed(example_diagnosis())["findings"].at(0);
    EXPECT_EQ(f["place"]["centre_lps_mm"], json::array({-57.4, 131.2, -520.3}));
    EXPECT_EQ(f["place"]["slice"], 160);
    EXPECT_EQ(f["place"]["sop_instance_uid"], "1.2.3.160");
    EXPECT_EQ(f["place"]["lobe_probability"], 0.9);
    EXPECT_EQ(f["measurement"]["diameter_mm"], 15.46);
    EXPECT_EQ(f["measurement"]["type"], "solid");
    EXPECT_EQ(f["malignancy"]["probability"], 0.83);
    EXPECT_EQ(f["malignancy"]["interval"]["high"], 0.91);
    EXPECT_EQ(f["malignancy"]["conformal_set"]["labels"], json::array({"malignant"}));
    EXPECT_EQ(f["attributes"].size(), 8U);
    EXPECT_EQ(f["attributes"][6]["name"], "spiculation");
    EXPECT_EQ(f["attributes"][6]["value"], 3.4);
    EXPECT_EQ(f["evidence"]["method"], "occlusion");
}

TEST(Document, lists_missing_inputs_and_gives_no_number_for_them) {
    const json f = parsed(example_diagnosis())["findings"].at(0);
    EXPECT_TRUE(f["formulas"][0]["probability"].is_null());
    EXPECT_EQ(f["formulas"][0]["missing_inputs"],
              json::array({"smoking history", "extrathoracic cancer more than 5 years ago"}));
    EXPECT_EQ(f["guidelines"][0]["status"], "conditional");
    EXPECT_EQ(f["guidelines"][0]["rules"][0]["name"], "solid, single, over 8 mm, low or high risk");
    EXPECT_FALSE(f["guidelines"][0]["unconfirmed_conditions"].empty());
}

TEST(Document, unknown_patient_facts_are_absent) {
    const json facts = parsed(example_diagnosis())["patient"]["facts"];
    EXPECT_EQ(facts["age_years"], 61);
    EXPECT_EQ(facts["sex"], "female");
    EXPECT_FALSE(facts.contains("smoking"));
    EXPECT_FALSE(facts.contains("known_cancer"));
}

// Folders are called after patients more often than one would wish.
TEST(Document, names_no_input_path) {
    EXPECT_EQ(to_json(example_diagnosis(), {}).find("Jane_Doe"), std::string::npos);
}

TEST(Document, says_which_inputs_were_not_used) {
    const json inputs = parsed(example_diagnosis())["inputs"];
    EXPECT_EQ(inputs[0]["used"], true);
    EXPECT_EQ(inputs[1]["kind"], "text");
    EXPECT_EQ(inputs[1]["used"], false);
    EXPECT_EQ(inputs[1]["note"], "not yet used by this model");
}

TEST(Document, nothing_found_is_said_in_words) {
    Diagnosis d = example_diagnosis();
    EXPECT_TRUE(parsed(d)["nothing_found"].is_null());
    d.findings.clear();
    EXPECT_EQ(parsed(d)["nothing_found"], kNothingFound);
    EXPECT_EQ(parsed(d)["findings"], json::array());
}

TEST(Document, broken_header_text_still_gives_json) {
    Diagnosis d = example_diagnosis();
    d.manufacturer = "A\xff\xfe";
    EXPECT_NO_THROW(parsed(d));
}

TEST(Document, a_number_that_is_none_is_null) {
    Diagnosis d = example_diagnosis();
    d.findings[0].measurement.sd_hu = std::nan("");
    EXPECT_TRUE(parsed(d)["findings"][0]["measurement"]["sd_hu"].is_null());
}

}  // namespace
}  // namespace huizhen::node
