#include "resources.h"

namespace huizhen::fhir {
namespace {

const std::string kPatient =
    R"({"resourceType": "Patient", "id": "p", "identifier": [{"system": "urn:oid:1.2.3", "value": "007"}]})";
std::string weight(const std::string& reference) {
    return R"({"resourceType": "Observation", "code": {"text": "weight"}, "valueInteger": 70, "subject": {"reference": ")" +
           reference + "\"}}";
}

TEST(Bundle, of_each_type_is_read) {
    for (const char* type : {"transaction", "batch", "collection", "document", "message", "searchset"}) {
        const auto update =
            updated(bundle(type, entry("urn:uuid:1", kPatient), entry("urn:uuid:2", weight("urn:uuid:1"))));
        ASSERT_EQ(update.patients.size(), 1u) << type;
        EXPECT_EQ(update.patients[0].entries.size(), 1u);
        EXPECT_EQ(ids(update.patients[0].patient), "007@1.2.3 ");
    }
    EXPECT_EQ(refusal(bundle("subscription", entry("urn:uuid:1", kPatient))), "bundle");
    EXPECT_EQ(refusal(R"({"resourceType": "Bundle"})"), "bundle");
}

TEST(Bundle, says_when_and_which) {
    const auto update =
        updated(R"({"resourceType": "Bundle", "type": "collection", "identifier": {"value": "B1"},
        "timestamp": "2026-03-01T08:15:30Z", "entry": [{"resource": )" +
                kPatient + "}]}");
    EXPECT_EQ(update.message_id, "B1");
    EXPECT_EQ(chart::to_text(*update.sent), "2026-03-01T08:15:30Z");
    EXPECT_EQ(update.source, "fhir");
}

TEST(References, are_resolved_within_the_bundle) {
    const auto count = [](const std::string& url, const std::string& reference) {
        const auto update = updated(bundle("collection", entry(url, kPatient), entry("", weight(reference))));
        return update.patients.at(0).entries.size();
    };
    EXPECT_EQ(count("urn:uuid:1", "urn:uuid:1"), 1u);
    EXPECT_EQ(count("http://a.org/fhir/Patient/p", "http://a.org/fhir/Patient/p"), 1u);
    EXPECT_EQ(count("http://a.org/fhir/Patient/p", "Patient/p"), 1u);
    EXPECT_EQ(count("http://a.org/fhir/Patient/p", "Patient/p/_history/3"), 1u);
    EXPECT_EQ(count("", "Patient/p"), 1u);
    EXPECT_EQ(count("http://a.org/fhir/Patient/p", "http://b.org/fhir/Patient/p"), 0u);  // another server's
}

TEST(References, to_patients_elsewhere_keep_their_number) {
    const auto of = [](const std::string& reference) {
        return ids(updated(weight(reference)).patients.at(0).patient);
    };
    EXPECT_EQ(of("Patient/7"), "7@fhir ");
    EXPECT_EQ(of("http://a.org/fhir/Patient/7"), "7@http://a.org/fhir ");
    EXPECT_EQ(of("Patient?identifier=urn:oid:1.2|007"), "007@1.2 ");
    const auto by_identifier = updated(
        R"({"resourceType": "Observation", "code": {"text": "x"}, "subject": {"identifier": {"system": "H", "value": "7"}}})");
    EXPECT_EQ(ids(by_identifier.patients.at(0).patient), "7@H ");
}

TEST(References, to_nobody_are_refused) {
    EXPECT_EQ(refusal(weight("urn:uuid:gone")), "unresolved-reference");
    EXPECT_EQ(refusal(weight("")), "unresolved-reference");
    EXPECT_EQ(refusal(weight("#gone")), "unresolved-reference");
    EXPECT_EQ(refusal(weight("Patient?name=x")), "unresolved-reference");
    EXPECT_EQ(refusal(R"({"resourceType": "Observation", "code": {"text": "x"}})"), "unresolved-reference");
    const auto update =
        to_update(bundle("collection", entry("", kPatient), entry("", weight("urn:uuid:gone"))), {});
    EXPECT_NE(update.error().message().find("entry 2 (Observation)"), std::string::npos)
        << update.error().message();
}

TEST(References, to_contained_resources_are_resolved) {
    const auto update = updated(
        R"({"resourceType": "Observation", "code": {"text": "x"}, "subject": {"reference": "#p"},
            "contained": [{"resourceType": "Patient", "id": "p", "identifier": [{"value": "007"}]}]})");
    EXPECT_EQ(ids(update.patients.at(0).patient).substr(0, 4), "007@");
    EXPECT_EQ(update.patients[0].entries.size(), 1u);
}

TEST(Bundle, leaves_out_what_is_of_no_kept_type_and_says_so) {
    const std::string claim = R"({"resourceType": "Claim"})";
    const auto update = updated(bundle("collection", entry("", kPatient), entry("", claim), entry("", claim),
                                       entry("", weight("Device/1"))));
    EXPECT_EQ(update.warnings,
              (std::vector<std::string>{"kept-out: Claim (2)", "kept-out: Observation of no patient (1)"}));
    EXPECT_EQ(refusal(claim), "nothing-to-keep");
    EXPECT_EQ(refusal(bundle("collection")), "nothing-to-keep");
    EXPECT_EQ(refusal(weight("Device/1")), "nothing-to-keep");
}

TEST(Bundle, leaves_out_what_it_must_not_read) {
    const std::string modified =
        R"({"resourceType": "Observation", "code": {"text": "x"}, "subject": {"reference": "Patient/7"},
        "modifierExtension": [{"url": "http://example.org/not"}]})";
    EXPECT_EQ(refusal(modified), "nothing-to-keep");
    const auto update = updated(bundle("collection", entry("", kPatient), entry("", modified)));
    EXPECT_EQ(update.warnings,
              std::vector<std::string>{"kept-out: a modifier extension: entry 2 (Observation)"});
    EXPECT_TRUE(update.patients[0].entries.empty());
}

