#include <numeric>

#include <huizhen/exchange/site_row_codec.h>
#include <huizhen/privacy/noise.h>

#include "jobs/evaluation_job.h"
#include "jobs/plain_model.h"
#include "three_sites.h"

namespace huizhen::site {
namespace {

double norm(std::span<const float> values) {
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value) * value;
    return std::sqrt(sum);
}

// What one site's training alone adds to the model it was given.
std::vector<float> plain_update(ThreeSites& three, std::size_t i) {
    const auto work = three.work_of(i).value();
    const auto task = three.sites[i]->tasks.make(kTask).value();
    const auto start =
        model_file::ModelReader::open(three.files->path_of(three.model.digest)).value().read_all().value();
    learning::TrainOptions options;
    options.epochs = static_cast<int>(three.plan.learning.local_epochs);
    options.batch = static_cast<int>(three.plan.learning.batch);
    options.learning_rate = three.plan.learning.learning_rate;
    for (std::size_t b = 0; b < 8; ++b)
        options.seed = (b == 0 ? 0 : options.seed << 8U) | work.training_seed[b];
    auto weights = task->train(start, options, {}, silent_progress()).value().weights;
    for (std::size_t k = 0; k < weights.size(); ++k) weights[k] -= start[k];
    return weights;
}

std::vector<float> mean_of_plain_updates(ThreeSites& three) {
    std::vector<float> mean;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto update = plain_update(three, i);
        mean.resize(update.size());
        for (std::size_t k = 0; k < update.size(); ++k) mean[k] += update[k] / 3;
    }
    return mean;
}

TEST(TrainingJob, done_again_gives_the_same_masked_words) {
    ThreeSites three;
    three.open_round();
    const auto first = three.train(0);
    ASSERT_TRUE(first) << first.error().to_string();
    ASSERT_TRUE(three.files->contains(first->masked.digest));
    const auto again = three.train(0);
    ASSERT_TRUE(again);
    EXPECT_EQ(first->masked, again->masked);
    EXPECT_GT(first->samples, 0U);
}

TEST(TrainingJob, done_again_gives_the_same_words_with_noise_and_residual) {
    ThreeSites three;
    three.plan.codec.kind = rounds::CodecKind::kPacked;
    three.open_round();
    const auto first = three.train(1);
    ASSERT_TRUE(first) << first.error().to_string();
    EXPECT_TRUE(first->kept.contains(std::string(kResidual)));
    EXPECT_EQ(first->masked, three.train(1)->masked);
    EXPECT_EQ(first->kept, three.train(1)->kept);

    ThreeSites noisy;
    noisy.plan.privacy = {rounds::PrivacyMode::kMultiplier, 1.0, 1.0, 0, 1e-5};
    noisy.open_round();
    const auto once = noisy.train(2);
    ASSERT_TRUE(once) << once.error().to_string();
    EXPECT_EQ(once->masked, noisy.train(2)->masked);
    EXPECT_FALSE(once->kept.contains(std::string(kResidual)));
}

TEST(TrainingJob, the_sum_is_the_mean_of_what_was_trained) {
    ThreeSites three;
    const auto mean = three.mean_of_round();
    // The rounds' work is over; the same training, plainly.
    ThreeSites plain;
    plain.open_round();
    const auto expected = mean_of_plain_updates(plain);
    ASSERT_EQ(mean.size(), expected.size());
    for (std::size_t k = 0; k < mean.size(); ++k) EXPECT_NEAR(mean[k], expected[k], 1e-5);
}

TEST(TrainingJob, clips_what_is_sent) {
    ThreeSites three;
    three.plan.privacy.clip_norm = 0.05;
    const auto mean = three.mean_of_round();
    EXPECT_LE(norm(mean), 0.0501);
    for (const auto& site : three.sites) EXPECT_GT(site->done->norm_before_clip, 0.05);
}

TEST(TrainingJob, adds_noise_of_the_size_the_round_says) {
    ThreeSites plain, noisy;
    plain.plan.task = noisy.plan.task = kTask;
    plain.plan.privacy.clip_norm = noisy.plan.privacy.clip_norm = 0.5;
    noisy.plan.privacy.mode = rounds::PrivacyMode::kMultiplier;
    noisy.plan.privacy.noise_multiplier = 1;
    const auto clean = plain.mean_of_round();
    const auto mean = noisy.mean_of_round();
    ASSERT_EQ(mean.size(), clean.size());
    double sum = 0;
    for (std::size_t k = 0; k < mean.size(); ++k) sum += std::pow(mean[k] - clean[k], 2);
    const double stddev = std::sqrt(sum / static_cast<double>(mean.size()));
    const auto honest = rounds::honest_sites(noisy.plan, 3);
    const double of_site = privacy::noise_stddev_of_site(1, 0.5, honest);
    // Three parts in the sum, a third of it the mean; 17 or more values.
    const double expected = of_site * std::sqrt(3.0) / 3;
    EXPECT_GT(stddev, expected / 2);
    EXPECT_LT(stddev, expected * 2);
}

