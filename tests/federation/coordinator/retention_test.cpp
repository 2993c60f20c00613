#include "plans/retention.h"

#include "models/decisions.h"
#include "plans/schedules.h"
#include "small_coordinator.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

class RetentionTest : public SmallCoordinator {
  protected:
    // A plan that made two models and failed then, with what FedAdam keeps and what sites are given.
    void make_steps(const std::string& id) {
        start(plan(id));
        first_ = model(id + " first");
        shown_ = object(id + " shown");
        kept_ = object(id + " kept");
        conclude(id, 1, first_, shown_);
        ASSERT_TRUE(context_->plans.keep_state(id, "kept", to_hex(kept_.digest)));
    }
    void fail_plan(const std::string& id) {
        ASSERT_TRUE(context_->plans.set_stage(id, PlanStage::kFailed, "test", 0));
        const Status forgotten = forget_steps(*context_, id);
        ASSERT_TRUE(forgotten) << forgotten.error().to_string();
        commit();
    }
    v1::Plan starting_from(const std::string& id, const rounds::ObjectRef& model) {
        v1::Plan other = plan(id);
        other.set_model(to_hex(model.digest).substr(0, 16));
        return other;
    }
    bool known(const rounds::ObjectRef& model) {
        return context_->models.find(to_hex(model.digest))->has_value();
    }

    rounds::ObjectRef first_, shown_, kept_;
};

TEST_F(RetentionTest, models_and_states_of_a_failed_plan_go_and_its_start_stays) {
    enrol_three();
    make_steps("a");
    const auto begin = training("a").start_model;
    fail_plan("a");
    EXPECT_FALSE(there(first_));
    EXPECT_FALSE(known(first_));
    EXPECT_FALSE(there(shown_));
    EXPECT_FALSE(there(kept_));
    EXPECT_TRUE(context_->plans.kept_states("a")->empty());
    EXPECT_TRUE(there(begin));
}

TEST_F(RetentionTest, nothing_goes_before_it_is_committed) {
    enrol_three();
    make_steps("a");
    ASSERT_TRUE(context_->plans.set_stage("a", PlanStage::kFailed, "test", 0));
    ASSERT_TRUE(forget_steps(*context_, "a"));
    EXPECT_TRUE(there(first_));
}

TEST_F(RetentionTest, a_model_that_another_plan_starts_from_stays) {
    enrol_three();
    make_steps("a");
    start(starting_from("b", first_));
    fail_plan("a");
    EXPECT_TRUE(there(first_));
    EXPECT_TRUE(known(first_));
    EXPECT_FALSE(there(shown_));
}

TEST_F(RetentionTest, a_model_that_a_draft_or_a_schedule_names_stays) {
    enrol_three();
    make_steps("a");
    const auto of_a = first_;
    ASSERT_TRUE(create_plan(*context_, starting_from("draft", of_a), "test"));
    make_steps("b");
    v1::Plan pattern = starting_from("monthly", first_);
    pattern.mutable_calendar()->set_repeat(v1::Calendar::REPEAT_MONTHLY);
    ASSERT_TRUE(schedule_plan(*context_, pattern, "test"));
    fail_plan("a");
    fail_plan("b");
    EXPECT_TRUE(there(of_a));
    EXPECT_TRUE(there(first_));
}

TEST_F(RetentionTest, what_another_plan_made_as_well_stays_while_it_runs) {
    enrol_three();
    make_steps("a");
    start(plan("b"));
    conclude("b", 1, first_, shown_);
    ASSERT_TRUE(context_->plans.keep_state("b", "kept", to_hex(kept_.digest)));
    fail_plan("a");
    EXPECT_TRUE(there(first_) && there(shown_) && there(kept_));
    fail_plan("b");
    EXPECT_FALSE(there(first_) || there(shown_) || there(kept_));
}

TEST_F(RetentionTest, beside_a_plan_that_cannot_be_read_everything_stays_until_it_is_cancelled) {
    enrol_three();
    make_steps("a");
    start(plan("b"));
    ASSERT_TRUE(context_->plans.set_training("b", std::vector<std::uint8_t>{0, 255}));
    fail_plan("a");
    EXPECT_TRUE(there(first_) && there(shown_) && there(kept_));
    ASSERT_TRUE(context_->plans.set_stage("b", PlanStage::kCancelled, "test", 0));
    fail_plan("a");
    EXPECT_FALSE(there(first_) || there(shown_) || there(kept_));
}

TEST_F(RetentionTest, the_model_a_plan_ended_in_stays_with_its_parent_and_the_one_between_goes) {
    enrol_three();
    make_steps("a");
    const auto last = model("a last"), begin = training("a").start_model;
    conclude("a", 2, last);
    restore("a");
    ASSERT_TRUE(settle_plans(*context_));
    commit();
    EXPECT_TRUE(there(first_));
    ASSERT_TRUE(reject_model(*context_, to_hex(last.digest), "a person", "its figures are odd"));
    commit();
    EXPECT_TRUE(there(begin) && there(last));
    EXPECT_FALSE(there(first_) || there(shown_) || there(kept_));
}

TEST_F(RetentionTest, a_shadow_plan_leaves_no_steps_either) {
    enrol_three();
    v1::Plan shadow = plan("a");
    shadow.set_shadow(true);
    start(shadow);
    const auto first = model("first"), last = model("last");
    conclude("a", 1, first);
    conclude("a", 2, last);
    restore("a");
    ASSERT_TRUE(settle_plans(*context_));
    commit();
    EXPECT_TRUE(there(last));
    EXPECT_FALSE(there(first));
}

// After a restart a plan that waits has no runner.
TEST_F(RetentionTest, a_cancelled_plan_leaves_no_steps_whether_or_not_it_runs_here) {
    enrol_three();
    for (const bool runs : {true, false}) {
        const std::string id = runs ? "here" : "before";
        make_steps(id);
        commit();
        context_->runners.clear();
        if (runs) restore(id);
        ASSERT_TRUE(cancel_plan(*context_, id, "test", "no more"));
        commit();
        EXPECT_FALSE(there(first_) || there(shown_) || there(kept_)) << id;
    }
}

}  // namespace
}  // namespace huizhen::coordinator
