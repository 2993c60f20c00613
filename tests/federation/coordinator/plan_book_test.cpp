#include "plans/plan_book.h"

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

}  // namespace
}  // namespace huizhen::coordinator
