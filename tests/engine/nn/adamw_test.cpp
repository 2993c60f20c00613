#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/nn/adamw.h>
#include <huizhen/nn/layers.h>
#include <huizhen/tensor/losses.h>

namespace huizhen::engine {
namespace {

class Optimizer : public ::testing::Test {
  protected:
    Executor executor_{2};
    Context context_{executor_, {cpu_backend(), reference_backend()}};
    ParameterSet parameters_{context_, 3};
};

TEST_F(Optimizer, first_step_is_the_one_of_the_paper) {
    Tensor w = parameters_.add("w", Shape{2}, Initial::kOnes, true);
    AdamW adamw(parameters_, {.decay = 0.1});
    backward(sum(w * Tensor::from(context_, Shape{2}, std::vector<float>{0.5F, -3.0F})));
    const double norm = adamw.step(0.01);
    EXPECT_NEAR(norm, std::sqrt(0.25 + 9.0), 1e-6);
    // With zero moments the first step is lr * sign(g), besides the decay lr * 0.1 * w.
    const std::vector<float> after = w.to_vector();
    EXPECT_NEAR(after[0], 1.0F - 0.01F - 0.001F, 1e-6F);
    EXPECT_NEAR(after[1], 1.0F + 0.01F - 0.001F, 1e-6F);
    EXPECT_FALSE(w.grad().defined());
}

TEST_F(Optimizer, accumulated_micro_batches_equal_one_batch) {
    ParameterSet other(context_, 3);
    Tensor a = parameters_.add("w", Shape{4}, Initial::kNormal002, true);
    Tensor b = other.add("w", Shape{4}, Initial::kNormal002, true);
    ASSERT_EQ(a.to_vector(), b.to_vector());
    AdamW one(parameters_, {.clip_norm = 0.5});
    AdamW two(other, {.clip_norm = 0.5});
    backward(mean(square(affine(a, 2.0F, 1.0F))));
    one.step(0.1);
    for (int i = 0; i < 2; ++i) backward(mean(square(affine(b, 2.0F, 1.0F))));
    two.step(0.1, 2);
    EXPECT_EQ(a.to_vector(), b.to_vector());
}

TEST_F(Optimizer, a_gradient_that_is_not_finite_changes_nothing) {
    Tensor w = parameters_.add("w", Shape{1}, Initial::kOnes, true);
    AdamW adamw(parameters_, {});
    backward(sum(w * std::numeric_limits<float>::infinity()));
    EXPECT_FALSE(std::isfinite(adamw.step(0.1)));
    EXPECT_EQ(w.item(), 1.0F);
    EXPECT_EQ(adamw.steps(), 0);
    EXPECT_FALSE(w.grad().defined());
}

TEST_F(Optimizer, frozen_parameters_stay) {
    Tensor frozen = parameters_.add("encoder.w", Shape{2}, Initial::kOnes, true);
    Tensor trained = parameters_.add("head.w", Shape{2}, Initial::kOnes, true);
    parameters_.set_trainable("encoder.", false);
    AdamW adamw(parameters_, {});
    backward(sum(frozen * trained));
    adamw.step(0.1);
    EXPECT_EQ(frozen.to_vector(), (std::vector<float>{1.0F, 1.0F}));
    EXPECT_NE(trained.to_vector()[0], 1.0F);
}

TEST_F(Optimizer, restores_its_state_and_refuses_another_one) {
    Tensor w = parameters_.add("w", Shape{3}, Initial::kOnes, true);
    AdamW adamw(parameters_, {});
    const auto train = [&](AdamW& optimizer) {
        backward(sum(square(w)));
        optimizer.step(0.1);
    };
    train(adamw);
    NamedTensors saved;
    for (const auto& [name, tensor] : adamw.state()) {
        saved.emplace_back(name, Tensor::from(context_, tensor.shape(), tensor.to_vector()));
    }
    const std::vector<float> values = w.to_vector();
    train(adamw);
    const std::vector<float> expected = w.to_vector();

    w.assign(values);
    AdamW resumed(parameters_, {});
    ASSERT_TRUE(resumed.restore(saved, 1).has_value());
    train(resumed);
    EXPECT_EQ(w.to_vector(), expected);

    saved.pop_back();
    const Status missing = resumed.restore(saved, 1);
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().code(), ErrorCode::kIntegrity);
}

TEST_F(Optimizer, average_follows_and_swaps) {
    Tensor w = parameters_.add("w", Shape{1}, Initial::kZeros, true);
    WeightAverage average(parameters_, 0.5);
    w.assign(std::vector<float>{1.0F});
    average.update();  // decay min(0.5, 1 / 10)
    average.swap();
    EXPECT_NEAR(w.item(), 0.9F, 1e-6F);
    average.swap();
    EXPECT_EQ(w.item(), 1.0F);
}

TEST(CosineSchedule, warms_up_and_decays_to_its_floor) {
    const CosineSchedule schedule{.peak = 1.0, .floor = 0.1, .warmup_steps = 4, .total_steps = 13};
    EXPECT_DOUBLE_EQ(schedule.at(0), 0.25);
    EXPECT_DOUBLE_EQ(schedule.at(3), 1.0);
    EXPECT_DOUBLE_EQ(schedule.at(4), 1.0);
    EXPECT_NEAR(schedule.at(8), 0.55, 1e-12);
    EXPECT_DOUBLE_EQ(schedule.at(12), 0.1);
    EXPECT_DOUBLE_EQ(schedule.at(1000), 0.1);
}

}  // namespace
}  // namespace huizhen::engine
