#include <gmock/gmock.h>

#include <huizhen/rounds/plan_run.h>

#include "world.h"

namespace huizhen::rounds {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

RoundResult ended(const PlanRun& run, std::optional<ObjectRef> model) {
    const NextRound next = *run.next();
    RoundResult result;
    result.round = {run.plan().id, next.number};
    result.iteration = next.iteration;
    result.attempt = next.attempt;
    result.model = model;
    if (!model) result.failure = Failure{FailureKind::kTooFewSites, "2 of at least 3 sites are left"};
    result.ended = kStart;
    return result;
}

TrainingPlan plan_of(std::uint32_t iterations) {
    TrainingPlan plan = plan_for(4);
    plan.iterations = iterations;
    plan.patience.max_attempts = 3;
    plan.patience.retry_after = Seconds(60);
    return plan;
}

TEST(PlanRun, goes_from_model_to_model) {
    PlanRun run = PlanRun::restore(plan_of(2), {}).value();
    EXPECT_EQ(run.next()->model, object("start"));
    RoundResult first = ended(run, object("one"));
    first.state = object("state of one");
    ASSERT_TRUE(run.add(first));
    const NextRound next = *run.next();
    EXPECT_EQ(next.number, 2u);
    EXPECT_EQ(next.iteration, 2u);
    EXPECT_EQ(next.model, object("one"));
    EXPECT_EQ(next.state, object("state of one"));
    ASSERT_TRUE(run.add(ended(run, object("two"))));
    EXPECT_EQ(run.state(), PlanState::kComplete);
    EXPECT_FALSE(run.next());
    EXPECT_EQ(run.model(), object("two"));
    EXPECT_FALSE(run.add(first));
}

TEST(PlanRun, a_failed_round_is_tried_again_under_a_new_number_and_later) {
    PlanRun run = PlanRun::restore(plan_of(2), {}).value();
    ASSERT_TRUE(run.add(ended(run, object("one"))));
    ASSERT_TRUE(run.add(ended(run, std::nullopt)));
    EXPECT_EQ(run.next()->number, 3u);
    EXPECT_EQ(run.next()->iteration, 2u);
    EXPECT_EQ(run.next()->attempt, 2u);
    EXPECT_EQ(run.next()->model, object("one"));
    EXPECT_EQ(run.next()->not_before, kStart + Seconds(60));
    ASSERT_TRUE(run.add(ended(run, std::nullopt)));
    EXPECT_EQ(run.next()->not_before, kStart + Seconds(120));
    ASSERT_TRUE(run.add(ended(run, std::nullopt)));
    EXPECT_EQ(run.state(), PlanState::kFailed);
    EXPECT_THAT(*run.failure(), HasSubstr("too-few-sites: 2 of at least 3"));
    EXPECT_FALSE(run.next());
    EXPECT_EQ(run.model(), object("one"));
}

TEST(PlanRun, a_person_who_aborts_ends_the_plan) {
    PlanRun run = PlanRun::restore(plan_of(2), {}).value();
    RoundResult result = ended(run, std::nullopt);
    result.failure = Failure{FailureKind::kAborted, "li: wrong plan"};
    ASSERT_TRUE(run.add(result));
    EXPECT_EQ(run.state(), PlanState::kFailed);
}

TEST(PlanRun, comes_back_from_its_results_and_from_no_others) {
    PlanRun run = PlanRun::restore(plan_of(3), {}).value();
    ASSERT_TRUE(run.add(ended(run, std::nullopt)));
    ASSERT_TRUE(run.add(ended(run, object("one"))));
    const auto again = PlanRun::restore(plan_of(3), run.results());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again->next(), *run.next());
    EXPECT_EQ(step_of(again->outcome_of({run.plan().id, 2})->body), Step::kOutcome);
    EXPECT_FALSE(again->outcome_of({run.plan().id, 9}));

    auto swapped = run.results();
    std::swap(swapped[0], swapped[1]);
    EXPECT_EQ(PlanRun::restore(plan_of(3), swapped).error().code(), ErrorCode::kIntegrity);
    auto both = run.results();
    both[1].failure = Failure{};
    EXPECT_EQ(PlanRun::restore(plan_of(3), both).error().code(), ErrorCode::kIntegrity);
    EXPECT_EQ(PlanRun::restore(TrainingPlan{}, {}).error().code(), ErrorCode::kInvalidArgument);
}

// A plan of three iterations, its first round ended by a mandatory site that was away.
TEST(PlanRun, a_whole_plan_with_a_round_that_failed) {
    const Enrolled enrolled(4);
    TrainingPlan plan = plan_of(3);
    plan.mandatory = {site_id(0)};
    plan.evaluate_every = 0;
    PlanRun run = PlanRun::restore(plan, {}).value();
    while (const auto next = run.next()) {
        RoundSetup setup = setup_for(plan);
        setup.number = next->number;
        setup.iteration = next->iteration;
        setup.attempt = next->attempt;
        setup.model = next->model;
        WorldOptions options;
        options.seed = static_cast<std::uint32_t>(next->number);
        if (next->number == 1) options.away[0] = {0, 10'000};
        World world(enrolled, setup, options);
        world.run();
        ASSERT_THAT(world.broken(), IsEmpty());
        ASSERT_TRUE(run.add(world.result()));
    }
    EXPECT_EQ(run.state(), PlanState::kComplete);
    ASSERT_THAT(run.results(), SizeIs(4));
    EXPECT_EQ(run.results()[0].failure->kind, FailureKind::kMandatoryMissing);
    EXPECT_THAT(run.results()[2].evaluations, IsEmpty());
    EXPECT_THAT(run.last_success()->evaluations, SizeIs(4));
}

}  // namespace
}  // namespace huizhen::rounds
