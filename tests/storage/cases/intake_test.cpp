#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::image;
using sample::patient;

TEST_F(CasesTest, images_make_series_studies_and_patients) {
    const StudyKey key = add_study(1, patient("1"), 5, "A-1");
    const Case found = the_case(key);
    EXPECT_EQ(found.uid, "1.2.3.1");
    EXPECT_EQ(found.instances, 5);
    EXPECT_EQ(found.state, CaseState::kReceiving);
    EXPECT_EQ(found.patient, patient_with("1"));
    EXPECT_EQ(found.arrived, clock.now());
    EXPECT_EQ(found.description.description.reveal_phi("a test"), "Thorax of Anna");
    EXPECT_EQ(found.description.when->reveal_phi("a test"), sample::at("2026-03-01T10:00:00Z"));
    const auto series = series_of(*book, key).value();
    ASSERT_EQ(series.size(), 1u);
    EXPECT_EQ(series[0].description.modality, "CT");
    EXPECT_EQ(series[0].instances, 5);
    const auto images = instances_of(*book, series[0].key).value();
    ASSERT_EQ(images.size(), 5u);
    EXPECT_EQ(images[4].uid, "1.2.3.1.1.5");
    EXPECT_EQ(images[4].object, put("image 1.5"));
    EXPECT_EQ(find_instance(*book, "1.2.3.1.1.2").value()->object, put("image 1.2"));
    EXPECT_FALSE(find_instance(*book, "9.9").value());
    EXPECT_EQ(audited("store-instances"), 1) << "one entry a study and batch";
    EXPECT_TRUE(audit_is_whole());
}

TEST_F(CasesTest, a_batch_of_several_studies_is_one_commit) {
    std::vector<NewInstance> batch;
    for (int i = 0; i < 30; ++i) {
        batch.push_back(image(patient("1"), 1 + i % 3, 1, i, put(std::to_string(i))));
    }
    for (const auto& answer : add(batch)) EXPECT_EQ(answer.value().outcome, Outcome::kAdded);
    EXPECT_EQ(count("studies"), 3);
    EXPECT_EQ(the_case(study(2)).instances, 10);
}

TEST_F(CasesTest, the_same_image_again_is_acknowledged_and_changes_nothing) {
    const NewInstance one = image(patient("1"), 1, 1, 1, put("x"));
    EXPECT_EQ(add_one(one), Outcome::kAdded);
    const Case before = the_case(study(1));
    clock.advance(10min);
    EXPECT_EQ(add_one(one), Outcome::kAgain);
    EXPECT_EQ(add({one, one})[1].value().outcome, Outcome::kAgain);
    const Case after = the_case(study(1));
    EXPECT_EQ(after.inputs, before.inputs);
    EXPECT_EQ(after.revision, before.revision);
    EXPECT_EQ(after.changed, before.changed);
    EXPECT_EQ(count("instances"), 1);
}

TEST_F(CasesTest, a_refused_image_leaves_the_others) {
    auto no_object = image(patient("1"), 1, 1, 1, objects::ObjectName(std::string(64, 'a')));
    auto bad = image(patient("1"), 1, 1, 2, put("x"));
    bad.uid = "1.2.x";
    auto long_one = image(patient("1"), 1, 1, 3, put("x"));
    long_one.study_uid = std::string(65, '1');
    const auto answers = add({no_object, bad, long_one, image(patient("1"), 1, 1, 4, put("x"))});
    EXPECT_TRUE(answers[0].error().message().starts_with("object-missing: "));
    EXPECT_TRUE(answers[1].error().message().starts_with("bad-uid: "));
    EXPECT_TRUE(answers[2].error().message().starts_with("bad-uid: "));
    EXPECT_EQ(answers[3].value().outcome, Outcome::kAdded);
    EXPECT_EQ(count("instances"), 1);
}