TEST(TrainingJob, fedbn_keeps_the_norms_at_the_site) {
    ThreeSites three;
    three.plan.strategy.kind = rounds::StrategyKind::kFedBn;
    const auto mean = three.mean_of_round();
    const auto header = three.header();
    EXPECT_EQ(mean.size() + norm_values(header), header.values());
    const auto& kept = three.sites[0]->done->kept;
    ASSERT_TRUE(kept.contains(std::string(kNorms)));
    const auto norms =
        get_vector(*three.sites[0]->kept, kept.at(std::string(kNorms)), norm_values(header)).value();
    const auto start =
        model_file::ModelReader::open(three.files->path_of(three.model.digest)).value().read_all().value();
    EXPECT_NE(norms, norms_of(header, start));
    // The next round begins with them: the update of the norms is never seen by anybody else.
    three.sites[0]->present = kept;
    three.open_round();
    const auto own = three.train(0);
    three.sites[0]->present.clear();
    const auto others = three.train(0);
    ASSERT_TRUE(own && others);
    EXPECT_NE(own->masked, others->masked);
}

TEST(TrainingJob, scaffold_sends_how_its_control_moved) {
    ThreeSites three;
    three.plan.strategy.kind = rounds::StrategyKind::kScaffold;
    const auto mean = three.mean_of_round();
    const auto values = three.header().values();
    ASSERT_EQ(mean.size(), 2 * values);
    std::vector<float> controls(values);
    for (const auto& site : three.sites) {
        const auto own =
            get_vector(*site->kept, site->done->kept.at(std::string(kOwnControl)), values).value();
        for (std::size_t k = 0; k < values; ++k) controls[k] += own[k] / 3;
    }
    // All began at zero, so the mean movement is the mean control.
    const double scale = three.plan.learning.learning_rate;
    for (std::size_t k = 0; k < values; ++k) EXPECT_NEAR(mean[values + k], scale * controls[k], 1e-5);
}

TEST(TrainingJob, a_model_of_another_shape_is_refused) {
    ThreeSites three;
    three.open_round();
    auto work = three.work_of(0).value();
    work.proposal.plan.task = "synthetic-linear/1:100";
    const auto done =
        train_and_mask(three.sites[0]->round->name(), work, {}, three.tools(0), {}, silent_progress());
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().message().starts_with("other-task")) << done.error().message();
    work = three.work_of(0).value();
    work.proposal.words += 1;
    const auto longer =
        train_and_mask(three.sites[0]->round->name(), work, {}, three.tools(0), {}, silent_progress());
    ASSERT_FALSE(longer);
    EXPECT_TRUE(longer.error().message().starts_with("other-length")) << longer.error().message();
}

TEST(TrainingJob, stops_when_it_is_asked_to) {
    ThreeSites three;
    three.open_round();
    std::stop_source stop;
    stop.request_stop();
    const auto done = train_and_mask(three.sites[0]->round->name(), three.work_of(0).value(), {},
                                     three.tools(0), stop.get_token(), silent_progress());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::kCancelled);
}

TEST(EvaluationJob, gives_a_row_of_both_models) {
    ThreeSites three;
    EvaluationWork work;
    work.candidate = {kTask, 1, three.model, put_start_model(*three.files, three.folder.path(), 2)};
    const auto row = evaluate(work, three.tools(0), {}, silent_progress());
    ASSERT_TRUE(row) << row.error().to_string();
    const auto read = exchange::decode_row("site-0000", *row);
    ASSERT_TRUE(read) << read.error().to_string();
    ASSERT_EQ(read->heads.size(), 1U);
    EXPECT_GT(read->heads[0].n, 0U);
    EXPECT_TRUE(read->heads[0].before);
}

TEST(EvaluationJob, rounds_to_rows_that_the_coordinator_takes) {
    ThreeSites three;
    for (std::uint64_t seed = 2; seed < 22; ++seed) {
        EvaluationWork work;
        work.candidate = {kTask, 1, three.model, put_start_model(*three.files, three.folder.path(), seed)};
        const auto row = evaluate(work, three.tools(seed % 3), {}, silent_progress());
        ASSERT_TRUE(row) << row.error().to_string();
        const auto read = exchange::decode_row("a", *row);
        EXPECT_TRUE(read) << read.error().to_string();
    }
}

}  // namespace
}  // namespace huizhen::site
