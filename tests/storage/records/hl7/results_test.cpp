#include "messages.h"

namespace huizhen::hl7 {
namespace {

template <typename... Lines>
chart::Update results(const Lines&... all) {
    return updated(lines(header("ORU^R01"), "PID|1||A", all...));
}
chart::Observation observation(const std::string& obx) {
    return contents<chart::Observation>(results("OBR|1||F1|CBC", obx).patients[0]).at(0);
}
std::string value(const std::string& obx) {
    const auto found = observation(obx).value;
    if (const auto* number = std::get_if<chart::Quantity>(&found))
        return number->comparator + std::to_string(number->value).substr(0, 5) + " " + number->unit;
    if (const auto* coded = std::get_if<chart::Concept>(&found)) return "code " + coded->codes.at(0).code;
    if (const auto* words = std::get_if<std::string>(&found)) return "words " + *words;
    return "nothing";
}

TEST(Results, are_observations) {
    const auto update = results("OBR|1|P1|F1^LIS|CBC^Blood count^L|||202603010700",
                                "OBX|1|NM|718-7^Hb^LN|1|13.5|g/dL|12.0-16.0|N|||F|||202603010730",
                                "OBX|2|NM|6690-2^WBC^LN||<0.5|10^9/L||L^L^HL70078|||C");
    const auto& entries = update.patients[0].entries;
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].source_id, "obs:F1/718-7/1");
    EXPECT_EQ(entries[1].source_id, "obs:F1/6690-2/");
    EXPECT_EQ(entries[0].accession_number, "F1");
    const auto found = contents<chart::Observation>(update.patients[0]);
    EXPECT_EQ(found[0].what.codes[0], (chart::Code{"http://loinc.org", "718-7", "Hb"}));
    EXPECT_EQ(std::get<chart::Quantity>(found[0].value), (chart::Quantity{13.5, "", "g/dL", ""}));
    EXPECT_EQ(found[0].low, 12.0);
    EXPECT_EQ(found[0].high, 16.0);
    EXPECT_EQ(chart::to_text(*found[0].when), "2026-03-01T07:30Z");
    EXPECT_EQ(std::get<chart::Quantity>(found[1].value),
              (chart::Quantity{0.5, "<", "10*3/uL", "<0.5 10^9/L"}));
    EXPECT_EQ(found[1].flag, "L");
    EXPECT_EQ(found[1].state, chart::State::kAmended);
    EXPECT_EQ(chart::to_text(*found[1].when), "2026-03-01T07:00Z");  // the sample's
}

TEST(Results, have_values_of_every_type) {
    EXPECT_EQ(value("OBX|1|NM|X||5.5|mmol/L"), "5.500 mmol/L");
    EXPECT_EQ(value("OBX|1|SN|X||>^100|mg/dL"), ">100.0 mg/dL");
    EXPECT_EQ(value("OBX|1|SN|X||^5"), "5.000 ");
    EXPECT_EQ(value("OBX|1|SN|X||^1^:^128"), "words 1:128");
    EXPECT_EQ(value("OBX|1|SN|X||^10^-^20"), "words 10-20");
    EXPECT_EQ(value("OBX|1|CE|X||260385009^Negative^SCT"), "code 260385009");
    EXPECT_EQ(value("OBX|1|CWE|X||260385009^Negative^SCT"), "code 260385009");
    EXPECT_EQ(value("OBX|1|ST|X||positive"), "words positive");
    EXPECT_EQ(value("OBX|1|ST|X||7.2|mmol/L"), "7.200 mmol/L");
    EXPECT_EQ(value("OBX|1|ST|X||7.2"), "words 7.2");  // without a unit it may be a number of anything
    EXPECT_EQ(value("OBX|1|ST|X||Smith & Sons^x"), "words Smith & Sons^x");
    EXPECT_EQ(value("OBX|1|DT|X||20260301"), "words 2026-03-01");
    EXPECT_EQ(value("OBX|1|TX|X||one~two"), "words one\ntwo");
    EXPECT_EQ(value("OBX|1|FT|X||one\\.br\\two"), "words one\ntwo");
    EXPECT_EQ(value("OBX|1|ED|X||^text^plain^Base64^Zm9v"), "words foo");
    EXPECT_EQ(value("OBX|1|NM|X||"), "nothing");
    EXPECT_EQ(value("OBX|1|NM|X||\"\""), "nothing");
}

