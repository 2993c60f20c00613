#include "resources.h"

namespace huizhen::fhir {
namespace {

chart::Patient patient(const std::string& members) {
    return updated(R"({"resourceType": "Patient", "id": "p1", )" + members + "}").patients.at(0).patient;
}
std::string name(const std::string& names) {
    return patient(R"("name": [)" + names + "]").name.reveal_phi("test");
}

TEST(FhirPatient, has_the_record_number_first) {
    EXPECT_EQ(
        ids(patient(R"("identifier": [{"system": "http://ss", "value": "S"}, {"use": "old", "value": "O"},
        {"type": {"coding": [{"code": "MR"}]}, "system": "urn:oid:1.2", "value": "M"}, {"system": "http://x"}])")),
        "M@1.2 S@http://ss p1@fhir ");
}

TEST(FhirPatient, has_a_name_as_dicom_writes_it) {
    EXPECT_EQ(name(R"({"family": "Li", "given": ["Wei", "B", "C"], "prefix": ["Dr"], "suffix": ["Jr"]})"),
              "Li^Wei^B C^Dr^Jr");
    EXPECT_EQ(name(R"({"family": "Nick"}, {"use": "official", "family": "Real"})"), "Real");
    EXPECT_EQ(name(R"({"use": "old", "family": "Old"}, {"family": "New"})"), "New");
    EXPECT_EQ(name(R"({"text": "Wang = Wu"})"), "Wang   Wu");
    EXPECT_EQ(name(R"({"family": "Zhang"}, {"family": "X", "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation", "valueCode": "IDE"}]})"),
              "Zhang=X");
}

TEST(FhirPatient, has_sex_and_birth) {
    EXPECT_EQ(patient(R"("gender": "female")").sex, chart::Sex::kFemale);
    EXPECT_EQ(patient(R"("gender": "unknown")").sex, chart::Sex::kUnknown);
    EXPECT_EQ(chart::to_text(patient(R"("birthDate": "1963-08")").birth->reveal_phi("test")), "1963-08");
    EXPECT_EQ(updated(R"({"resourceType": "Patient", "id": "1", "birthDate": "soon"})").warnings,
              std::vector<std::string>{"time: Patient"});
}

TEST(FhirPatient, that_replaces_another_is_merged) {
    const std::string old = R"({"resourceType": "Patient", "id": "old", "identifier": [{"value": "O"}]})";
    const auto merged =
        updated(bundle("collection", entry("", old),
                       entry("",
                             R"({"resourceType": "Patient", "id": "new", "identifier": [{"value": "N"}],
            "link": [{"type": "replaces", "other": {"reference": "Patient/old"}}]})")));
    ASSERT_EQ(merged.patients.size(), 2u);
    EXPECT_EQ(merged.patients[1].merge->gone.reveal_phi("test").value, "O");
    const auto backwards = updated(R"({"resourceType": "Patient", "id": "o2", "identifier": [{"value": "O2"}],
            "link": [{"type": "replaced-by", "other": {"reference": "Patient/n2"}}]})");
    ASSERT_EQ(backwards.patients.size(), 2u);
    EXPECT_EQ(ids(backwards.patients[1].patient), "n2@fhir ");
    EXPECT_EQ(backwards.patients[1].merge->gone.reveal_phi("test").value, "O2");
    EXPECT_FALSE(updated(R"({"resourceType": "Patient", "id": "x",
            "link": [{"type": "seealso", "other": {"reference": "Patient/y"}}]})")
                     .patients[0]
                     .merge);
}

}  // namespace
}  // namespace huizhen::fhir
