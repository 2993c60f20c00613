#include "plans/plan_book.h"

#include "admin/replies.h"
#include "commands/plan_text.h"
#include "plans/schedules.h"
#include "small_coordinator.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

class PlanBookTest : public SmallCoordinator {
  protected:
    // Came due an hour ago.
    void schedule(const std::string& id) {
        v1::Plan pattern = plan(id);
        pattern.mutable_calendar()->set_repeat(v1::Calendar::REPEAT_WEEKLY);
        pattern.mutable_calendar()->set_day(1);
        ASSERT_TRUE(schedule_plan(*context_, pattern, "test"));
        clock_.advance(std::chrono::hours(7 * 24 + 1));
    }
    void damage(std::string_view statement) {
        const Status done = context_->connection->run(statement);
        ASSERT_TRUE(done) << done.error().to_string();
        commit();
        open();
    }
    v1::PlanStatus status(const std::string& id) {
        const auto found = plan_status(*context_, *context_->plans.find(id), true);
        EXPECT_TRUE(found) << found.error().to_string();
        return found.value_or(v1::PlanStatus());
    }
    std::size_t audit_entries() {
        return static_cast<std::size_t>(
            **context_->connection->value<std::int64_t>("SELECT count(*) FROM audit_entries"));
    }
};

TEST_F(PlanBookTest, a_scheduled_run_that_cannot_start_leaves_its_reason_and_nothing_else) {
    schedule("lungs");
    const std::size_t before = audit_entries();
    ASSERT_TRUE(start_due_schedules(*context_));
    commit();
    EXPECT_TRUE(context_->plans.all()->empty());
    EXPECT_TRUE(context_->runners.empty());
    EXPECT_TRUE(context_->models.all("")->empty());
    EXPECT_EQ(audit_entries(), before + 1);
}

TEST_F(PlanBookTest, a_schedule_does_not_wait_for_a_plan_that_is_called_much_like_its_runs) {
    enrol_three();
    start(plan("lungs-2x"));
    start(plan("lungs-2-2026-01-05"));
    schedule("lungs");
    ASSERT_TRUE(start_due_schedules(*context_));
    EXPECT_EQ(context_->plans.all()->size(), 3U);

    EXPECT_TRUE(is_run_of("lungs-2026-01-05", "lungs"));
    for (const char* other :
         {"lungs", "lungs-2", "lungs-2026-01-0x", "lungs-2026-01-055", "lungs.2026-01-05"})
        EXPECT_FALSE(is_run_of(other, "lungs")) << other;
}

TEST_F(PlanBookTest, a_scheduled_run_starts_once) {
    enrol_three();
    schedule("lungs");
    for (int again = 0; again < 2; ++again) ASSERT_TRUE(start_due_schedules(*context_));
    const auto plans = *context_->plans.all();
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans.front().stage, PlanStage::kRunning);
    EXPECT_TRUE(context_->runners.contains(plans.front().id));
}

// Training that came back to where it began: the lineage knows that model, so it is no candidate.
TEST_F(PlanBookTest, a_proposal_that_fails_half_way_leaves_nothing_in_the_lineage) {
    enrol_three();
    start(plan("lungs-1"));
    commit();
    conclude("lungs-1", 1, model("one"));
    conclude("lungs-1", 2, training("lungs-1").start_model);
    restore("lungs-1");
    outbox_->told.clear();
    ASSERT_TRUE(settle_plans(*context_));
    commit();
    EXPECT_EQ(stage("lungs-1"), "failed");
    EXPECT_EQ(lineage_length(), 0U);
    EXPECT_TRUE(outbox_->told.empty());
}

TEST_F(PlanBookTest, checking_a_plan_leaves_no_model_behind_but_one_that_was_there) {
    enrol_three();
    const auto check = [&] {
        EXPECT_FALSE(ask([](Context& context) -> Status {
            const auto checked = check_plan(context, plan("lungs-1"));
            EXPECT_TRUE(checked && checked->can_start());
            return fail(ErrorCode::kCancelled, "only asked");
        }));
    };
    check();
    EXPECT_EQ(context_->objects->used_bytes(), 0U);
    start(plan("lungs-1"));
    commit();
    check();
    EXPECT_TRUE(there(training("lungs-1").start_model));
}

