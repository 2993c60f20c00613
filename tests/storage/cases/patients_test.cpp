#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::patient;
using sample::update;

TEST_F(CasesTest, a_patient_is_found_under_every_writing_of_a_number) {
    say(update("1", patient("4711")));
    const PatientKey key = patient_with("4711");
    ASSERT_GT(key.value, 0);
    for (const auto& [value, authority] :
         std::initializer_list<std::pair<const char*, const char*>>{{" 4711 ", "his"},
                                                                    {"4711", "HIS&1.2.840.7&ISO"},
                                                                    {"4711", "1.2.840.99"},
                                                                    {"4711", "&1.2.840.99&ISO"}}) {
        EXPECT_EQ(patient_with(value, authority), key) << value << " of " << authority;
    }
    EXPECT_NE(patient_with("04711"), key) << "a leading zero is another number";
    EXPECT_NE(patient_with("4711", "LAB"), key) << "another authority's number is another one";
    EXPECT_NE(patient_with("4711", ""), key) << "of the default authority";
    say(update("2", patient("4711", "Test^Bea", "", chart::Sex::kUnknown, "")));
    EXPECT_EQ(patient_with("4711", ""), patient_with("4711", "hospital"));
}

TEST_F(CasesTest, further_numbers_lead_to_the_same_patient) {
    chart::Patient two = patient("1");
    two.ids.emplace_back(chart::PatientId{"77", "LAB"});
    say(update("1", two));
    EXPECT_EQ(patient_with("77", "LAB"), patient_with("1"));
    EXPECT_EQ(read_patient(*book, patient_with("1")).value().patient.ids.size(), 2u);
}

TEST_F(CasesTest, what_is_not_said_stays_and_what_was_said_is_kept) {
    say(update("1", patient("1", "Test^Anna", "1950-02-03")));
    say(update("2", patient("1", "Married^Anna", "", chart::Sex::kUnknown)));
    const PatientKey key = patient_with("1");
    const auto now = read_patient(*book, key).value().patient;
    EXPECT_EQ(name_of(key), "Married^Anna");
    EXPECT_EQ(now.birth->reveal_phi("a test"), sample::at("1950-02-03"));
    EXPECT_EQ(now.sex, chart::Sex::kFemale);
    const auto past = past_of(*book, key).value();
    ASSERT_EQ(past.size(), 1u);
    EXPECT_EQ(past[0].patient.name.reveal_phi("a test"), "Test^Anna");
    EXPECT_EQ(past[0].who, kBy.who);
    EXPECT_EQ(past[0].source, "hl7:LAB|CENTRAL");
}

TEST_F(CasesTest, an_older_message_that_comes_late_changes_nothing) {
    auto newer = update("2", patient("1", "New^Anna")), older = update("1", patient("1", "Old^Anna"));
    newer.sent = sample::at("2026-03-02T10:00:00Z");
    older.sent = sample::at("2026-03-01T10:00:00Z");
    say(newer);
    say(older);
    EXPECT_EQ(name_of(patient_with("1")), "New^Anna");
    ASSERT_EQ(past_of(*book, patient_with("1")).value().size(), 1u);
}

TEST_F(CasesTest, images_fill_what_is_empty_and_change_nothing_else) {
    say(update("1", patient("1", "Test^Anna", "")));
    add_study(1, patient("1", "TEST ANNA", "1950-02-03"));
    const auto stored = read_patient(*book, patient_with("1")).value().patient;
    EXPECT_EQ(stored.name.reveal_phi("a test"), "Test^Anna");
    EXPECT_EQ(stored.birth->reveal_phi("a test"), sample::at("1950-02-03"));
}

TEST_F(CasesTest, a_person_corrects_a_patient) {
    say(update("1", patient("1", "Tset^Anna")));
    const PatientKey key = patient_with("1");
    ASSERT_TRUE(change([&](const auto& t) {
        return correct_patient(*book, t, key, patient("", "Test^Anna", "", chart::Sex::kUnknown), kBy);
    }));
    EXPECT_EQ(name_of(key), "Test^Anna");
    EXPECT_EQ(past_of(*book, key).value().at(0).patient.name.reveal_phi("a test"), "Tset^Anna");
    EXPECT_EQ(audited("correct-patient"), 1);
}

TEST_F(CasesTest, a_message_about_nobody_is_refused_whole) {
    auto both = update("1", patient("1"));
    both.patients.push_back({patient("  "), {}, {}});
    const auto refused = change([&](const auto& t) { return apply(*book, t, both, kBy); });
    EXPECT_TRUE(refused.error().message().starts_with("no-patient-id: "));
    EXPECT_EQ(count("patients"), 0);
    EXPECT_EQ(read_patient(*book, PatientKey{7}).error().code(), ErrorCode::kNotFound);
}

TEST_F(CasesTest, two_known_patients_named_as_one_are_a_conflict_and_stay_two) {
    say(update("1", patient("1")));
    say(update("2", patient("2")));
    chart::Patient both = patient("1");
    both.ids.emplace_back(chart::PatientId{"2", "HIS"});
    say(update("3", both));
    say(update("4", both));
    const auto open = open_conflicts(*book, {}, 10).value();
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].kind, ConflictKind::kIdsOfTwoPatients);
    EXPECT_EQ(open[0].patient, patient_with("1"));
    EXPECT_EQ(open[0].other, patient_with("2"));
    EXPECT_NE(patient_with("1"), patient_with("2"));
    ASSERT_TRUE(change(
        [&](const auto& t) { return merge_patients(*book, t, patient_with("2"), patient_with("1"), kBy); }));
    EXPECT_TRUE(open_conflicts(*book, {}, 10).value().empty()) << "the merge answers it";
}

}  // namespace
}  // namespace huizhen::cases
