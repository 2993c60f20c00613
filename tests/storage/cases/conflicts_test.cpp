#include <huizhen/cases/erasure.h>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::image;
using sample::patient;
using sample::update;

class ConflictsTest : public CasesTest {
  protected:
    Conflict only_open() {
        const auto open = open_conflicts(*book, {}, 10).value();
        EXPECT_EQ(open.size(), 1u);
        return open.empty() ? Conflict() : open[0];
    }
    Status keep() {
        const ConflictKey key = only_open().key;
        return change([&](const auto& t) { return keep_first(*book, t, key, kBy); });
    }
    Status take() {
        const ConflictKey key = only_open().key;
        return change([&](const auto& t) { return take_held(*book, t, key, kBy); });
    }
    Result<PatientKey> assign(StudyKey study, std::optional<PatientKey> whose) {
        return change([&](const auto& t) { return assign_study(*book, t, study, whose, kBy); });
    }
    objects::ObjectName object_of(const std::string& uid) {
        return find_instance(*book, uid).value().value().object;
    }
};

TEST_F(ConflictsTest, other_bytes_under_a_known_uid_are_held_and_overwrite_nothing) {
    const StudyKey key = add_study(1, patient("1"), 3);
    for (int i = 1; i <= 3; ++i) {
        EXPECT_EQ(add_one(image(patient("1"), 1, 1, i, put("other " + std::to_string(i)))),
                  Outcome::kConflict);
    }
    EXPECT_EQ(add_one(image(patient("1"), 1, 1, 1, put("other 1"))), Outcome::kConflict) << "again";
    const Conflict conflict = only_open();
    EXPECT_EQ(conflict.kind, ConflictKind::kInstanceDiffers);
    EXPECT_EQ(conflict_name(conflict.kind), "instance-differs");
    EXPECT_EQ(conflict.study, key);
    EXPECT_EQ(conflict.held, 3) << "one conflict for the study";
    EXPECT_EQ(held_instances(*book, conflict.key).value().at(2).uid, "1.2.3.1.1.3");
    EXPECT_EQ(object_of("1.2.3.1.1.1"), put("image 1.1"));
    EXPECT_TRUE(the_case(key).needs_review);
}

