#include "plans/plan_definition.h"

#include <federation/v1/coordinator.pb.h>
#include <gtest/gtest.h>

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

PlanGround four_sites() {
    PlanGround ground;
    for (const char* name : {"a", "b", "c", "d"}) ground.enrolled.emplace_back(name);
    ground.model.digest[0] = 1;
    ground.model.bytes = 100;
    return ground;
}

v1::Plan smallest() {
    v1::Plan plan;
    plan.set_id("lungs-1");
    plan.set_task("synthetic-linear/1");
    return plan;
}

Result<rounds::TrainingPlan> trained(v1::Plan plan) {
    fill_defaults(plan);
    return to_training(plan, four_sites());
}

TEST(PlanDefinition, smallest_plan_gets_every_default_and_all_enrolled_sites) {
    v1::Plan plan = smallest();
    fill_defaults(plan);
    EXPECT_EQ(plan.model(), "current");
    EXPECT_EQ(plan.strategy().strategy(), v1::STRATEGY_FEDAVG);
    const auto training = to_training(plan, four_sites());
    ASSERT_TRUE(training) << training.error().to_string();
    EXPECT_EQ(training->invited.size(), 4U);
    EXPECT_EQ(training->iterations, 10U);
    EXPECT_EQ(training->codec.kind, rounds::CodecKind::kFixedPoint);
    EXPECT_TRUE(training->codec.weigh_by_samples);
    EXPECT_EQ(training->privacy.mode, rounds::PrivacyMode::kOff);
}

TEST(PlanDefinition, what_a_person_wrote_reaches_the_rounds) {
    v1::Plan plan = smallest();
    plan.set_rounds(7);
    plan.add_sites("c");
    plan.add_sites("a");
    plan.add_sites("b");
    plan.add_mandatory_sites("b");
    plan.mutable_training()->set_learning_rate(0.5);
    plan.mutable_training()->set_last_learning_rate(0.05);
    plan.mutable_training()->set_optimizer(v1::OPTIMIZER_ADAMW);
    plan.mutable_training()->set_batch_clip(2);
    plan.mutable_encoding()->set_encoding(v1::ENCODING_QUANTISED);
    plan.mutable_encoding()->set_bits(6);
    plan.mutable_strategy()->set_strategy(v1::STRATEGY_FEDADAM);
    const auto training = trained(plan);
    ASSERT_TRUE(training) << training.error().to_string();
    EXPECT_EQ(training->iterations, 7U);
    EXPECT_EQ(training->invited.front().str(), "a");
    EXPECT_EQ(training->mandatory, std::vector<rounds::SiteId>{rounds::SiteId("b")});
    EXPECT_EQ(training->learning.learning_rate, 0.5);
    EXPECT_EQ(training->learning.last_rate, 0.05);
    EXPECT_EQ(training->learning.optimizer, rounds::OptimizerKind::kAdamW);
    EXPECT_EQ(training->learning.batch_clip, 2);
    EXPECT_EQ(training->codec.kind, rounds::CodecKind::kPacked);
    EXPECT_EQ(training->codec.bits, 6U);
    EXPECT_EQ(training->strategy.kind, rounds::StrategyKind::kFedAdam);
    EXPECT_EQ(training->strategy.server_rate, 0.01);
}

TEST(PlanDefinition, quantised_encodings_mean_equal_weights) {
    for (const auto kind : {v1::ENCODING_QUANTISED, v1::ENCODING_SPARSE_QUANTISED}) {
        v1::Plan plan = smallest();
        plan.mutable_encoding()->set_encoding(kind);
        const auto training = trained(plan);
        ASSERT_TRUE(training) << training.error().to_string();
        EXPECT_FALSE(training->codec.weigh_by_samples);
    }
}

TEST(PlanDefinition, noise_for_an_epsilon_means_equal_weights_and_a_multiplier) {
    v1::Plan plan = smallest();
    plan.mutable_privacy()->set_enabled(true);
    plan.mutable_privacy()->set_epsilon(8);
    plan.mutable_privacy()->set_clip_norm(1);
    const auto training = trained(plan);
    ASSERT_TRUE(training) << training.error().to_string();
    EXPECT_FALSE(training->codec.weigh_by_samples);
    EXPECT_GT(training->privacy.noise_multiplier, 0);
    EXPECT_NEAR(rounds::epsilon_of(*training).value_or(0), 8, 0.01);
}

TEST(PlanDefinition, refuses_by_name_what_no_round_could_be_made_of) {
    const std::vector<std::function<void(v1::Plan&)>> mistakes = {
        [](v1::Plan& plan) { plan.set_id("Lungs 1"); },
        [](v1::Plan& plan) { plan.set_id(""); },
        [](v1::Plan& plan) { plan.set_id("../x"); },
        [](v1::Plan& plan) { plan.add_sites("nobody"); },
        [](v1::Plan& plan) {
            plan.add_sites("a");
            plan.add_sites("a");
        },
        [](v1::Plan& plan) { plan.set_minimum_sites(5); },
        [](v1::Plan& plan) {
            plan.mutable_privacy()->set_enabled(true);
            plan.mutable_privacy()->set_epsilon(8);
            plan.mutable_privacy()->set_noise_multiplier(1);
        },
        [](v1::Plan& plan) { plan.mutable_training()->set_learning_rate(-1); },
        [](v1::Plan& plan) { plan.mutable_encoding()->set_clip(-1); },
    };
    for (std::size_t i = 0; i < mistakes.size(); ++i) {
        v1::Plan plan = smallest();
        mistakes[i](plan);
        const auto training = trained(plan);
        ASSERT_FALSE(training) << "mistake " << i;
        EXPECT_EQ(training.error().code(), ErrorCode::kInvalidArgument) << training.error().to_string();
    }
}

}  // namespace
}  // namespace huizhen::coordinator
