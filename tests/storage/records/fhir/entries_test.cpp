#include "resources.h"

namespace huizhen::fhir {
namespace {

std::string value(const std::string& members) {
    const auto found =
        only<chart::Observation>(resource("Observation", R"("code": {"text": "x"}, )" + members)).value;
    if (const auto* number = std::get_if<chart::Quantity>(&found))
        return number->comparator + std::to_string(number->value).substr(0, 5) + " " + number->unit;
    if (const auto* coded = std::get_if<chart::Concept>(&found)) return "code " + coded->codes.at(0).code;
    if (const auto* words = std::get_if<std::string>(&found)) return "words " + *words;
    return "nothing";
}

TEST(FhirObservation, has_values_of_every_type) {
    EXPECT_EQ(
        value(
            R"("valueQuantity": {"value": 5.5, "comparator": "<", "unit": "mmol/l", "system": "http://unitsofmeasure.org", "code": "mmol/L"})"),
        "<5.500 mmol/L");
    EXPECT_EQ(value(R"("valueQuantity": {"value": 5, "unit": "10^9/L"})"), "5.000 10*9/L");
    EXPECT_EQ(value(R"("valueCodeableConcept": {"coding": [{"code": "neg"}]})"), "code neg");
    EXPECT_EQ(value(R"("valueString": "two\nlines")"), "words two\nlines");
    EXPECT_EQ(value(R"("valueBoolean": true)"), "words true");
    EXPECT_EQ(value(R"("valueInteger": 7)"), "7.000 ");
    EXPECT_EQ(value(R"("valueRange": {"low": {"value": 1, "unit": "g"}, "high": {"value": 2, "unit": "g"}})"),
              "words 1 g - 2 g");
    EXPECT_EQ(value(R"("valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}})"),
              "words 1 : 128");
    EXPECT_EQ(value(R"("dataAbsentReason": {"text": "unknown"})"), "nothing");
    EXPECT_EQ(value(R"("valueQuantity": {"unit": "g"})"), "nothing");
}

TEST(FhirObservation, has_its_circumstances) {
    const auto found = only<chart::Observation>(resource("Observation", R"("status": "corrected",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Hb"}]},
        "valueQuantity": {"value": 135, "unit": "g/L"}, "referenceRange": [{"low": {"value": 120}, "high": {"value": 160}}],
        "interpretation": [{"coding": [{"code": "N"}]}], "effectiveDateTime": "2026-03-01T07:00:00+08:00")"));
    EXPECT_EQ(std::get<chart::Quantity>(found.value), (chart::Quantity{13.5, "", "g/dL", "135 g/L"}));
    EXPECT_EQ(found.low, 12);
    EXPECT_EQ(found.high, 16);
    EXPECT_EQ(found.flag, "N");
    EXPECT_EQ(found.state, chart::State::kAmended);
    EXPECT_EQ(chart::to_text(*found.when), "2026-02-28T23:00:00Z");
}

TEST(FhirObservation, has_components_each_under_its_own_number) {
    const auto update = updated(resource("Observation", R"("code": {"text": "pressure"}, "component": [
        {"code": {"text": "systolic"}, "valueQuantity": {"value": 120, "unit": "mmHg"}},
        {"code": {"text": "diastolic"}, "valueQuantity": {"value": 80, "unit": "mmHg"}}])"));
    const auto& entries = update.patients.at(0).entries;
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].source_id, "Observation/r1#1");
    EXPECT_EQ(entries[1].source_id, "Observation/r1#2");
    EXPECT_EQ(std::get<chart::Observation>(entries[1].content).what.text, "diastolic");
}

TEST(FhirObservation, keeps_a_unit_it_does_not_know) {
    const auto update = updated(
        resource("Observation", R"("code": {"text": "x"}, "valueQuantity": {"value": 1, "unit": "blobs"})"));
    EXPECT_EQ(update.warnings, std::vector<std::string>{"unknown-unit: Observation"});
}

