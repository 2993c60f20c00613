#include <huizhen/cases/dead_letters.h>
#include <huizhen/cases/erasure.h>
#include <huizhen/cases/retention.h>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::patient;

class RetentionTest : public CasesTest {
  protected:
    MayGo let(const RetentionRules& rules) {
        return change([&](const auto& t) { return let_go(*book, t, rules, 100, kBy); }).value();
    }
};

TEST_F(RetentionTest, only_old_signed_cases_go) {
    const StudyKey old = add_signed(1, patient("1"));
    const StudyKey corrected = add_signed(2, patient("1"));
    ASSERT_TRUE(change([&](const auto& t) {
        return correct(*book, t, diagnoses_of(*book, corrected).value().at(0), Bytes{'x'}, kBy);
    }));
    add_signed(3, patient("1"));
    ASSERT_EQ(add_one(sample::image(patient("1"), 3, 1, 1, put("other"))), Outcome::kConflict);
    add_study(4, patient("1"));
    diagnose(complete().at(0));
    add_study(5, patient("1"));
    complete();
    add_study(6, patient("1"));
    clock.advance(1000h);
    const StudyKey young = add_signed(7, patient("1"));
    const RetentionRules rules{.signed_cases = 500h};
    const auto may = what_may_go(*book, rules, clock.now(), 100).value();
    EXPECT_EQ(may.cases, std::vector{old});
    EXPECT_EQ(let(rules).cases, std::vector{old});
    EXPECT_EQ(count("studies"), 6);
    EXPECT_EQ(the_case(young).state, CaseState::kSigned);
    EXPECT_EQ(finish_removals(*book).value(), 3);
    EXPECT_EQ(audited("let-case-go"), 1);
    EXPECT_TRUE(audit_is_whole());
    EXPECT_TRUE(let({}).cases.empty()) << "without a rule nothing goes";
}

TEST_F(RetentionTest, patients_go_when_nothing_is_left_of_them) {
    add_signed(1, patient("1"));
    say(sample::update("1", patient("2"), {sample::lab("a", 1)}));
    auto merge = sample::update("2", patient("2"));
    merge.patients[0].merge = chart::Merge{Phi<chart::PatientId>({"3", "HIS"})};
    say(merge);
    clock.advance(1000h);
    const RetentionRules rules{.patients = 500h};
    EXPECT_EQ(let(rules).patients.size(), 1u);
    EXPECT_EQ(count("patients"), 1) << "her alias is gone too; who has a case stays";
    EXPECT_EQ(count("entries"), 0);
    EXPECT_EQ(let({.signed_cases = 500h}).cases.size(), 1u);
    EXPECT_EQ(let(rules).patients.size(), 1u);
    EXPECT_EQ(count("patients") + count("patient_ids") + count("patient_merges"), 0);
    EXPECT_TRUE(db->check_integrity());
}

TEST_F(RetentionTest, letters_and_the_memory_of_messages_go) {
    ASSERT_TRUE(change(
        [&](const auto& t) { return keep_dead_letter(*book, t, "s", "r", vault::view_of("x"), kBy); }));
    say(sample::update("1", patient("1")));
    clock.advance(10h);
    EXPECT_EQ(let({.dead_letters = 20h, .messages = 20h}).messages, 0);
    const MayGo gone = let({.dead_letters = 5h, .messages = 5h});
    EXPECT_EQ(gone.dead_letters, 1);
    EXPECT_EQ(gone.messages, 1);
    EXPECT_EQ(count("dead_letters") + count("messages"), 0);
}

}  // namespace
}  // namespace huizhen::cases