TEST_F(ConflictsTest, keeping_the_first_removes_the_others_for_good) {
    const StudyKey key = add_study(1, patient("1"), 1);
    const auto other = image(patient("1"), 1, 1, 1, put("other"));
    add_one(other);
    ASSERT_TRUE(keep());
    EXPECT_FALSE(the_case(key).needs_review);
    EXPECT_EQ(finish_removals(*book).value(), 1);
    EXPECT_FALSE(store->contains(other.object));
    EXPECT_EQ(object_of("1.2.3.1.1.1"), put("image 1.1"));
    put("other");
    EXPECT_EQ(add_one(other), Outcome::kConflict) << "decided against already";
    EXPECT_TRUE(open_conflicts(*book, {}, 10).value().empty());
    EXPECT_EQ(finish_removals(*book).value(), 1);
    const auto solved = conflicts_of(*book, key).value();
    ASSERT_EQ(solved.size(), 1u);
    EXPECT_EQ(solved[0].solved_by, kBy.who);
    EXPECT_EQ(solved[0].solution, "kept-first");
    EXPECT_TRUE(held_instances(*book, solved[0].key).value().empty());
    EXPECT_EQ(change([&](const auto& t) { return keep_first(*book, t, solved[0].key, kBy); }).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(
        change([&](const auto& t) { return take_held(*book, t, ConflictKey{999}, kBy); }).error().code(),
        ErrorCode::kNotFound);
}

TEST_F(ConflictsTest, taking_the_held_ones_replaces_and_opens_the_case_again) {
    const StudyKey key = add_study(1, patient("1"), 2);
    complete();
    add_one(image(patient("1"), 1, 1, 1, put("other")));
    ASSERT_TRUE(take());
    EXPECT_EQ(object_of("1.2.3.1.1.1"), put("other"));
    EXPECT_EQ(the_case(key).state, CaseState::kReceiving);
    EXPECT_EQ(the_case(key).instances, 2);
    EXPECT_FALSE(the_case(key).needs_review);
    EXPECT_EQ(finish_removals(*book).value(), 1);
    EXPECT_EQ(add_one(image(patient("1"), 1, 1, 1, put("other"))), Outcome::kAgain);
}

TEST_F(ConflictsTest, an_image_that_names_another_patient_is_held) {
    add_study(1, patient("1"), 1);
    say(update("1", patient("2")));
    EXPECT_EQ(add_one(image(patient("2"), 1, 1, 7, put("x"))), Outcome::kConflict);
    EXPECT_EQ(only_open().kind, ConflictKind::kStudyOfTwoPatients);
    EXPECT_EQ(only_open().other, patient_with("2"));
    ASSERT_TRUE(take());
    EXPECT_EQ(the_case(study(1)).instances, 2);
    EXPECT_EQ(the_case(study(1)).patient, patient_with("2")) << "as its images say now";
    EXPECT_EQ(add_one(image(patient("2"), 1, 1, 8, put("y"))), Outcome::kAdded);
}

TEST_F(ConflictsTest, a_series_in_two_studies_is_held) {
    add_study(1, patient("1"), 1);
    auto stray = image(patient("1"), 2, 1, 9, put("x"));
    stray.series_uid = "1.2.3.1.1";
    EXPECT_EQ(add_one(stray), Outcome::kConflict);
    EXPECT_EQ(only_open().kind, ConflictKind::kSeriesOfTwoStudies);
    EXPECT_TRUE(complete().size() == 1) << "a study without an image is not diagnosed";
    ASSERT_TRUE(take());
    EXPECT_EQ(the_case(study(1)).instances, 2);
    EXPECT_EQ(series_of(*book, study(1)).value().at(0).instances, 2);
}

TEST_F(ConflictsTest, images_without_a_number_are_nobodys_until_a_person_says) {
    const StudyKey key = add_study(1, patient(""), 2);
    EXPECT_EQ(only_open().kind, ConflictKind::kNoPatientId);
    EXPECT_FALSE(the_case(key).patient);
    EXPECT_TRUE(entries_for(*book, key).value().empty());
    EXPECT_EQ(complete().size(), 1u) << "the images are read all the same";
    const PatientKey somebody = assign(key, std::nullopt).value();
    EXPECT_EQ(the_case(key).patient, somebody);
    EXPECT_EQ(name_of(somebody), "Test^Anna");
    EXPECT_EQ(read_patient(*book, somebody).value().patient.ids.size(), 1u);
    EXPECT_TRUE(open_conflicts(*book, {}, 10).value().empty());
    EXPECT_EQ(add_one(image(patient(""), 1, 1, 3, put("x"))), Outcome::kAdded) << "late ones join";
}

TEST_F(ConflictsTest, images_that_cannot_be_of_their_numbers_patient_are_nobodys) {
    say(update("1", patient("1", "Test^Anna", "1950-02-03")));
    const StudyKey other_birth = add_study(1, patient("1", "Test^Anna", "1950-03-02"), 1);
    EXPECT_EQ(only_open().kind, ConflictKind::kPatientDiffers);
    EXPECT_EQ(only_open().patient, patient_with("1"));
    EXPECT_FALSE(the_case(other_birth).patient);
    ASSERT_TRUE(assign(other_birth, patient_with("1")));
    EXPECT_EQ(the_case(other_birth).patient, patient_with("1"));
    const StudyKey other_sex = add_study(2, patient("1", "Test^Anna", "", chart::Sex::kMale), 1);
    EXPECT_FALSE(the_case(other_sex).patient);
    ASSERT_TRUE(assign(other_sex, patient_with("1")));
    const StudyKey same = add_study(3, patient("1", "TEST ANNA", "1950", chart::Sex::kOther), 1);
    EXPECT_EQ(the_case(same).patient, patient_with("1"))
        << "names are written in many ways; a year says little";
    EXPECT_EQ(name_of(patient_with("1")), "Test^Anna");
}

TEST_F(ConflictsTest, an_accession_number_of_another_patient_is_named_whichever_comes_first) {
    const StudyKey first = add_study(1, patient("1"), 1, "A-1");
    say(update("1", patient("2"), {sample::report("r1", "not hers", "A-1")}));
    EXPECT_EQ(only_open().kind, ConflictKind::kAccessionOfAnotherPatient);
    EXPECT_EQ(only_open().study, first);
    EXPECT_TRUE(entries_for(*book, first).value().empty());
    ASSERT_TRUE(keep());
    say(update("2", patient("2"), {sample::report("r2", "nor this", "A-2")}));
    add_study(2, patient("1"), 1, "A-2");
    EXPECT_EQ(only_open().study, study(2));
    EXPECT_TRUE(change([&](const auto& t) { return take_held(*book, t, only_open().key, kBy); })
                    .error()
                    .message()
                    .starts_with("nothing-held: "));
}

TEST_F(ConflictsTest, an_entrys_number_under_another_patient_keeps_both) {
    say(update("1", patient("1"), {sample::lab("L1", 1)}));
    say(update("2", patient("2"), {sample::lab("L1", 2)}));
    EXPECT_EQ(only_open().kind, ConflictKind::kEntryOfTwoPatients);
    EXPECT_EQ(entries_of(*book, patient_with("1")).value().size(), 1u);
    EXPECT_EQ(entries_of(*book, patient_with("2")).value().size(), 1u);
    say(update("3", patient("2"), {sample::lab("L1", 3)}));
    EXPECT_EQ(entries_of(*book, patient_with("2")).value().at(0).version, 2) << "their own from now on";
}

TEST_F(ConflictsTest, nobody_signs_over_an_open_conflict) {
    const StudyKey key = add_study(1, patient("1"), 2);
    const DiagnosisKey diagnosis = diagnose(complete().at(0)).key;
    add_one(image(patient("1"), 1, 1, 1, put("other")));
    EXPECT_EQ(the_case(key).state, CaseState::kDiagnosed);
    EXPECT_TRUE(sign(diagnosis).error().message().starts_with("conflict-open: "));
    ASSERT_TRUE(keep());
    EXPECT_TRUE(sign(diagnosis));
}

}  // namespace
}  // namespace huizhen::cases
