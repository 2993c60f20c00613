#include "simulation/simulation.h"

#include <federation/v1/coordinator.pb.h>
#include <gtest/gtest.h>

namespace huizhen::coordinator::simulation {
namespace {

namespace v1 = federation::v1;

v1::Plan plan_of(std::uint32_t rounds) {
    v1::Plan plan = standard_plan();
    plan.set_rounds(rounds);
    return plan;
}

Result<Report> play(const v1::Plan& plan, const Options& options) {
    return simulate(plan, options, {}, {}, silent_progress());
}

Report played(const v1::Plan& plan, const Options& options) {
    auto report = play(plan, options);
    EXPECT_TRUE(report) << report.error().to_string();
    return report ? std::move(*report) : Report();
}

TEST(Simulation, learns_and_every_round_is_exact) {
    const Report report = played(plan_of(3), {.sites = 5, .seed = 1, .faults = {}});
    ASSERT_EQ(report.rounds.size(), 3u);
    for (const RoundReport& round : report.rounds) {
        EXPECT_EQ(round.included, 5u);
        EXPECT_TRUE(round.exact);
    }
    ASSERT_EQ(report.heads.size(), 1u);
    EXPECT_GT(report.heads[0].auc.estimate, 0.8);
    EXPECT_TRUE(report.sound());
}

TEST(Simulation, the_same_seed_gives_the_same_report) {
    const Faults faults{.drop = 0.1, .duplicate = 0.1, .delay_ms = 2'000, .crash = 0.02, .dropout = 0.1};
    const Options options{.sites = 10, .seed = 7, .faults = faults};
    const std::string first = json_of(played(plan_of(2), options));
    EXPECT_EQ(json_of(played(plan_of(2), options)), first);
    Options other = options;
    other.seed = 8;
    EXPECT_NE(json_of(played(plan_of(2), other)), first);
}

TEST(Simulation, faults_change_no_model) {
    const Options quiet{.sites = 6, .seed = 3, .faults = {}};
    const std::string undisturbed = played(plan_of(3), quiet).model;
    std::size_t crashes = 0;
    for (const Faults& faults :
         {Faults{.drop = 0.2}, Faults{.duplicate = 0.5, .delay_ms = 5'000}, Faults{.crash = 0.1},
          Faults{.drop = 0.1, .duplicate = 0.1, .crash = 0.05}}) {
        const Report report = played(plan_of(3), {.sites = 6, .seed = 3, .faults = faults});
        EXPECT_TRUE(report.sound());
        EXPECT_EQ(report.model, undisturbed);
        for (const RoundReport& round : report.rounds) crashes += round.crashes;
    }
    EXPECT_GT(crashes, 10u);
}

TEST(Simulation, below_the_quorum_a_round_ends_by_name) {
    v1::Plan plan = plan_of(1);
    plan.set_max_attempts(2);
    plan.set_minimum_sites(8);
    const Report report = played(plan, {.sites = 10, .seed = 2, .faults = {.dropout = 0.5}});
    ASSERT_EQ(report.rounds.size(), 2u);
    for (const RoundReport& round : report.rounds) {
        EXPECT_TRUE(round.failure.starts_with("too-few-sites: ")) << round.failure;
        EXPECT_TRUE(round.model.empty());
    }
    EXPECT_TRUE(report.failure.starts_with("too-few-sites: ")) << report.failure;
    EXPECT_GE(report.vanished, 3u);
    EXPECT_TRUE(report.sound());
}

TEST(Simulation, forty_sites_of_which_a_tenth_vanishes) {
    const Report report = played(plan_of(2), {.sites = 40, .seed = 5, .faults = {.dropout = 0.1}});
    EXPECT_EQ(report.vanished, 4u);
    EXPECT_TRUE(report.failure.empty()) << report.failure;
    EXPECT_TRUE(report.sound());
}

TEST(Simulation, encodings_with_memory_and_strategies_with_moments_are_exact) {
    v1::Plan plan = plan_of(3);
    plan.mutable_strategy()->set_strategy(v1::STRATEGY_FEDADAM);
    plan.mutable_encoding()->set_encoding(v1::ENCODING_SPARSE_QUANTISED);
    const Options quiet{.sites = 5, .seed = 4, .faults = {}};
    const Report report = played(plan, {.sites = 5, .seed = 4, .faults = {.crash = 0.05}});
    EXPECT_TRUE(report.sound());
    EXPECT_EQ(report.model, played(plan, quiet).model);
}

TEST(Simulation, the_plan_may_name_the_sites) {
    v1::Plan plan = plan_of(1);
    for (const char* name : {"xiehe", "ruijin", "tongji"}) plan.add_sites(name);
    EXPECT_EQ(played(plan, {.sites = 10, .seed = 1, .faults = {}}).sites, 3u);
}

TEST(Simulation, says_what_it_does_not_simulate) {
    v1::Plan plan = plan_of(1);
    plan.mutable_strategy()->set_strategy(v1::STRATEGY_SCAFFOLD);
    const auto scaffold = play(plan, {});
    ASSERT_FALSE(scaffold);
    EXPECT_TRUE(scaffold.error().message().starts_with("not-simulated: with scaffold"));
    v1::Plan crops = plan_of(1);
    crops.set_task("ct-crops/1");
    const auto cases = play(crops, {});
    ASSERT_FALSE(cases);
    EXPECT_TRUE(cases.error().message().starts_with("no-cases: ct-crops/1"));
}

TEST(Simulation, is_stopped) {
    std::stop_source stop;
    stop.request_stop();
    const auto report = simulate(plan_of(1), {}, {}, stop.get_token(), silent_progress());
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace huizhen::coordinator::simulation