std::vector<std::string> warnings(const std::string& obx) { return results("OBR|1||F1|CBC", obx).warnings; }

TEST(Results, that_are_not_understood_are_kept_as_they_came) {
    EXPECT_EQ(value("OBX|1|NM|X||7,2|mmol/L"), "words 7,2");
    EXPECT_EQ(warnings("OBX|1|NM|X||7,2|mmol/L"), std::vector<std::string>{"not-a-number: OBX 1"});
    EXPECT_EQ(value("OBX|1|NM|X||5|blobs"), "5.000 blobs");
    EXPECT_EQ(warnings("OBX|1|NM|X||5|blobs"), std::vector<std::string>{"unknown-unit: OBX 1"});
    EXPECT_EQ(value("OBX|1|XX|X||anything"), "words anything");
    EXPECT_EQ(warnings("OBX|1|XX|X||anything"), std::vector<std::string>{"value-type: OBX 1"});
    EXPECT_EQ(warnings("OBX|1|NM|X||5|mmol/L|normal"), std::vector<std::string>{"reference-range: OBX 1"});
    EXPECT_EQ(warnings("OBX|1|ED|X||^application^pdf^Base64^JVBERi0="),
              std::vector<std::string>{"attachment: OBX 1"});
    EXPECT_EQ(observation("OBX|1|NM|^words alone||5").what.text, "words alone");
}

TEST(Results, have_a_number_each) {
    const auto update = results("OBR|1||F1|CBC", "OBX|1|NM|A||1~2", "OBX|2|NM|A||3", "OBX|3|NM|A|2|4");
    std::vector<std::string> numbers;
    for (const auto& entry : update.patients[0].entries) numbers.push_back(entry.source_id);
    EXPECT_EQ(numbers, (std::vector<std::string>{"obs:F1/A/", "obs:F1/A/#2", "obs:F1/A/#3", "obs:F1/A/2"}));
    EXPECT_EQ(results("OBR|1|||CBC", "OBX|1|NM|A||1").patients[0].entries[0].source_id, "");
}

TEST(Results, have_the_state_that_is_sent) {
    const auto state = [](const char* obr25, const char* obx11) {
        const std::string obr = std::string("OBR|1||F1|CBC|||||||||||||||||||||") + obr25;
        const auto update = results(obr, std::string("OBX|1|NM|A||1||||||") + obx11);
        return contents<chart::Observation>(update.patients[0]).at(0).state;
    };
    EXPECT_EQ(state("F", "P"), chart::State::kPreliminary);
    EXPECT_EQ(state("P", ""), chart::State::kPreliminary);
    EXPECT_EQ(state("", "F"), chart::State::kFinal);
    EXPECT_EQ(state("", "C"), chart::State::kAmended);
    EXPECT_EQ(state("F", "D"), chart::State::kWithdrawn);
    EXPECT_EQ(state("", ""), chart::State::kFinal);
}

TEST(Results, keep_what_was_written_beside_them) {
    const auto update =
        results("OBR|1||F1|CBC^Blood count", "NTE|1||of the order", "OBX|1|NM|A^Sodium||1",
                "NTE|1||of the value~second line", "OBX|2|ST|CUL^Culture||", "NTE|1||no growth");
    const auto values = contents<chart::Observation>(update.patients[0]);
    EXPECT_EQ(std::get<std::string>(values.at(1).value), "no growth");
    const auto comments = contents<chart::Document>(update.patients[0]);
    ASSERT_EQ(comments.size(), 1u);
    EXPECT_EQ(comments[0].text, "of the order\nSodium: of the value\nsecond line");
    EXPECT_EQ(comments[0].title, "Blood count");
}

TEST(Results, of_several_patients_and_orders_stay_apart) {
    const auto update =
        updated(lines(header("ORU^R01"), "PID|1||A", "OBR|1||F1|X", "OBX|1|NM|A||1", "OBR|2||F2|Y",
                      "OBX|1|NM|A||2", "PID|2||B", "ORC|RE", "OBR|1||F3|Z", "OBX|1|NM|A||3"));
    ASSERT_EQ(update.patients.size(), 2u);
    ASSERT_EQ(update.patients[0].entries.size(), 2u);
    EXPECT_EQ(update.patients[0].entries[1].source_id, "obs:F2/A/");
    EXPECT_EQ(update.patients[1].entries[0].source_id, "obs:F3/A/");
}

