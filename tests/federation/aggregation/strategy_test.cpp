#include <huizhen/aggregation/site_update.h>

namespace huizhen::aggregation {
namespace {

Layout layout() {
    return {{"stem.weight", 4, TensorKind::kWeight},
            {"stem.norm.scale", 2, TensorKind::kNorm},
            {"stem.norm.shift", 2, TensorKind::kNorm},
            {"body.weight", 3, TensorKind::kWeight},
            {"head.weight", 1, TensorKind::kWeight}};
}

Strategy strategy(StrategyKind kind) {
    StrategySettings settings;
    settings.kind = kind;
    return Strategy::make(settings, layout()).value();
}

std::vector<float> counting(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i + 1);
    return values;
}

TEST(Strategy, names_go_both_ways) {
    for (const char* name : {"fedavg", "fedprox", "fedadam", "scaffold", "fedbn"}) {
        EXPECT_EQ(strategy_name(strategy_named(name).value()), name);
    }
    EXPECT_FALSE(strategy_named("fedsgd"));
}

TEST(Strategy, says_how_long_an_upload_is) {
    EXPECT_EQ(strategy(StrategyKind::kFedAvg).upload_values(), 12u);
    EXPECT_EQ(strategy(StrategyKind::kFedAdam).upload_values(), 12u);
    EXPECT_EQ(strategy(StrategyKind::kScaffold).upload_values(), 24u);
    EXPECT_EQ(strategy(StrategyKind::kFedBn).upload_values(), 8u);
    for (const auto kind : {StrategyKind::kFedAvg, StrategyKind::kScaffold, StrategyKind::kFedBn}) {
        EXPECT_EQ(upload_length(strategy(kind).settings(), layout()), strategy(kind).upload_values());
    }
}

TEST(Strategy, refuses_settings_that_make_no_step) {
    const auto refused = [](auto change) {
        StrategySettings settings;
        change(settings);
        return !Strategy::make(settings, layout());
    };
    EXPECT_TRUE(refused([](auto& s) { s.server_rate = 0; }));
    EXPECT_TRUE(refused([](auto& s) { s.server_rate = std::nan(""); }));
    EXPECT_TRUE(refused([](auto& s) { s.mu = -1; }));
    EXPECT_TRUE(refused([](auto& s) { s.beta2 = 1; }));
    EXPECT_TRUE(refused([](auto& s) { s.tau = 0; }));
    EXPECT_TRUE(refused([](auto& s) { s.control_scale = 0; }));
    EXPECT_TRUE(refused([](auto& s) { s.kind = static_cast<StrategyKind>(77); }));
    EXPECT_FALSE(refused([](auto&) {}));
    StrategySettings fedbn;
    fedbn.kind = StrategyKind::kFedBn;
    EXPECT_FALSE(Strategy::make(fedbn, {{"norm", 3, TensorKind::kNorm}}));
}

TEST(Strategy, fedbn_sends_and_takes_over_all_but_the_normalisations) {
    const Strategy fedbn = strategy(StrategyKind::kFedBn);
    std::vector<float> upload(8);
    pack_update(fedbn, counting(12), {}, upload);
    EXPECT_EQ(upload, (std::vector<float>{1, 2, 3, 4, 9, 10, 11, 12}));
    std::vector<float> local(12, -5);
    take_over(fedbn, counting(12), local);
    EXPECT_EQ(local, (std::vector<float>{1, 2, 3, 4, -5, -5, -5, -5, 9, 10, 11, 12}));
    take_over(strategy(StrategyKind::kFedAvg), counting(12), local);
    EXPECT_EQ(local, counting(12));
}

TEST(Strategy, scaffold_sends_the_control_behind_the_update) {
    StrategySettings settings;
    settings.kind = StrategyKind::kScaffold;
    settings.control_scale = 0.5;
    const Strategy scaffold = Strategy::make(settings, {{"w", 3, TensorKind::kWeight}}).value();
    std::vector<float> upload(6);
    pack_update(scaffold, std::vector<float>{1, 2, 3}, std::vector<float>{10, 20, 30}, upload);
    EXPECT_EQ(upload, (std::vector<float>{1, 2, 3, 5, 10, 15}));
}

// With plain gradients and no control yet, option II gives the mean gradient along the way.
TEST(Strategy, a_sites_control_is_the_mean_gradient_of_its_steps) {
    std::vector<float> own = {0.5F, 0}, added(2);
    const std::vector<float> server = {0.25F, 1};
    const std::vector<float> update = {-0.2F, 0.4F};
    update_control(update, server, 4, 0.1, own, added);
    EXPECT_NEAR(added[0], -0.25 + 0.5, 1e-6);
    EXPECT_NEAR(added[1], -1 - 1, 1e-6);
    EXPECT_NEAR(own[0], 0.5 - 0.25 + 0.5, 1e-6);
    EXPECT_NEAR(own[1], -2, 1e-6);
}

}  // namespace
}  // namespace huizhen::aggregation
