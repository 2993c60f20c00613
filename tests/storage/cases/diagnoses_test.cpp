#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::patient;

TEST_F(CasesTest, a_diagnosis_is_kept_with_what_was_made_of_it) {
    const StudyKey key = add_study(1, patient("1"));
    const Recorded recorded = diagnose(complete().at(0), 7, false, {{"sr", put("a report")}});
    EXPECT_TRUE(recorded.current);
    EXPECT_EQ(the_case(key).state, CaseState::kDiagnosed);
    ASSERT_TRUE(change([&](const auto& t) {
        return add_result(*book, t, recorded.key, {"seg", put("a mask")});
    }));
    const Diagnosis read = read_diagnosis(*book, recorded.key).value();
    EXPECT_EQ(read.study, key);
    EXPECT_EQ(read.model[0], 7);
    EXPECT_EQ(std::string(read.content.begin(), read.content.end()), R"({"finding":"a nodule"})");
    ASSERT_EQ(read.objects.size(), 2u);
    EXPECT_EQ(read.objects[0].role, "seg");
    EXPECT_EQ(read.objects[1].object, put("a report"));
    EXPECT_EQ(read_diagnosis(*book, DiagnosisKey{999}).error().code(), ErrorCode::kNotFound);
}

TEST_F(CasesTest, the_same_model_on_the_same_inputs_says_it_once) {
    const StudyKey key = add_study(1, patient("1"));
    const Ready ready = complete().at(0);
    const Recorded first = diagnose(ready), again = diagnose(ready);
    EXPECT_FALSE(first.already);
    EXPECT_TRUE(again.already);
    EXPECT_EQ(again.key, first.key);
    EXPECT_FALSE(diagnose(ready, 2).already) << "another model";
    EXPECT_EQ(diagnoses_of(*book, key).value().size(), 2u);
}

TEST_F(CasesTest, asked_for_again_the_known_answer_will_do) {
    const StudyKey key = add_study(1, patient("1"));
    diagnose(complete().at(0));
    const Ready again = change([&](const auto& t) { return complete_now(*book, t, key, kBy); }).value();
    EXPECT_EQ(the_case(key).state, CaseState::kComplete);
    EXPECT_TRUE(diagnose(again).already);
    EXPECT_EQ(the_case(key).state, CaseState::kDiagnosed);
}

TEST_F(CasesTest, a_diagnosis_of_old_inputs_is_kept_and_does_not_end_the_case) {
    const StudyKey key = add_study(1, patient("1"));
    const Ready old = complete().at(0);
    add_study(1, patient("1"), 4);
    EXPECT_FALSE(diagnose(old).current);
    EXPECT_EQ(the_case(key).state, CaseState::kReceiving);
    EXPECT_TRUE(diagnose(complete().at(0), 1).already) << "the fixture hashes what is here now";
    EXPECT_EQ(the_case(key).state, CaseState::kDiagnosed);
}

TEST_F(CasesTest, a_doubtful_diagnosis_needs_a_person_until_it_is_signed) {
    const StudyKey key = add_study(1, patient("1"));
    const Recorded doubtful = diagnose(complete().at(0), 1, true);
    EXPECT_TRUE(the_case(key).needs_review);
    ASSERT_TRUE(sign(doubtful.key));
    EXPECT_FALSE(the_case(key).needs_review);
}

TEST_F(CasesTest, a_result_that_is_not_in_the_store_is_refused) {
    add_study(1, patient("1"));
    NewDiagnosis diagnosis;
    diagnosis.ready = complete().at(0);
    diagnosis.objects = {{"sr", objects::ObjectName(std::string(64, 'b'))}};
    EXPECT_TRUE(change([&](const auto& t) { return record_diagnosis(*book, t, diagnosis, kBy); })
                    .error()
                    .message()
                    .starts_with("object-missing: "));
    EXPECT_EQ(count("diagnoses"), 0);
}

TEST_F(CasesTest, a_diagnosis_and_an_opinion_are_never_changed_or_removed) {
    add_signed(1, patient("1"));
    for (const char* sql : {"UPDATE diagnoses SET review = 1", "DELETE FROM diagnoses",
                            "DELETE FROM opinions", "UPDATE opinions SET account = 'user:x'"}) {
        EXPECT_FALSE(db->run(sql)) << sql;
    }
}

TEST_F(CasesTest, only_the_last_diagnosis_of_a_diagnosed_case_is_signed) {
    const StudyKey key = add_study(1, patient("1"));
    const Ready ready = complete().at(0);
    const Recorded first = diagnose(ready, 1), second = diagnose(ready, 2);
    EXPECT_TRUE(sign(first.key).error().message().starts_with("newer-diagnosis: "));
    EXPECT_EQ(report_state(*book, key).value(), ReportState::kPreliminary);
    ASSERT_TRUE(sign(second.key));
    EXPECT_EQ(the_case(key).state, CaseState::kSigned);
    EXPECT_EQ(report_state(*book, key).value(), ReportState::kFinal);
    add_study(1, patient("1"), 4);
    EXPECT_TRUE(sign(second.key).error().message().starts_with("not-diagnosed: "));
    EXPECT_EQ(audited("sign-off"), 1);
}

TEST_F(CasesTest, what_a_model_says_unasked_of_a_signed_case_changes_nothing) {
    const StudyKey key = add_signed(1, patient("1"));
    const Ready ready{key, the_case(key).inputs, chart::Priority::kRoutine};
    EXPECT_FALSE(diagnose(ready, 9, true).current);
    EXPECT_EQ(the_case(key).state, CaseState::kSigned);
    EXPECT_FALSE(the_case(key).needs_review);
}

TEST_F(CasesTest, a_correction_after_the_signature_asks_for_another) {
    const StudyKey key = add_signed(1, patient("1"));
    const DiagnosisKey diagnosis = diagnoses_of(*book, key).value().at(0);
    ASSERT_TRUE(change([&](const auto& t) {
        return correct(*book, t, diagnosis, Bytes{'n', 'o'}, {"user:wang", "10.0.0.2", ""});
    }));
    EXPECT_EQ(the_case(key).state, CaseState::kDiagnosed);
    EXPECT_TRUE(the_case(key).needs_review);
    EXPECT_EQ(report_state(*book, key).value(), ReportState::kPreliminary);
    ASSERT_TRUE(sign(diagnosis));
    EXPECT_EQ(report_state(*book, key).value(), ReportState::kAmended);
    const auto opinions = opinions_of(*book, key).value();
    ASSERT_EQ(opinions.size(), 3u);
    EXPECT_EQ(opinions[1].kind, OpinionKind::kCorrection);
    EXPECT_EQ(opinions[1].account, "user:wang");
    EXPECT_EQ(opinions[1].content, (Bytes{'n', 'o'}));
    EXPECT_EQ(opinions[2].kind, OpinionKind::kSignOff);
}

}  // namespace
}  // namespace huizhen::cases
