#include "messages.h"

namespace huizhen::hl7 {
namespace {

const std::string kText = "OBX|1|TX|X^Text||The text.~Second line.";

chart::PatientUpdate documents(const std::string& event, const std::string& txa,
                               const std::string& obx = kText) {
    return updated(lines(header("MDM^" + event), "PID|1||A", "PV1|1|O", txa, obx)).patients.at(0);
}

TEST(Documents, are_kept_under_their_number) {
    const auto patient = documents("T02", "TXA|1|DI|TX|202603010800||||||||DOC1^RIS|||||AU");
    ASSERT_EQ(patient.entries.size(), 1u);
    EXPECT_EQ(patient.entries[0].source_id, "document:DOC1@RIS");
    const auto document = std::get<chart::Document>(patient.entries[0].content);
    EXPECT_EQ(document.text, "Text:\nThe text.\nSecond line.");
    EXPECT_EQ(document.kind.codes[0].code, "DI");
    EXPECT_EQ(document.kind.codes[1].code, "18748-4");
    EXPECT_EQ(document.state, chart::State::kFinal);
    EXPECT_EQ(chart::to_text(*document.when), "2026-03-01T08:00Z");
}

TEST(Documents, have_the_state_of_their_authentication) {
    const auto state = [](const char* event, const char* completion) {
        const std::string txa = std::string("TXA|1|DI|TX|||||||||D1|||||") + completion;
        return contents<chart::Document>(documents(event, txa)).at(0).state;
    };
    EXPECT_EQ(state("T02", "IP"), chart::State::kPreliminary);
    EXPECT_EQ(state("T02", "LA"), chart::State::kFinal);
    EXPECT_EQ(state("T08", "AU"), chart::State::kAmended);
    EXPECT_EQ(state("T11", "AU"), chart::State::kWithdrawn);
}

TEST(Documents, that_are_replaced_are_withdrawn) {
    const auto patient = documents("T10", "TXA|1|DI|TX|||||||||NEW|OLD");
    ASSERT_EQ(patient.entries.size(), 2u);
    EXPECT_EQ(patient.entries[0].source_id, "document:OLD");
    EXPECT_EQ(std::get<chart::Document>(patient.entries[0].content).state, chart::State::kWithdrawn);
    EXPECT_EQ(patient.entries[1].source_id, "document:NEW");
}

TEST(Documents, a_notice_without_text_wipes_nothing_out) {
    const auto update = updated(lines(header("MDM^T03"), "PID|1||A", "TXA|1|DI|TX|||||||||D1"));
    EXPECT_TRUE(update.patients.at(0).entries.empty());
    EXPECT_EQ(update.warnings, std::vector<std::string>{"kept-out: TXA 1"});
    const auto cancelled = updated(lines(header("MDM^T11"), "PID|1||A", "TXA|1|DI|TX|||||||||D1"));
    EXPECT_EQ(cancelled.patients.at(0).entries.size(), 1u);
}

TEST(Documents, need_their_header) {
    EXPECT_EQ(refusal(lines(header("MDM^T02"), "PID|1||A", kText)), "no-document");
}

TEST(Documents, carry_the_accession_number_of_their_order) {
    const auto update = updated(lines(header("MDM^T02"), "PID|1||A", "ORC|RE", "OBR|1||ACC1|CT^CT Chest",
                                      "TXA|1|DI|TX|||||||||D1", kText));
    EXPECT_EQ(update.patients[0].entries.at(0).accession_number, "ACC1");
    EXPECT_EQ(contents<chart::Document>(update.patients[0]).at(0).title, "CT Chest");
}

}  // namespace
}  // namespace huizhen::hl7