TEST_F(CasesTest, a_case_is_complete_when_it_was_quiet) {
    const StudyKey key = add_study(1, patient("1"));
    const auto quiet = [&] {
        return change([&](const auto& t) { return complete_quiet(*book, t, 60s, 10, kBy); }).value();
    };
    EXPECT_TRUE(quiet().empty());
    EXPECT_EQ(next_complete(*book, 60s).value(), clock.now() + 60s);
    clock.advance(59s);
    add_study(1, patient("1"), 4);  // one more
    clock.advance(59s);
    EXPECT_TRUE(quiet().empty());
    clock.advance(1s);
    const auto ready = quiet();
    ASSERT_EQ(ready.size(), 1u);
    EXPECT_EQ(ready[0].study, key);
    EXPECT_EQ(ready[0].inputs, the_case(key).inputs);
    EXPECT_EQ(the_case(key).state, CaseState::kComplete);
    EXPECT_TRUE(quiet().empty()) << "once";
    EXPECT_FALSE(next_complete(*book, 60s).value());
}

TEST_F(CasesTest, a_case_is_complete_when_somebody_asks) {
    const StudyKey key = add_study(1, patient("1"));
    EXPECT_EQ(change([&](const auto& t) { return complete_now(*book, t, key, kBy); }).value().study, key);
    EXPECT_EQ(the_case(key).state, CaseState::kComplete);
    EXPECT_EQ(
        change([&](const auto& t) { return complete_now(*book, t, StudyKey{999}, kBy); }).error().code(),
        ErrorCode::kNotFound);
}

TEST_F(CasesTest, late_slices_open_a_case_again) {
    const StudyKey key = add_signed(1, patient("1"));
    EXPECT_EQ(the_case(key).state, CaseState::kSigned);
    EXPECT_FALSE(the_case(key).needs_review);
    add_study(1, patient("1"), 4);
    EXPECT_EQ(the_case(key).state, CaseState::kReceiving);
    EXPECT_TRUE(the_case(key).needs_review) << "somebody has signed without them";
    for (const Ready& ready : complete()) EXPECT_TRUE(sign(diagnose(ready).key));
    EXPECT_FALSE(the_case(key).needs_review);
    EXPECT_EQ(report_state(*book, key).value(), ReportState::kAmended);
}

TEST_F(CasesTest, a_failure_of_old_inputs_does_not_fail_the_case) {
    const StudyKey key = add_study(1, patient("1"));
    const Ready old = complete().at(0);
    add_study(1, patient("1"), 4);
    const Ready now = complete().at(0);
    const auto fail_with = [&](const Ready& ready) {
        return change([&](const auto& t) { return mark_failed(*book, t, ready, kBy); });
    };
    ASSERT_TRUE(fail_with(old));
    EXPECT_EQ(the_case(key).state, CaseState::kComplete);
    ASSERT_TRUE(fail_with(now));
    EXPECT_EQ(the_case(key).state, CaseState::kFailed);
}

TEST_F(CasesTest, an_order_makes_its_study_urgent_whichever_comes_first) {
    say(sample::update("1", patient("1"), {sample::order("o1", "A-1", chart::Priority::kStat)}));
    EXPECT_EQ(the_case(add_study(1, patient("1"), 1, " A-1 ")).priority, chart::Priority::kStat);
    const StudyKey second = add_study(2, patient("1"), 1, "A-2");
    EXPECT_EQ(the_case(second).priority, chart::Priority::kRoutine);
    say(sample::update("2", patient("1"), {sample::order("o2", "A-2", chart::Priority::kUrgent)}));
    EXPECT_EQ(the_case(second).priority, chart::Priority::kUrgent);
    ASSERT_TRUE(change(
        [&](const auto& t) { return set_priority(*book, t, second, chart::Priority::kRoutine, kBy); }));
    EXPECT_EQ(the_case(second).priority, chart::Priority::kRoutine);
}

TEST_F(CasesTest, who_looked_is_in_the_audit) {
    const StudyKey key = add_study(1, patient("1"));
    ASSERT_TRUE(change([&](const auto& t) { return record_access(*book, t, key, "open-case", kBy); }));
    ASSERT_TRUE(
        change([&](const auto& t) { return record_access(*book, t, patient_with("1"), "open-chart", kBy); }));
    EXPECT_EQ(
        db->value<std::int64_t>("SELECT count(DISTINCT about) FROM audit_entries WHERE about IS NOT NULL")
            .value(),
        1);
    EXPECT_EQ(audited("open-case") + audited("open-chart"), 2);
}

}  // namespace
}  // namespace huizhen::cases
