#include <gtest/gtest.h>

#include <huizhen/exchange/exchange.h>
#include <huizhen/test_support/data.h>

namespace huizhen::exchange {
namespace {

using aggregation::RobustKind;
using rounds::CodecKind;
using rounds::RobustRule;
using rounds::StrategyKind;

model_file::ModelHeader header() {
    model_file::ModelHeader header;
    header.task = "t";
    header.tensors = {{"conv", {2, 3}, model_file::TensorKind::kWeight},
                      {"norm", {4}, model_file::TensorKind::kNorm},
                      {"bias", {2}, model_file::TensorKind::kWeight}};
    return header;
}

rounds::TrainingPlan plan(StrategyKind kind = StrategyKind::kFedAvg) {
    rounds::TrainingPlan plan;
    plan.strategy.kind = kind;
    plan.strategy.server_rate = 0.25;
    plan.strategy.beta1 = 0.8;
    plan.strategy.beta2 = 0.95;
    plan.strategy.tau = 0.01;
    plan.learning.proximal = 0.5;
    plan.learning.learning_rate = 0.125;
    return plan;
}

TEST(Exchange, a_plan_s_strategy_is_what_both_sides_apply) {
    for (const auto& [kind, meant] : {std::pair{StrategyKind::kFedAvg, aggregation::StrategyKind::kFedAvg},
                                      {StrategyKind::kFedProx, aggregation::StrategyKind::kFedProx},
                                      {StrategyKind::kFedAdam, aggregation::StrategyKind::kFedAdam},
                                      {StrategyKind::kScaffold, aggregation::StrategyKind::kScaffold},
                                      {StrategyKind::kFedBn, aggregation::StrategyKind::kFedBn}}) {
        const auto strategy = strategy_of(plan(kind), header());
        ASSERT_TRUE(strategy) << strategy.error().to_string();
        const auto& settings = strategy->settings();
        EXPECT_EQ(settings.kind, meant);
        EXPECT_EQ(rounds::strategy_name(kind), aggregation::strategy_name(meant));
        EXPECT_EQ(settings.server_rate, 0.25);
        EXPECT_EQ(settings.adam_rate, 0.25);
        EXPECT_EQ(settings.mu, 0.5);
        EXPECT_EQ(settings.beta1, 0.8);
        EXPECT_EQ(settings.beta2, 0.95);
        EXPECT_EQ(settings.tau, 0.01);
        EXPECT_EQ(settings.control_scale, 0.125);
        EXPECT_EQ(strategy->model_values(), 12U);
    }
}

TEST(Exchange, fedbn_keeps_the_norms_and_scaffold_sends_two_vectors) {
    EXPECT_EQ(strategy_of(plan(), header())->upload_values(), 12U);
    EXPECT_EQ(strategy_of(plan(StrategyKind::kFedBn), header())->upload_values(), 8U);
    EXPECT_EQ(strategy_of(plan(StrategyKind::kScaffold), header())->upload_values(), 24U);
}

TEST(Exchange, refuses_a_strategy_with_nothing_to_send) {
    auto norms_alone = header();
    norms_alone.tensors = {norms_alone.tensors[1]};
    const auto strategy = strategy_of(plan(StrategyKind::kFedBn), norms_alone);
    ASSERT_FALSE(strategy);
    EXPECT_EQ(strategy.error().code(), ErrorCode::kInvalidArgument);
    auto backwards = plan();
    backwards.strategy.server_rate = -1;
    EXPECT_FALSE(strategy_of(backwards, header()));
}

TEST(Exchange, a_plan_s_codec_is_what_both_sides_apply) {
    for (const auto& [kind, meant] : {std::pair{CodecKind::kFixedPoint, compression::CodecKind::kFixedPoint},
                                      {CodecKind::kPacked, compression::CodecKind::kQuantised},
                                      {CodecKind::kSparse, compression::CodecKind::kSparse},
                                      {CodecKind::kSparsePacked, compression::CodecKind::kSparseQuantised}}) {
        auto with = plan();
        with.codec = {kind, 2.5, 6, 0.2, kind == CodecKind::kFixedPoint, 700};
        const auto codec = codec_of(with, 9);
        EXPECT_EQ(codec.kind, meant);
        EXPECT_EQ(codec.clip, 2.5);
        EXPECT_EQ(codec.bits, 6U);
        EXPECT_EQ(codec.keep_fraction, 0.2);
        EXPECT_EQ(codec.max_samples, 700U);
        EXPECT_EQ(codec.max_sites, 9U);
        EXPECT_EQ(codec.weighting,
                  kind == CodecKind::kFixedPoint ? secagg::Weighting::kBySamples : secagg::Weighting::kEqual);
        EXPECT_EQ(is_sparse(with), kind == CodecKind::kSparse || kind == CodecKind::kSparsePacked);
    }
}

TEST(Exchange, a_robust_rule_cuts_whole_groups) {
    const auto rule = [](RobustRule robust, double trim, std::uint32_t groups) {
        auto with = plan();
        with.strategy.robust = robust;
        with.strategy.trim = trim;
        const auto settings = robust_of(with, groups);
        return std::pair(settings.kind, settings.false_groups);
    };
    EXPECT_EQ(rule(RobustRule::kMean, 0.2, 5), std::pair(RobustKind::kMean, 0U));
    EXPECT_EQ(rule(RobustRule::kMedian, 0.2, 5), std::pair(RobustKind::kMedian, 0U));
    EXPECT_EQ(rule(RobustRule::kTrimmedMean, 0.2, 5), std::pair(RobustKind::kTrimmedMean, 1U));
    EXPECT_EQ(rule(RobustRule::kTrimmedMean, 0.29, 100), std::pair(RobustKind::kTrimmedMean, 29U));
    EXPECT_EQ(rule(RobustRule::kTrimmedMean, 0.19, 5), std::pair(RobustKind::kTrimmedMean, 0U));
    EXPECT_EQ(rule(RobustRule::kKrum, 0.3, 7), std::pair(RobustKind::kKrum, 2U));
}

class ExchangeState : public ::testing::Test {
  protected:
    ExchangeState() {
        model_file::ModelHeader state;
        state.task = std::string(kStateTask);
        state.tensors = {{std::string(kControl), {3}, model_file::TensorKind::kWeight},
                         {std::string(kLastMean), {2}, model_file::TensorKind::kWeight}};
        auto writer = model_file::ModelWriter::create(path_, state);
        EXPECT_TRUE(writer->append(std::vector{1.0F, 2.0F, 3.0F, 4.0F, 5.0F}));
        EXPECT_TRUE(writer->finish());
        reader_.emplace(*model_file::ModelReader::open(path_));
    }
    testing::TemporaryFolder folder_;
    std::filesystem::path path_ = folder_.path() / "state";
    std::optional<model_file::ModelReader> reader_;
};

TEST_F(ExchangeState, vectors_are_found_by_their_names) {
    EXPECT_EQ(*vector_of(&*reader_, kControl, 3), (std::vector{1.0F, 2.0F, 3.0F}));
    EXPECT_EQ(*vector_of(&*reader_, kLastMean, 2), (std::vector{4.0F, 5.0F}));
    EXPECT_TRUE(vector_of(&*reader_, "m", 3)->empty());
    EXPECT_TRUE(vector_of(nullptr, kControl, 3)->empty());
}

TEST_F(ExchangeState, only_a_sparse_codec_wants_the_last_mean) {
    auto sparse = plan();
    sparse.codec.kind = CodecKind::kSparse;
    EXPECT_EQ(*last_mean_of(sparse, &*reader_, 2), (std::vector{4.0F, 5.0F}));
    EXPECT_TRUE(last_mean_of(sparse, nullptr, 2)->empty());
    EXPECT_TRUE(last_mean_of(plan(), &*reader_, 2)->empty());
}

TEST_F(ExchangeState, a_vector_of_another_length_than_the_model_is_an_error) {
    for (const std::uint64_t values : {2U, 4U}) {
        const auto control = vector_of(&*reader_, kControl, values);
        ASSERT_FALSE(control);
        EXPECT_TRUE(control.error().message().starts_with("state-malformed")) << control.error().message();
    }
    auto sparse = plan();
    sparse.codec.kind = CodecKind::kSparse;
    EXPECT_FALSE(last_mean_of(sparse, &*reader_, 3));
}

TEST_F(ExchangeState, a_state_that_was_cut_meanwhile_is_an_error) {
    std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 4);
    EXPECT_FALSE(vector_of(&*reader_, kLastMean, 2));
}

}  // namespace
}  // namespace huizhen::exchange
