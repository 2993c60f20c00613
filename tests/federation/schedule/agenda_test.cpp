#include <huizhen/schedule/agenda.h>

#include "times.h"

namespace huizhen::schedule {
namespace {

Plan plan_of(const char* name, const CalendarRule& calendar, Time since) {
    Plan plan;
    plan.rule.plan = name;
    plan.rule.calendar = calendar;
    plan.clock.since = since;
    return plan;
}

TEST(Agenda, a_plan_is_due_at_its_time_and_once) {
    Plan plan = plan_of("lung", monthly(1), at(2026, 1, 10));
    EXPECT_FALSE(due_run(plan.rule, plan.clock, at(2026, 2, 1, 1, 59)));
    EXPECT_EQ(next_due(plan.rule, plan.clock, at(2026, 1, 20)), at(2026, 2, 1, 2));
    const auto due = due_run(plan.rule, plan.clock, at(2026, 2, 1, 2));
    ASSERT_TRUE(due);
    EXPECT_EQ(due->scheduled, at(2026, 2, 1, 2));
    EXPECT_EQ(due->missed, 0u);
    EXPECT_EQ(next_due(plan.rule, plan.clock, at(2026, 2, 1, 2)), at(2026, 2, 1, 2));
    plan.clock.last_start = at(2026, 2, 1, 2);
    EXPECT_FALSE(due_run(plan.rule, plan.clock, at(2026, 2, 1, 2)));
    EXPECT_EQ(next_due(plan.rule, plan.clock, at(2026, 2, 1, 2)), at(2026, 3, 1, 2));
}

TEST(Agenda, what_was_due_before_the_plan_was_made_is_not_owed) {
    const Plan plan = plan_of("lung", monthly(1), at(2026, 1, 1, 2));
    EXPECT_FALSE(due_run(plan.rule, plan.clock, at(2026, 1, 31)));
}

TEST(Agenda, one_run_makes_up_for_all_that_were_missed) {
    Plan plan = plan_of("lung", monthly(1), at(2026, 1, 10));
    plan.clock.last_start = at(2026, 2, 1, 2, 1);
    const auto due = due_run(plan.rule, plan.clock, at(2026, 6, 20));
    ASSERT_TRUE(due);
    EXPECT_EQ(due->scheduled, at(2026, 6, 1, 2));
    EXPECT_EQ(due->missed, 3u);  // March, April, May
    plan.clock.last_start = at(2026, 6, 20);
    EXPECT_FALSE(due_run(plan.rule, plan.clock, at(2026, 6, 30)));
}

TEST(Agenda, a_skipped_run_waits_for_the_next_but_for_a_little_lateness) {
    Plan plan = plan_of("lung", monthly(1), at(2026, 1, 10));
    plan.rule.missed = MissedRun::kSkip;
    EXPECT_TRUE(due_run(plan.rule, plan.clock, at(2026, 2, 1, 3)));
    EXPECT_FALSE(due_run(plan.rule, plan.clock, at(2026, 2, 1, 3) + std::chrono::seconds(1)));
    EXPECT_EQ(next_due(plan.rule, plan.clock, at(2026, 2, 5)), at(2026, 3, 1, 2));
}

TEST(Agenda, a_plan_never_runs_twice_at_a_time) {
    Plan plan = plan_of("lung", weekly(1), at(2026, 11, 20));
    plan.clock.last_start = at(2026, 11, 23, 2);
    plan.clock.running = true;
    EXPECT_FALSE(due_run(plan.rule, plan.clock, at(2026, 12, 1)));
    EXPECT_FALSE(next_due(plan.rule, plan.clock, at(2026, 12, 1)));
    plan.clock.running = false;
    EXPECT_EQ(due_run(plan.rule, plan.clock, at(2026, 12, 1))->scheduled, at(2026, 11, 30, 2));
}

TEST(Agenda, a_paused_plan_owes_nothing_once_it_resumes) {
    Plan plan = plan_of("lung", weekly(1), at(2026, 11, 20));
    plan.rule.paused = true;
    EXPECT_FALSE(due_run(plan.rule, plan.clock, at(2026, 12, 1)));
    EXPECT_FALSE(next_due(plan.rule, plan.clock, at(2026, 12, 1)));
    plan.rule.paused = false;
    plan.clock.since = at(2026, 12, 1);
    EXPECT_FALSE(due_run(plan.rule, plan.clock, at(2026, 12, 1)));
    EXPECT_EQ(next_due(plan.rule, plan.clock, at(2026, 12, 1)), at(2026, 12, 7, 2));
}

TEST(Agenda, several_plans_are_due_in_the_order_they_are_owed) {
    const std::vector<Plan> plans = {
        plan_of("b", monthly(2), at(2026, 1, 1)), plan_of("c", monthly(1), at(2026, 1, 1, 3)),
        plan_of("a", monthly(2), at(2026, 1, 1)), plan_of("asked", on_demand(), at(2026, 1, 1)),
        plan_of("later", monthly(20), at(2026, 1, 1))};
    EXPECT_EQ(next_wake(plans, at(2026, 1, 1, 4)), at(2026, 1, 2, 2));
    const auto runs = due_runs(plans, at(2026, 1, 2, 2));
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_EQ(runs[0].plan, "a");
    EXPECT_EQ(runs[1].plan, "b");
    const auto all = due_runs(plans, at(2026, 2, 1, 2));
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(all[0].plan, "a");
    EXPECT_EQ(all[2].plan, "later");
    EXPECT_EQ(all[3].plan, "c");
    EXPECT_FALSE(next_wake(std::span(plans).subspan(3, 1), at(2026, 1, 1)));
    EXPECT_FALSE(next_wake({}, at(2026, 1, 1)));
}

// Wherever the clock stands, sleeping until next_wake() and starting what is due misses no month.
TEST(Agenda, following_next_wake_starts_every_run_once) {
    Plan plan = plan_of("lung", monthly(31, 2, 480), at(2026, 1, 1));
    Time now = at(2026, 1, 1);
    std::vector<Time> starts;
    while (now < at(2030, 1, 1)) {
        now = next_wake({&plan, 1}, now).value();
        const auto due = due_runs({&plan, 1}, now);
        ASSERT_EQ(due.size(), 1u);
        plan.clock.last_start = now;
        starts.push_back(now);
        now += std::chrono::minutes(7);
    }
    EXPECT_EQ(starts.size(), 49u);
    EXPECT_EQ(std::adjacent_find(starts.begin(), starts.end(), std::greater_equal<>()), starts.end());
}

TEST(Agenda, a_clock_far_ahead_counts_only_so_many) {
    const Plan plan = plan_of("lung", weekly(1), at(1970, 1, 1));
    EXPECT_EQ(due_run(plan.rule, plan.clock, at(2026, 1, 1))->missed, 1000u);
}

TEST(Agenda, refuses_rules_that_are_none) {
    PlanRule rule;
    EXPECT_FALSE(check(rule));
    rule.plan = "lung";
    EXPECT_TRUE(check(rule));
    rule.grace = std::chrono::seconds(-1);
    EXPECT_FALSE(check(rule));
    rule.grace = std::chrono::seconds(0);
    rule.missed = static_cast<MissedRun>(7);
    EXPECT_FALSE(check(rule));
    rule.missed = MissedRun::kSkip;
    rule.calendar.hour = 25;
    EXPECT_FALSE(check(rule));
}

}  // namespace
}  // namespace huizhen::schedule
