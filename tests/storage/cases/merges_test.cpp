#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::lab;
using sample::patient;
using sample::update;

class MergesTest : public CasesTest {
  protected:
    void SetUp() override {
        say(update("1", patient("1", "Test^Anna"), {lab("a", 1)}));
        say(update("2", patient("2", "Test^A."), {lab("b", 2)}));
        add_study(1, patient("1"));
        add_study(2, patient("2", "Test^A."));
        one = patient_with("1");
        two = patient_with("2");
    }
    // ADT A40: what is filed under 2 belongs to 1.
    chart::Update a40(const std::string& gone = "2", const std::string& kept = "1") {
        auto said = update("a40 " + gone + kept, patient(kept, "Test^Anna"));
        said.patients[0].merge = chart::Merge{Phi<chart::PatientId>({gone, "HIS"})};
        return said;
    }
    MergeKey merge_of(PatientKey key) { return merges_of(*book, key).value().back().key; }
    Status undo(MergeKey merge) {
        return change([&](const auto& t) { return undo_merge(*book, t, merge, kBy); });
    }
    PatientKey one, two;
};

TEST_F(MergesTest, everything_goes_to_the_one_who_is_kept) {
    const Applied applied = say(a40());
    EXPECT_EQ(applied.touched.size(), 2u);
    EXPECT_EQ(patient_with("2"), one);
    EXPECT_EQ(cases_of(*book, one).value().size(), 2u);
    EXPECT_EQ(entries_of(*book, one).value().size(), 2u);
    EXPECT_TRUE(cases_of(*book, two).value().empty());
    const auto alias = read_patient(*book, two).value();
    EXPECT_EQ(alias.merged_into, one);
    EXPECT_TRUE(alias.patient.ids.empty());
    EXPECT_EQ(name_of(two), "Test^A.");
    EXPECT_EQ(audited("merge-patients"), 2);
    EXPECT_EQ(merges_of(*book, one).value().at(0).who, kBy.who);
}

TEST_F(MergesTest, what_comes_under_the_old_number_is_the_kept_ones) {
    say(a40());
    say(update("3", patient("2", "", "", chart::Sex::kUnknown), {lab("c", 3)}));
    EXPECT_EQ(entries_of(*book, one).value().size(), 3u);
    add_study(3, patient("2"));
    EXPECT_EQ(the_case(study(3)).patient, one);
}

TEST_F(MergesTest, an_undone_merge_gives_back_what_came_before_and_after) {
    say(a40());
    say(update("3", patient("2", "", "", chart::Sex::kUnknown), {lab("c", 3)}));
    add_study(3, patient("2"));
    ASSERT_TRUE(undo(merge_of(one)));
    EXPECT_EQ(patient_with("2"), two);
    EXPECT_EQ(entries_of(*book, two).value().size(), 2u);
    EXPECT_EQ(entries_of(*book, one).value().size(), 1u);
    EXPECT_EQ(the_case(study(2)).patient, two);
    EXPECT_EQ(the_case(study(3)).patient, two);
    EXPECT_EQ(the_case(study(1)).patient, one);
    EXPECT_FALSE(read_patient(*book, two).value().merged_into);
    EXPECT_TRUE(merges_of(*book, two).value().at(0).undone);
    EXPECT_TRUE(undo(merge_of(one)).error().message().starts_with("merge-undone: "));
    EXPECT_EQ(audited("undo-merge"), 2);
}

TEST_F(MergesTest, the_same_merge_again_changes_nothing) {
    say(a40());
    auto again = a40();
    again.message_id = "another";
    EXPECT_TRUE(say(again).touched.empty());
    say(a40("1", "2"));  // the other way round: they are one already
    EXPECT_EQ(merges_of(*book, one).value().size(), 1u);
}

TEST_F(MergesTest, a_number_nobody_had_is_an_alias_from_now_on_and_can_be_taken_back) {
    say(a40("99"));
    EXPECT_EQ(patient_with("99"), one);
    ASSERT_TRUE(undo(merge_of(one)));
    EXPECT_NE(patient_with("99"), one);
}

TEST_F(MergesTest, chains_lead_to_the_end_and_are_undone_from_there) {
    say(a40("2", "1"));
    const MergeKey first = merge_of(one);
    say(update("3", patient("3")));
    say(a40("1", "3"));
    const PatientKey three = patient_with("3");
    EXPECT_EQ(patient_with("2"), three);
    EXPECT_EQ(cases_of(*book, three).value().size(), 2u);
    EXPECT_TRUE(undo(first).error().message().starts_with("later-merge-first: "));
    ASSERT_TRUE(undo(merge_of(three)));
    ASSERT_TRUE(undo(first));
    EXPECT_EQ(the_case(study(1)).patient, one);
    EXPECT_EQ(the_case(study(2)).patient, two);
    EXPECT_TRUE(db->check_integrity());
}

TEST_F(MergesTest, a_merge_reaches_an_alias_through_its_patient) {
    say(a40("2", "1"));
    say(update("3", patient("3")));
    ASSERT_TRUE(change([&](const auto& t) { return merge_patients(*book, t, two, patient_with("3"), kBy); }));
    EXPECT_EQ(patient_with("1"), patient_with("3"));
    EXPECT_TRUE(change([&](const auto& t) { return merge_patients(*book, t, one, two, kBy); })
                    .error()
                    .message()
                    .starts_with("same-patient: "));
}

}  // namespace
}  // namespace huizhen::cases