TEST(FhirReport, is_its_text) {
    const auto report = only<chart::Document>(resource("DiagnosticReport", R"("status": "preliminary",
        "code": {"coding": [{"code": "24627-2", "display": "CT Chest"}]}, "category": [{"coding": [{"code": "RAD"}]}],
        "conclusion": "Suspicious.", "effectiveDateTime": "2026-03-01",
        "presentedForm": [{"contentType": "text/plain; charset=GBK", "data": "veG92g=="}, {"contentType": "application/pdf", "data": "AA=="}])"));
    EXPECT_EQ(report.text, "\xE7\xBB\x93\xE8\x8A\x82\nSuspicious.");
    EXPECT_EQ(report.title, "CT Chest");
    EXPECT_EQ(report.kind.codes.size(), 2u);
    EXPECT_EQ(report.state, chart::State::kPreliminary);
    EXPECT_EQ(updated(resource("DiagnosticReport",
                               R"("presentedForm": [{"contentType": "application/pdf", "data": "AA=="}])"))
                  .warnings,
              std::vector<std::string>{"attachment: DiagnosticReport"});
    EXPECT_TRUE(updated(resource("DiagnosticReport", R"("status": "final")")).patients.at(0).entries.empty());
    EXPECT_EQ(only<chart::Document>(resource("DiagnosticReport", R"("status": "entered-in-error")")).state,
              chart::State::kWithdrawn);
}

TEST(FhirReport, carries_the_accession_number_of_its_study) {
    const std::string number = R"("identifier": [{"type": {"coding": [{"code": "ACSN"}]}, "value": "ACC1"}])";
    const auto update = updated(bundle(
        "collection", entry("", R"({"resourceType": "ImagingStudy", "id": "s", )" + number + "}"),
        entry("", resource("DiagnosticReport",
                           R"("conclusion": "x", "imagingStudy": [{"reference": "ImagingStudy/s"}])"))));
    EXPECT_EQ(update.patients.at(0).entries.at(0).accession_number, "ACC1");
    EXPECT_EQ(only<chart::Order>(resource("ServiceRequest", number)).accession_number, "ACC1");
}

TEST(FhirDocument, is_kept_with_its_text) {
    const auto document =
        only<chart::Document>(resource("DocumentReference", R"("status": "current", "docStatus": "amended",
        "type": {"text": "Pathology"}, "date": "2026-03-01", "content": [{"attachment": {"contentType": "text/plain",
        "title": "Biopsy", "data": "Zm9v"}}])"));
    EXPECT_EQ(document.text, "foo");
    EXPECT_EQ(document.title, "Biopsy");
    EXPECT_EQ(document.state, chart::State::kAmended);
    EXPECT_EQ(
        updated(resource("DocumentReference",
                         R"("content": [{"attachment": {"contentType": "text/plain", "url": "http://x"}}])"))
            .warnings,
        std::vector<std::string>{"attachment: DocumentReference"});
}

TEST(FhirClinical, resources_are_kept) {
    const auto condition =
        only<chart::Condition>(resource("Condition", R"("code": {"text": "x"}, "onsetDateTime": "2026",
        "verificationStatus": {"coding": [{"code": "refuted"}]})"));
    EXPECT_EQ(condition.state, chart::State::kWithdrawn);
    EXPECT_EQ(chart::to_text(*condition.since), "2026");
    EXPECT_EQ(
        only<chart::Procedure>(resource("Procedure", R"("status": "not-done", "code": {"text": "x"})")).state,
        chart::State::kWithdrawn);
    const auto visit = only<chart::Encounter>(
        resource("Encounter", R"("class": {"code": "IMP"}, "period": {"start": "2026-03-01"})"));
    EXPECT_EQ(visit.kind, "inpatient");
    EXPECT_EQ(chart::to_text(*visit.from), "2026-03-01");
    EXPECT_EQ(only<chart::Medication>(
                  resource("MedicationRequest", R"("medicationCodeableConcept": {"text": "aspirin"})"))
                  .what.text,
              "aspirin");
    EXPECT_EQ(
        only<chart::Medication>(resource("MedicationRequest", R"("medicationReference": {"reference": "#m"},
        "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "ibuprofen"}}])"))
            .what.text,
        "ibuprofen");
    EXPECT_EQ(updated(resource("MedicationRequest",
                               R"("doNotPerform": true, "medicationCodeableConcept": {"text": "aspirin"})"))
                  .warnings,
              std::vector<std::string>{"kept-out: a drug not to be given: MedicationRequest"});
    const auto order = only<chart::Order>(
        resource("ServiceRequest", R"("priority": "stat", "status": "revoked", "code": {"text": "CT"},
        "authoredOn": "2026-03-01")"));
    EXPECT_EQ(order.priority, chart::Priority::kStat);
    EXPECT_EQ(order.state, chart::State::kWithdrawn);
}

TEST(FhirCodes, are_the_worlds_where_the_table_has_them) {
    const auto table = records::CodeTable::parse("\thttp://lis\tNA\tLN\t2951-2\n", "t").value();
    Settings settings;
    settings.codes = &table;
    const auto update = updated(
        resource("Observation",
                 R"("code": {"coding": [{"system": "http://lis", "code": "NA"}]}, "valueInteger": 1)"),
        settings);
    EXPECT_EQ(contents<chart::Observation>(update).at(0).what.codes.at(1).code, "2951-2");
}

}  // namespace
}  // namespace huizhen::fhir