TEST(Bundle, is_taken_whole_or_not_at_all) {
    EXPECT_EQ(refusal(bundle("transaction", entry("", kPatient),
                             R"({"request": {"method": "DELETE", "url": "Patient/1"}})")),
              "method");
    EXPECT_EQ(refusal(bundle("transaction", entry("", kPatient), "{}")), "bundle");
    EXPECT_EQ(refusal(bundle("transaction", entry("", kPatient), entry("", "{}"))), "not-fhir");
    EXPECT_EQ(refusal(bundle("transaction", entry("", R"({"resourceType": "Patient"})"))), "no-patient-id");
    EXPECT_EQ(refusal(bundle("transaction", "7")), "wrong-type");
}

TEST(Document, refuses_what_is_no_fhir) {
    EXPECT_EQ(refusal(""), "not-json");
    EXPECT_EQ(refusal("[]"), "not-fhir");
    EXPECT_EQ(refusal("{}"), "not-fhir");
    EXPECT_EQ(refusal(R"({"resourceType": "<script>"})"), "not-fhir");
    EXPECT_EQ(refusal(R"({"resourceType": 7})"), "wrong-type");
    EXPECT_EQ(refusal("<Patient xmlns=\"http://hl7.org/fhir\"/>"), "fhir-xml");
}

TEST(Document, of_wrong_types_is_refused_with_their_names_alone) {
    const auto update =
        to_update(resource("Observation", R"("status": {"secret": "Zhang San"}, "code": {"text": "x"})"), {});
    ASSERT_FALSE(update);
    EXPECT_EQ(update.error().message(), "wrong-type: Observation: status is no string");
    EXPECT_EQ(refusal(resource("Observation", R"("code": "x")")), "wrong-type");
    EXPECT_EQ(refusal(resource("Observation", R"("code": {"coding": {}})")), "wrong-type");
    EXPECT_EQ(refusal(resource("Observation", R"("code": {"text": "x"}, "valueInteger": "7")")),
              "wrong-type");
}

}  // namespace
}  // namespace huizhen::fhir
