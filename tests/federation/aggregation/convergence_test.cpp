// Sites that differ: site i has the loss a_i/2 (w - b_i)^2, so its optimum is b_i and that of all together is
// sum a_i b_i / sum a_i. Everything the strategies do on it is known in closed form.

#include <huizhen/aggregation/server_step.h>
#include <huizhen/aggregation/site_update.h>

namespace huizhen::aggregation {
namespace {

struct Site {
    double curvature, optimum;
    std::vector<float> control = {0};
};

struct Local {
    int steps = 10;
    double rate = 0.1, mu = 0;
};

const std::vector<Site> kSites = {{0.2, -3}, {1, 1}, {4, 2}, {0.5, 10}};

double common_optimum() {
    double top = 0, bottom = 0;
    for (const Site& site : kSites) {
        top += site.curvature * site.optimum;
        bottom += site.curvature;
    }
    return top / bottom;
}

float train(const Site& site, float start, double correction, const Local& local) {
    double w = start;
    for (int i = 0; i < local.steps; ++i) {
        w -= local.rate * (site.curvature * (w - site.optimum) + local.mu * (w - start) + correction);
    }
    return static_cast<float>(w - start);
}

// Where the model is after `rounds`. `present`: how many sites take part in a round, in turn.
double train_together(const StrategySettings& settings, const Local& local, int rounds,
                      std::size_t present = kSites.size()) {
    const Strategy strategy = Strategy::make(settings, {{"w", 1, TensorKind::kWeight}}).value();
    std::vector<Site> sites = kSites;
    std::vector<float> model = {0}, control = {0};
    ServerState state;
    for (int round = 0; round < rounds; ++round) {
        std::vector<float> mean(strategy.upload_values());
        for (std::size_t i = 0; i < present; ++i) {
            Site& site = sites[(static_cast<std::size_t>(round) * present + i) % sites.size()];
            const double correction = strategy.has_control() ? control[0] - site.control[0] : 0;
            const std::vector<float> update = {train(site, model[0], correction, local)};
            std::vector<float> control_update(strategy.has_control() ? 1UL : 0UL), upload(mean.size());
            if (strategy.has_control()) {
                update_control(update, control, static_cast<std::uint32_t>(local.steps), local.rate,
                               site.control, control_update);
            }
            pack_update(strategy, update, control_update, upload);
            for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += upload[j] / static_cast<float>(present);
        }
        const double participation = static_cast<double>(present) / static_cast<double>(sites.size());
        EXPECT_TRUE(step_server(strategy, model, mean, state, participation));
        if (strategy.has_control()) control = state["control"];
    }
    return model[0];
}

StrategySettings settings_of(StrategyKind kind) {
    StrategySettings settings;
    settings.kind = kind;
    return settings;
}

// Where K local steps pull: site i moves by (1 - (1 - rate a_i)^K) (b_i - w).
double fedavg_fixed_point(const Local& local) {
    double top = 0, bottom = 0;
    for (const Site& site : kSites) {
        const double pull = 1 - std::pow(1 - local.rate * site.curvature, local.steps);
        top += pull * site.optimum;
        bottom += pull;
    }
    return top / bottom;
}

TEST(Convergence, fedavg_ends_where_client_drift_leads_it) {
    const Local local;
    const double end = train_together(settings_of(StrategyKind::kFedAvg), local, 300);
    EXPECT_NEAR(end, fedavg_fixed_point(local), 1e-4);
    EXPECT_GT(std::abs(end - common_optimum()), 0.3);  // not the optimum: that is the drift
    // One local step is gradient descent and has none.
    EXPECT_NEAR(train_together(settings_of(StrategyKind::kFedAvg), {1, 0.1, 0}, 400), common_optimum(), 1e-4);
}

TEST(Convergence, scaffold_takes_the_drift_away) {
    const Local local;
    EXPECT_NEAR(train_together(settings_of(StrategyKind::kScaffold), local, 300), common_optimum(), 1e-4);
}

TEST(Convergence, scaffold_gets_there_with_half_the_sites_in_each_round) {
    const Local local;
    EXPECT_NEAR(train_together(settings_of(StrategyKind::kScaffold), local, 2000, 2), common_optimum(), 1e-3);
}

TEST(Convergence, fedprox_drifts_less_than_fedavg) {
    const StrategySettings settings = settings_of(StrategyKind::kFedProx);
    const double none = std::abs(train_together(settings, {10, 0.1, 0}, 3000) - common_optimum());
    const double some = std::abs(train_together(settings, {10, 0.1, 1}, 3000) - common_optimum());
    const double much = std::abs(train_together(settings, {10, 0.1, 4}, 3000) - common_optimum());
    EXPECT_LT(some, none);
    EXPECT_LT(much, some);
    EXPECT_LT(much, 0.5 * none);
}

// Adam's step does not shrink with the update: it circles within its rate of where the mean update is zero.
TEST(Convergence, fedadam_reaches_the_mean_updates_zero) {
    StrategySettings settings = settings_of(StrategyKind::kFedAdam);
    settings.adam_rate = 0.02;
    const Local local;
    EXPECT_NEAR(train_together(settings, local, 1500), fedavg_fixed_point(local), 0.03);
}

// Sites whose scanners scale the same picture differently: y = w * norm_i * x, with x measured in other units
// at each site. One norm for all cannot fit; one norm a site can.
TEST(Convergence, fedbn_fits_sites_whose_inputs_are_scaled_differently) {
    const auto loss_after = [](StrategyKind kind) {
        const Strategy strategy =
            Strategy::make(settings_of(kind), {{"w", 1, TensorKind::kWeight}, {"norm", 1, TensorKind::kNorm}})
                .value();
        const double units[] = {0.5, 1, 2};
        std::vector<float> server = {1, 1};
        std::vector<std::vector<float>> own(3, server);
        ServerState state;
        double loss = 0;
        for (int round = 0; round < 400; ++round) {
            std::vector<float> mean(strategy.upload_values());
            loss = 0;
            for (std::size_t i = 0; i < 3; ++i) {
                take_over(strategy, server, own[i]);
                double w = own[i][0], norm = own[i][1];
                for (int k = 0; k < 5; ++k) {
                    const double error = w * norm * units[i] - 3;
                    const double by_w = error * norm * units[i], by_norm = error * w * units[i];
                    w -= 0.02 * by_w;
                    norm -= 0.02 * by_norm;
                }
                loss += std::pow(own[i][0] * own[i][1] * units[i] - 3, 2);
                const std::vector<float> update = {static_cast<float>(w - own[i][0]),
                                                   static_cast<float>(norm - own[i][1])};
                own[i] = {static_cast<float>(w), static_cast<float>(norm)};
                std::vector<float> upload(mean.size());
                pack_update(strategy, update, {}, upload);
                for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += upload[j] / 3;
            }
            EXPECT_TRUE(step_server(strategy, server, mean, state));
        }
        return loss;
    };
    EXPECT_LT(loss_after(StrategyKind::kFedBn), 1e-3);
    EXPECT_GT(loss_after(StrategyKind::kFedAvg), 1);
}

}  // namespace
}  // namespace huizhen::aggregation