TEST(Results, take_the_time_of_the_sample) {
    const auto update = results("OBR|1||F1|X", "OBX|1|NM|A||1", "SPM|1||||||||||||||||202602010800");
    EXPECT_EQ(chart::to_text(*contents<chart::Observation>(update.patients[0]).at(0).when),
              "2026-02-01T08:00Z");
}

TEST(Results, speak_the_worlds_codes_where_the_table_has_them) {
    const auto table = records::CodeTable::parse("hl7:LIS|CENTRAL\tL\tNA\tLN\t2951-2\tSodium\n", "t").value();
    Settings settings;
    settings.codes = &table;
    const auto update =
        updated(lines(header("ORU^R01"), "PID|1||A", "OBR|1||F1|X", "OBX|1|NM|NA^Na^L||140|mEq/L"), settings);
    const auto what = contents<chart::Observation>(update.patients[0]).at(0).what;
    ASSERT_EQ(what.codes.size(), 2u);
    EXPECT_EQ(what.codes[0].code, "NA");
    EXPECT_EQ(what.codes[1].code, "2951-2");
}

TEST(Reports, of_radiology_are_one_document) {
    const auto update = results(
        "ORC|RE||ACC9", "OBR|1||ACC9|24627-2^CT Chest^LN|||20260301|||||||||||||||||RAD|F",
        "OBX|1|TX|24627-2^CT Chest^LN|1|There is a nodule~of 12 mm.|||||||F",
        "OBX|2|TX|24627-2^CT Chest^LN|1||||||||F",
        "OBX|3|FT|19005-8^Impression^LN|2|Suspicious.\\.br\\Biopsy.|||||||F", "OBX|4|NM|1^Diameter||12|mm");
    const auto& entries = update.patients[0].entries;
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].source_id, "report:ACC9");
    EXPECT_EQ(entries[0].accession_number, "ACC9");
    const auto report = std::get<chart::Document>(entries[0].content);
    EXPECT_EQ(report.title, "CT Chest");
    EXPECT_EQ(report.text, "There is a nodule\nof 12 mm.\n\nImpression:\nSuspicious.\nBiopsy.");
    EXPECT_EQ(report.kind.codes.back().code, "18748-4");
    EXPECT_EQ(chart::to_text(*report.when), "2026-03-01");
    EXPECT_EQ(std::get<chart::Quantity>(std::get<chart::Observation>(entries[1].content).value).value, 12);
}

TEST(Reports, of_pathology_are_known_by_their_section) {
    const auto update = results("OBR|1||P1|SURG^Biopsy|||20260301|||||||||||||||||SP|P",
                                "OBX|1|ST|DX^Diagnosis||Adenocarcinoma");
    const auto report = contents<chart::Document>(update.patients[0]).at(0);
    EXPECT_EQ(report.text, "Diagnosis:\nAdenocarcinoma");
    EXPECT_EQ(report.kind.codes.back().code, "11526-1");
    EXPECT_EQ(report.state, chart::State::kPreliminary);
}

TEST(Reports, are_known_by_their_length_where_no_section_is_named) {
    const std::string longer(300, 'w');
    EXPECT_EQ(contents<chart::Document>(results("OBR|1||F1|X", "OBX|1|TX|A||" + longer).patients[0]).size(),
              1u);
    EXPECT_EQ(contents<chart::Document>(results("OBR|1||F1|X", "OBX|1|TX|A||negative").patients[0]).size(),
              0u);
    const std::string laboratory = "OBR|1||F1|X||||||||||||||||||||LAB";
    EXPECT_EQ(contents<chart::Document>(results(laboratory, "OBX|1|TX|A||" + longer).patients[0]).size(), 0u);
}

TEST(Warnings, are_bounded) {
    std::string message = lines(header("ORU^R01"), "PID|1||A", "OBR|1||F1|X");
    for (int i = 0; i < 300; ++i) message += "OBX|1|NM|A||words\r";
    const auto update = updated(message);
    EXPECT_EQ(update.warnings.size(), kMaxWarnings);
    EXPECT_TRUE(update.warnings.back().starts_with("more-warnings"));
    EXPECT_EQ(update.patients[0].entries.size(), 300u);
}

}  // namespace
}  // namespace huizhen::hl7
