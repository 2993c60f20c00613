#include <gtest/gtest.h>

#include <huizhen/exchange/training_options.h>

namespace huizhen::exchange {
namespace {

rounds::TrainingPlan plan() {
    rounds::TrainingPlan plan;
    plan.iterations = 5;
    plan.learning = {.local_epochs = 3, .learning_rate = 0.1, .batch = 8, .proximal = 0.02};
    plan.learning.momentum = 0.9;
    plan.learning.decay = 0.001;
    plan.learning.batch_clip = 2;
    return plan;
}

TEST(TrainingOptions, are_what_the_plan_says) {
    Sha256Digest seed{};
    for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i + 1);
    const auto options = training_options_of(plan(), 4, seed);
    EXPECT_EQ(options.epochs, 3);
    EXPECT_EQ(options.steps, 0);
    EXPECT_EQ(options.batch, 8);
    EXPECT_EQ(options.optimizer, learning::LocalOptimizer::kSgd);
    EXPECT_EQ(options.learning_rate, 0.1);
    EXPECT_EQ(options.momentum, 0.9);
    EXPECT_EQ(options.decay, 0.001);
    EXPECT_EQ(options.batch_clip, 2);
    EXPECT_EQ(options.proximal_mu, 0.02);
    EXPECT_EQ(options.seed, 0x0102030405060708U);
}

TEST(TrainingOptions, adamw_is_adamw) {
    auto adamw = plan();
    adamw.learning.optimizer = rounds::OptimizerKind::kAdamW;
    EXPECT_EQ(training_options_of(adamw, 1, {}).optimizer, learning::LocalOptimizer::kAdamW);
}

TEST(TrainingOptions, a_falling_rate_falls_by_even_factors_from_the_first_iteration_to_the_last) {
    auto falling = plan();
    falling.learning.last_rate = 0.001;
    EXPECT_DOUBLE_EQ(training_options_of(falling, 1, {}).learning_rate, 0.1);
    EXPECT_NEAR(training_options_of(falling, 3, {}).learning_rate, 0.01, 1e-12);
    EXPECT_NEAR(training_options_of(falling, 5, {}).learning_rate, 0.001, 1e-12);
}

}  // namespace
}  // namespace huizhen::exchange
