#include <iterator>
#include <map>

#include <huizhen/cases/erasure.h>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::patient;
using sample::update;

class ErasureTest : public CasesTest {
  protected:
    Result<Erased> erase(PatientKey key) {
        return change([&](const auto& t) {
            return erase_patient(*book, t, key, {"user:dpo", "", "request 17"});
        });
    }
    std::uint64_t objects() { return store->verify_all(silent_progress(), {}).value().whole; }
    // Somebody with everything a patient can have.
    void add_all(const std::string& number, int first_study) {
        say(update("of " + number, patient(number),
                   {sample::lab("l" + number, 1), sample::report("r" + number, "x")}));
        say(update("again " + number, patient(number, "New^Name"), {sample::lab("l" + number, 2)}));
        add_study(first_study, patient(number));
        const Ready ready =
            change([&](const auto& t) { return complete_now(*book, t, study(first_study), kBy); }).value();
        ASSERT_TRUE(sign(diagnose(ready, 1, false, {{"sr", put("sr " + number)}}).key));
        add_study(first_study + 1, patient(number));
        add_one(sample::image(patient(number), first_study + 1, 1, 1, put("differs " + number)));
        auto merge = update("merge " + number, patient(number));
        merge.patients[0].merge = chart::Merge{Phi<chart::PatientId>({number + "-old", "HIS"})};
        say(merge);
    }
};

TEST_F(ErasureTest, nothing_of_the_patient_is_left_and_the_chain_is_valid) {
    add_all("1", 1);
    std::map<std::string, std::int64_t> before;
    const char* tables[] = {"patients",          "patient_ids",    "patient_history", "patient_merges",
                            "patient_merge_ids", "studies",        "series",          "instances",
                            "entries",           "diagnoses",      "opinions",        "conflicts",
                            "diagnosis_objects", "held_instances", "audit_patients"};
    for (const char* table : tables) before[table] = count(table);
    const std::uint64_t objects_before = objects();
    add_all("2", 11);
    const PatientKey gone = patient_with("2");
    const Erased erased = erase(gone).value();
    EXPECT_EQ(erased.cases, 2);
    EXPECT_EQ(erased.entries, 3);
    EXPECT_EQ(finish_removals(*book).value(), 8);  // six images, one result, one held
    for (const char* table : tables) EXPECT_EQ(count(table), before[table]) << table;
    EXPECT_EQ(objects(), objects_before);
    EXPECT_EQ(read_patient(*book, gone).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(patient_with("2").value, -1);
    EXPECT_TRUE(audit_is_whole());
    EXPECT_GE(audited("erase-patient"), 1);
    EXPECT_TRUE(db->check_integrity());
    EXPECT_EQ(erase(gone).error().code(), ErrorCode::kNotFound);
}

TEST_F(ErasureTest, an_alias_leads_to_the_whole_patient) {
    add_all("1", 1);
    const auto merges = merges_of(*book, patient_with("1")).value();
    ASSERT_TRUE(erase(merges.at(0).gone));
    EXPECT_EQ(count("patients") + count("studies") + count("entries"), 0);
}

TEST_F(ErasureTest, the_file_holds_no_name_of_theirs) {
    add_all("1", 1);
    ASSERT_TRUE(erase(patient_with("1")));
    ASSERT_TRUE(finish_removals(*book));
    const auto wal = folder.path() / "x.db-wal";
    EXPECT_TRUE(!std::filesystem::exists(wal) || std::filesystem::file_size(wal) == 0)
        << "the log is folded in";
    EXPECT_EQ(db->value<std::int64_t>("SELECT count(*) FROM audit_reasons WHERE why = 'ward round'").value(),
              0);
}

TEST_F(ErasureTest, an_object_that_another_row_names_stays) {
    const auto shared = put("the same bytes");
    add({sample::image(patient("1"), 1, 1, 1, shared), sample::image(patient("2"), 2, 1, 1, shared)});
    ASSERT_TRUE(erase(patient_with("1")));
    EXPECT_EQ(finish_removals(*book).value(), 0);
    EXPECT_TRUE(store->contains(shared));
    ASSERT_TRUE(erase(patient_with("2")));
    EXPECT_EQ(finish_removals(*book).value(), 1);
}

TEST_F(ErasureTest, an_object_that_comes_back_before_it_was_removed_stays) {
    add_study(1, patient("1"), 1);
    ASSERT_TRUE(erase(patient_with("1")));
    add_study(1, patient("1"), 1);
    EXPECT_EQ(finish_removals(*book).value(), 0);
    EXPECT_EQ(objects(), 1u);
}

TEST_F(ErasureTest, images_in_doubt_are_decided_on_first) {
    say(update("1", patient("1", "Test^Anna", "1950-02-03")));
    const StudyKey doubtful = add_study(1, patient("1", "Test^Anna", "1960-01-01"));
    EXPECT_TRUE(erase(patient_with("1")).error().message().starts_with("conflict-open: "));
    ASSERT_TRUE(
        change([&](const auto& t) { return assign_study(*book, t, doubtful, patient_with("1"), kBy); }));
    EXPECT_EQ(erase(patient_with("1")).value().cases, 1);
}

TEST_F(ErasureTest, a_conflict_with_somebody_else_goes_and_their_case_is_settled) {
    const StudyKey theirs = add_study(1, patient("1"), 1, "A-1");
    say(update("1", patient("2"), {sample::report("r", "x", "A-1")}));
    EXPECT_TRUE(the_case(theirs).needs_review);
    ASSERT_TRUE(erase(patient_with("2")));
    EXPECT_FALSE(the_case(theirs).needs_review);
}

TEST_F(ErasureTest, a_patient_who_comes_back_is_another_one) {
    say(update("1", patient("1")));
    const PatientKey before = patient_with("1");
    ASSERT_TRUE(erase(before));
    say(update("2", patient("1")));
    EXPECT_NE(patient_with("1"), before);
}

TEST_F(ErasureTest, what_was_put_and_never_acknowledged_is_swept_at_the_next_start) {
    add_study(1, patient("1"), 2);
    put("never acknowledged");
    EXPECT_EQ(remove_unacknowledged(*book).value(), 1);
    EXPECT_EQ(objects(), 2u);
    EXPECT_EQ(remove_unacknowledged(*book).value(), 0);
}

}  // namespace
}  // namespace huizhen::cases
