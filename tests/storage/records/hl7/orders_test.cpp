#include "messages.h"

namespace huizhen::hl7 {
namespace {

template <typename... Lines>
chart::Entry order(const Lines&... all) {
    const auto update = updated(lines(header("ORM^O01"), "PID|1||A", all...));
    for (const auto& entry : update.patients.at(0).entries) {
        if (std::holds_alternative<chart::Order>(entry.content)) return entry;
    }
    throw std::runtime_error("no order");
}
chart::Order as_order(const chart::Entry& entry) { return std::get<chart::Order>(entry.content); }

TEST(Orders, are_kept_under_their_number) {
    const auto entry = order("ORC|NW|P1^HIS|F1^RIS", "OBR|1|P1|F1|24725-4^CT Head^LN||||||||||||||ACC1",
                             "DG1|1||S06.9^x^I10");
    EXPECT_EQ(entry.source_id, "order:F1");
    EXPECT_EQ(entry.accession_number, "ACC1");
    EXPECT_EQ(as_order(entry).accession_number, "ACC1");
    EXPECT_EQ(as_order(entry).what.codes[0].code, "24725-4");
    EXPECT_EQ(as_order(entry).state, chart::State::kFinal);
}

TEST(Orders, carry_the_accession_number_wherever_it_stands) {
    EXPECT_EQ(order("ORC|NW|P1", "OBR|1|P1|F1|X").accession_number, "F1");
    EXPECT_EQ(order("ORC|NW|P1|F2", "OBR|1|P1||X").accession_number, "F2");
    EXPECT_EQ(order("ORC|NW|P1|F2", "OBR|1|P1||X", "IPC|ACC3^RIS|1").accession_number, "ACC3");
    EXPECT_EQ(order("ORC|NW|P1", "OBR|1|P1||X").accession_number, "");
}

TEST(Orders, have_a_priority) {
    const auto priority = [](const auto&... all) { return as_order(order(all...)).priority; };
    EXPECT_EQ(priority("ORC|NW|1", "OBR|1|1||X"), chart::Priority::kRoutine);
    EXPECT_EQ(priority("ORC|NW|1", "TQ1|1||||||||S", "OBR|1|1||X"), chart::Priority::kStat);
    EXPECT_EQ(priority("ORC|NW|1", "OBR|1|1||X|STAT"), chart::Priority::kStat);
    EXPECT_EQ(priority("ORC|NW|1|||||^^^^^A", "OBR|1|1||X"), chart::Priority::kUrgent);
    EXPECT_EQ(priority("ORC|NW|1", "OBR|1|1||X||||||||||||||||||||||^^^^^R"), chart::Priority::kRoutine);
}

TEST(Orders, that_are_cancelled_are_withdrawn) {
    EXPECT_EQ(as_order(order("ORC|CA|P1|F1", "OBR|1|P1|F1|X")).state, chart::State::kWithdrawn);
    EXPECT_EQ(as_order(order("ORC|CA|P1|F1")).state, chart::State::kWithdrawn);
    EXPECT_EQ(as_order(order("ORC|SC|P1|F1||DC", "OBR|1|P1|F1|X")).state, chart::State::kWithdrawn);
    EXPECT_EQ(as_order(order("ORC|XO|P1|F1", "OBR|1|P1|F1|X")).state, chart::State::kAmended);
}

TEST(Orders, have_the_time_they_are_for) {
    const auto when = [](const auto&... all) { return chart::to_text(as_order(order(all...)).when.value()); };
    EXPECT_EQ(when("ORC|NW|1|||||||20260301", "TQ1|1||||||20260303", "OBR|1|1||X"), "2026-03-03");
    EXPECT_EQ(when("ORC|NW|1|||||^^^20260302||20260301", "OBR|1|1||X"), "2026-03-02");
    EXPECT_EQ(when("ORC|NW|1|||||||20260301", "OBR|1|1||X"), "2026-03-01");
}

TEST(Orders, of_laboratories_and_imaging_come_in_their_own_messages) {
    for (const char* type : {"OML^O21", "OMI^O23", "OMG^O19", "ORM^O01"}) {
        const auto update = updated(lines(header(type), "PID|1||A", "ORC|NW|1", "OBR|1|1||X",
                                          "OBX|1|NM|W||70|kg", "ORC|NW|2", "OBR|2|2||Y"));
        EXPECT_EQ(contents<chart::Order>(update.patients[0]).size(), 2u) << type;
        EXPECT_EQ(contents<chart::Observation>(update.patients[0]).size(), 1u) << type;
    }
}

TEST(Orders, of_drugs_are_medication) {
    const auto update =
        updated(lines(header("RDE^O11"), "PID|1||A", "ORC|NW|1", "RXO|aspirin", "RXE|1|1191^Aspirin^RXNORM"));
    const auto found = contents<chart::Medication>(update.patients[0]);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].what.codes[0].code, "1191");
}

}  // namespace
}  // namespace huizhen::hl7