TEST_F(PlanBookTest, a_plan_that_is_taken_back_does_not_run) {
    enrol_three();
    ASSERT_FALSE(ask([](Context& context) -> Status {
        HZ_TRY(create_plan(context, plan("lungs-1"), "test"));
        HZ_TRY(start_plan(context, "lungs-1", "test"));
        return fail(ErrorCode::kInternal, "what came after it failed");
    }));
    EXPECT_TRUE(context_->plans.all()->empty());
    EXPECT_TRUE(context_->runners.empty());
}

TEST_F(PlanBookTest, a_plan_that_cannot_be_read_stands_still_and_the_others_go_on) {
    const std::vector<std::string_view> damages = {
        "UPDATE plan SET training = x'00ff' WHERE id = 'bad'",
        "UPDATE plan SET training = x'' WHERE id = 'bad'",
        "UPDATE plan SET definition = x'00ff' WHERE id = 'bad'",
        "INSERT INTO journal (plan, number, input) VALUES ('bad', 0, x'00ff')",
        "INSERT INTO round (plan, number, outcome, result, finished_at) VALUES ('bad', 1, 'model', x'00ff', "
        "0)",
    };
    enrol_three();
    start(plan("good"));
    for (const std::string_view statement : damages) {
        SCOPED_TRACE(statement);
        start(plan("bad"));
        commit();
        damage(statement);
        const Status restored = restore_plans(*context_);
        ASSERT_TRUE(restored) << restored.error().to_string();
        EXPECT_TRUE(context_->runners.contains("good"));
        EXPECT_FALSE(context_->runners.contains("bad"));
        EXPECT_EQ(status("good").state(), v1::PLAN_STATE_RUNNING);
        EXPECT_EQ(status("bad").state(), v1::PLAN_STATE_UNSPECIFIED);
        EXPECT_FALSE(status("bad").reason().empty());
        EXPECT_TRUE(status_text(status("bad")).starts_with("bad: unreadable: "))
            << status_text(status("bad"));
        EXPECT_TRUE(
            pause_plan(*context_, "bad", "test", "").error().message().starts_with("plan-unreadable: "));

        ASSERT_TRUE(cancel_plan(*context_, "bad", "test", "damaged"));
        ASSERT_TRUE(settle_plans(*context_));
        EXPECT_EQ(stage("bad"), "cancelled");
        for (const char* table : {"journal", "round"})
            ASSERT_TRUE(context_->connection->run(std::string("DELETE FROM ") + table));
        ASSERT_TRUE(context_->connection->run("DELETE FROM plan WHERE id = 'bad'"));
    }
}

TEST_F(PlanBookTest, a_stage_of_a_newer_version_is_shown_as_it_stands) {
    enrol_three();
    start(plan("good"));
    start(plan("new"));
    ASSERT_TRUE(context_->connection->run("PRAGMA ignore_check_constraints = ON"));
    damage("UPDATE plan SET state = 'dreaming' WHERE id = 'new'");
    ASSERT_TRUE(restore_plans(*context_));
    EXPECT_TRUE(context_->runners.contains("good"));
    EXPECT_EQ(status("new").state(), v1::PLAN_STATE_UNSPECIFIED);
    EXPECT_NE(status("new").reason().find("dreaming"), std::string::npos);
    EXPECT_FALSE(start_plan(*context_, "new", "test"));
}

TEST_F(PlanBookTest, a_schedule_that_cannot_be_read_is_shown_and_the_others_start) {
    enrol_three();
    schedule("bad");
    schedule("good");
    damage("UPDATE schedule SET definition = x'00ff' WHERE id = 'bad'");
    ASSERT_TRUE(start_due_schedules(*context_));
    ASSERT_EQ(context_->plans.all()->size(), 1U);
    const auto listed = schedules(*context_);
    ASSERT_TRUE(listed);
    ASSERT_EQ(listed->size(), 2U);
    EXPECT_TRUE(listed->front().calendar.starts_with("unreadable: ")) << listed->front().calendar;
}

}  // namespace
}  // namespace huizhen::coordinator
