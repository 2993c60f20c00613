#include <random>

#include <huizhen/aggregation/server_step.h>

namespace huizhen::aggregation {
namespace {

Strategy strategy_of(StrategySettings settings, const Layout& layout) {
    return Strategy::make(settings, layout).value();
}

std::vector<float> gaussian(std::size_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values) value = normal(engine);
    return values;
}

TEST(ServerStep, fedavg_adds_the_mean_update) {
    StrategySettings settings;
    settings.server_rate = 0.5;
    const Strategy fedavg = strategy_of(settings, {{"w", 2, TensorKind::kWeight}});
    std::vector<float> model = {1, 2};
    ServerState state;
    ASSERT_TRUE(step_server(fedavg, model, std::vector<float>{4, -8}, state));
    EXPECT_EQ(model, (std::vector<float>{3, -2}));
    EXPECT_TRUE(state.empty());
}

// Reference: algorithm 2 of Reddi et al. written out in numpy, float64, five steps.
TEST(ServerStep, fedadam_agrees_with_the_published_algorithm) {
    StrategySettings settings;
    settings.kind = StrategyKind::kFedAdam;
    settings.adam_rate = 0.1;
    const Strategy fedadam = strategy_of(settings, {{"w", 3, TensorKind::kWeight}});
    std::vector<float> model = {0.5F, -1, 2};
    ServerState state;
    const double expected[5][3] = {{0.59672273, -1.06184615, 2.09050283},
                                   {0.72826589, -1.16586271, 2.08389844},
                                   {0.88250221, -1.29736797, 2.1337284},
                                   {1.05286393, -1.44866492, 2.12505758},
                                   {1.23507966, -1.61507378, 2.16120233}};
    for (int t = 0; t < 5; ++t) {
        const std::vector<float> mean = {0.3F, -0.02F * static_cast<float>(t + 1), t % 2 == 0 ? 0.1F : -0.1F};
        ASSERT_TRUE(step_server(fedadam, model, mean, state));
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(model[i], expected[t][i], 2e-6) << t << ", " << i;
    }
    EXPECT_NEAR(state["m"][1], -0.0262882, 1e-7);
    EXPECT_NEAR(state["v"][0], 0.00441185, 1e-7);
}

TEST(ServerStep, scaffold_moves_the_control_by_the_share_that_took_part) {
    StrategySettings settings;
    settings.kind = StrategyKind::kScaffold;
    settings.control_scale = 2;
    const Strategy scaffold = strategy_of(settings, {{"w", 2, TensorKind::kWeight}});
    std::vector<float> model = {1, 1};
    ServerState state;
    ASSERT_TRUE(step_server(scaffold, model, std::vector<float>{1, 2, 8, -8}, state, 0.25));
    EXPECT_EQ(model, (std::vector<float>{2, 3}));
    EXPECT_EQ(state["control"], (std::vector<float>{1, -1}));
    ASSERT_TRUE(step_server(scaffold, model, std::vector<float>{0, 0, 8, -8}, state, 1));
    EXPECT_EQ(state["control"], (std::vector<float>{5, -5}));
}

TEST(ServerStep, fedbn_leaves_the_normalisations_alone) {
    StrategySettings settings;
    settings.kind = StrategyKind::kFedBn;
    const Strategy fedbn = strategy_of(
        settings,
        {{"n0", 1, TensorKind::kNorm}, {"w", 2, TensorKind::kWeight}, {"n1", 2, TensorKind::kNorm}});
    std::vector<float> model = {1, 2, 3, 4, 5};
    ServerState state;
    ASSERT_TRUE(step_server(fedbn, model, std::vector<float>{10, 20}, state));
    EXPECT_EQ(model, (std::vector<float>{1, 12, 23, 4, 5}));
}

// Borders of parts, of tensors and of the vector all fall in different places.
TEST(ServerStep, by_parts_gives_what_a_loop_over_all_gives) {
    const std::uint64_t part = kPartValues;
    const Layout layout = {{"a", part + 17, TensorKind::kWeight}, {"b", 5, TensorKind::kNorm},
                           {"c", part - 3, TensorKind::kNorm},    {"d", 2 * part + 1, TensorKind::kWeight},
                           {"e", 1, TensorKind::kNorm},           {"f", 3, TensorKind::kWeight}};
    for (const auto kind :
         {StrategyKind::kFedAvg, StrategyKind::kFedAdam, StrategyKind::kScaffold, StrategyKind::kFedBn}) {
        StrategySettings settings;
        settings.kind = kind;
        const Strategy strategy = strategy_of(settings, layout);
        const std::size_t values = strategy.model_values();
        const std::vector<float> before = gaussian(values, 1), mean = gaussian(strategy.upload_values(), 2);
        std::vector<float> model = before;
        ServerState state;
        ASSERT_TRUE(step_server(strategy, model, mean, state, 0.5));
        std::size_t at = 0, sent = 0;
        for (const LayoutTensor& tensor : layout) {
            for (std::uint64_t i = 0; i < tensor.count; ++i, ++at) {
                float expected = before[at];
                if (kind == StrategyKind::kFedAdam) {
                    const double d = mean[at], m = 0.1 * d;
                    const double v = 0.99 * static_cast<double>(1e-6F) + 0.01 * d * d;
                    expected = static_cast<float>(before[at] + 0.01 * m / (std::sqrt(v) + 1e-3));
                    ASSERT_NEAR(model[at], expected, 1e-6);
                    continue;
                }
                if (kind != StrategyKind::kFedBn || tensor.kind == TensorKind::kWeight) {
                    expected = static_cast<float>(before[at] + static_cast<double>(mean[sent++]));
                }
                ASSERT_EQ(model[at], expected) << strategy_name(kind) << " value " << at;
                if (kind == StrategyKind::kScaffold) {
                    ASSERT_EQ(state["control"][at], 0.5F * mean[values + at]);
                }
            }
        }
    }
}

TEST(ServerStep, refuses_what_makes_no_model_and_changes_nothing) {
    const Strategy fedavg = strategy_of({}, {{"w", 2, TensorKind::kWeight}});
    std::vector<float> model = {3e38F, 1};
    ServerState state;
    EXPECT_EQ(step_server(fedavg, model, std::vector<float>{3e38F, 1}, state).error().code(),
              ErrorCode::kUntrustworthyInput);
    EXPECT_EQ(model, (std::vector<float>{3e38F, 1}));
    EXPECT_FALSE(step_server(fedavg, model, std::vector<float>{1}, state));
    EXPECT_FALSE(step_server(fedavg, model, std::vector<float>{1, 1}, state, 0));
    EXPECT_FALSE(step_server(fedavg, model, std::vector<float>{1, 1}, state, 1.5));
    StrategySettings settings;
    settings.kind = StrategyKind::kFedAdam;
    const Strategy fedadam = strategy_of(settings, {{"w", 2, TensorKind::kWeight}});
    state["m"] = {1};
    EXPECT_FALSE(step_server(fedadam, model, std::vector<float>{1, 1}, state));
}

}  // namespace
}  // namespace huizhen::aggregation
