// What every task's training has in common, on the task that has no network.

#include <huizhen/learning/rate_schedule.h>

#include "learning_fixture.h"

namespace huizhen::learning {
namespace {

class LocalSteps : public Learning {
  protected:
    void SetUp() override {
        task_ = task("synthetic-linear/1:40", {});
        start_ = task_->initial(3);
    }
    Error refused(const std::vector<float>& start, const TrainOptions& how) {
        auto result = task_->train(start, how, {}, silent_progress());
        EXPECT_FALSE(result);
        return result ? Error(ErrorCode::kInternal, "") : result.error();
    }

    std::unique_ptr<LearningTask> task_;
    std::vector<float> start_;
};

TEST_F(LocalSteps, give_the_same_bits_again_and_others_for_another_seed) {
    for (const auto optimizer : {LocalOptimizer::kSgd, LocalOptimizer::kAdamW}) {
        TrainOptions how{.epochs = 2, .optimizer = optimizer, .momentum = 0.9, .seed = 5};
        const auto first = trained(*task_, start_, how);
        EXPECT_EQ(trained(*task_, start_, how).weights, first.weights);
        how.seed = 6;
        EXPECT_NE(trained(*task_, start_, how).weights, first.weights);
    }
}

TEST_F(LocalSteps, count_cases_and_batches) {
    const auto epochs = trained(*task_, start_, {.epochs = 3, .batch = 50});
    EXPECT_EQ(epochs.samples, task_->counts().cases - task_->counts().held_out_cases);
    EXPECT_EQ(epochs.steps, 3 * (epochs.samples + 49) / 50);
    EXPECT_EQ(trained(*task_, start_, {.epochs = 3, .steps = 7, .batch = 50}).steps, 7U);
}

TEST_F(LocalSteps, of_plain_descent_are_the_mean_gradient_times_rate) {
    const auto result =
        trained(*task_, start_, {.steps = 1, .learning_rate = 0.5, .want_mean_gradient = true});
    for (std::size_t i = 0; i < start_.size(); ++i) {
        EXPECT_FLOAT_EQ(result.weights[i], start_[i] - 0.5F * result.mean_gradient[i]);
    }
}

TEST_F(LocalSteps, with_fedprox_stay_nearer_the_start) {
    double before = distance(trained(*task_, start_, {.epochs = 5, .learning_rate = 0.1}).weights, start_);
    for (const double mu : {0.5, 2.0, 5.0}) {
        const double now = distance(
            trained(*task_, start_, {.epochs = 5, .learning_rate = 0.1, .proximal_mu = mu}).weights, start_);
        EXPECT_LT(now, before) << mu;
        before = now;
    }
}

TEST_F(LocalSteps, add_the_control_correction_to_every_gradient) {
    std::vector<float> correction(start_.size());
    engine::Philox(1).normal(correction);
    const TrainOptions plain{.steps = 1, .learning_rate = 0.1, .want_mean_gradient = true};
    TrainOptions corrected = plain;
    corrected.control_correction = correction;
    const auto without = trained(*task_, start_, plain), with = trained(*task_, start_, corrected);
    for (std::size_t i = 0; i < start_.size(); ++i) {
        EXPECT_NEAR(with.weights[i], without.weights[i] - 0.1F * correction[i], 1e-6F);
    }
    EXPECT_EQ(with.mean_gradient, without.mean_gradient);  // its own, before the correction
}

// SCAFFOLD's fixed point: with c - c_i of two sites, each site's steps follow the sum of both.
TEST_F(LocalSteps, with_the_mean_of_all_sites_as_correction_follow_all_sites) {
    auto other_made = make_task("synthetic-linear/1:40", {}, {0, "another site"}, context_);
    ASSERT_TRUE(other_made);
    LearningTask& other = **other_made;
    const TrainOptions whole{.steps = 1, .batch = 1000, .learning_rate = 0.1, .want_mean_gradient = true};
    const auto own = trained(*task_, start_, whole).mean_gradient,
               others = trained(other, start_, whole).mean_gradient;
    ASSERT_NE(own, others);
    std::vector<float> mine(own.size()), theirs(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
        mine[i] = (own[i] + others[i]) / 2 - own[i];
        theirs[i] = (own[i] + others[i]) / 2 - others[i];
    }
    TrainOptions how = whole;
    how.control_correction = mine;
    const auto here = trained(*task_, start_, how).weights;
    how.control_correction = theirs;
    EXPECT_LT(distance(here, trained(other, start_, how).weights), 1e-5);
}

TEST_F(LocalSteps, bound_the_norm_of_a_batch) {
    const auto result = trained(*task_, start_, {.steps = 1, .learning_rate = 1, .batch_clip = 0.01});
    EXPECT_NEAR(distance(result.weights, start_), 0.01, 1e-5);
}

TEST_F(LocalSteps, decay_weights) {
    const std::vector<float> ones(start_.size(), 1.0F);
    const TrainOptions plain{.steps = 1, .learning_rate = 0.1};
    TrainOptions decayed = plain;
    decayed.decay = 0.5;
    EXPECT_NEAR(trained(*task_, ones, decayed).weights[20], trained(*task_, ones, plain).weights[20] - 0.05F,
                1e-6F);
}

TEST_F(LocalSteps, refuse_what_cannot_be_trained_from) {
    std::vector<float> short_one = start_, broken = start_;
    short_one.pop_back();
    broken[3] = std::numeric_limits<float>::infinity();
    const std::vector<float> correction(start_.size() + 1);
    EXPECT_EQ(refused(short_one, {}).code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused(broken, {}).code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused(start_, {.epochs = 0}).code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused(start_, {.batch = 0}).code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused(start_, {.learning_rate = std::nan("")}).code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused(start_, {.momentum = 1}).code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused(start_, {.proximal_mu = -1}).code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused(start_, {.control_correction = correction}).code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused(start_, {.epochs = 100, .learning_rate = 1e30}).code(), ErrorCode::kInternal);
}

TEST_F(LocalSteps, stop_when_asked_to) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(task_->train(start_, {}, stop.get_token(), silent_progress()).error().code(),
              ErrorCode::kCancelled);
    EXPECT_EQ(task_->evaluate(start_, stop.get_token(), silent_progress()).error().code(),
              ErrorCode::kCancelled);
}

TEST(RateSchedule, falls_by_one_factor_from_first_to_last) {
    EXPECT_DOUBLE_EQ(learning_rate_at(1e-2, 1e-4, 0, 3), 1e-2);
    EXPECT_NEAR(learning_rate_at(1e-2, 1e-4, 1, 3), 1e-3, 1e-12);
    EXPECT_NEAR(learning_rate_at(1e-2, 1e-4, 2, 3), 1e-4, 1e-12);
    EXPECT_DOUBLE_EQ(learning_rate_at(1e-2, 1e-4, 0, 1), 1e-2);
}

}  // namespace
}  // namespace huizhen::learning
