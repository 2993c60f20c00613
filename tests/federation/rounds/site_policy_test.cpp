#include <gmock/gmock.h>

#include <huizhen/rounds/site_policy.h>

#include "fixtures.h"

namespace huizhen::rounds {
namespace {

struct Judged {
    Proposal proposal;
    SitePolicy policy;
    SiteFacts facts{site_id(1)};

    Judged() {
        proposal.plan = plan_for(5);
        proposal.model = object("model");
        proposal.words = 17;
        for (const SiteId& site : proposal.plan.invited) proposal.invited.push_back({site, {}});
    }
    std::string refusal() const {
        const Status status = judge(proposal, policy, facts);
        if (status) return "";
        const std::string& text = status.error().message();
        return text.substr(0, text.find(':'));
    }
    void noisy(double multiplier) {
        proposal.plan.privacy.mode = PrivacyMode::kMultiplier;
        proposal.plan.privacy.noise_multiplier = multiplier;
        proposal.plan.privacy.clip_norm = 1;
        proposal.plan.codec.weigh_by_samples = false;
    }
};

TEST(SitePolicy, the_default_takes_part) { EXPECT_EQ(Judged().refusal(), ""); }

TEST(SitePolicy, refuses_by_name) {
    struct Case {
        const char* name;
        std::function<void(Judged&)> change;
    };
    const Case cases[] = {
        {"plan-refused", [](Judged& j) { j.proposal.plan.minimum_sites = 1; }},
        {"plan-refused", [](Judged& j) { j.proposal.iteration = 2; }},
        {"plan-refused", [](Judged& j) { j.proposal.words = 0; }},
        {"not-invited", [](Judged& j) { j.facts.self = SiteId("elsewhere"); }},
        {"too-few-sites", [](Judged& j) { j.policy.min_sites = 4; }},
        {"weak-assumptions", [](Judged& j) { j.policy.min_corrupt_percent = 33; }},
        {"weak-assumptions", [](Judged& j) { j.policy.min_security_bits = 60; }},
        {"task-not-allowed", [](Judged& j) { j.policy.tasks = {"stage"}; }},
        {"strategy-not-allowed", [](Judged& j) { j.policy.strategies = {StrategyKind::kFedBn}; }},
        {"noise-demanded", [](Judged& j) { j.policy.demands_noise = true; }},
        {"too-little-noise", [](Judged& j) { j.noisy(0.5), j.policy.min_noise_multiplier = 1; }},
        {"too-many-epochs", [](Judged& j) { j.proposal.plan.learning.local_epochs = 101; }},
        {"model-too-large", [](Judged& j) { j.policy.max_model_bytes = 999; }},
        {"too-many-rounds", [](Judged& j) { j.policy.max_rounds_per_day = 2, j.facts.rounds_today = 2; }},
        {"outside-hours",
         [](Judged& j) {
             j.policy.from_minute = 22 * 60, j.policy.to_minute = 6 * 60, j.facts.minute_of_day = 720;
         }},
        {"unknown-site",
         [](Judged& j) {
             j.policy.known_sites = {site_id(0), site_id(2)};
         }},
    };
    for (const Case& one : cases) {
        Judged judged;
        one.change(judged);
        EXPECT_EQ(judged.refusal(), one.name);
        EXPECT_NE(std::find(std::begin(kPolicyNames), std::end(kPolicyNames), judged.refusal()),
                  std::end(kPolicyNames));
    }
}

TEST(SitePolicy, hours_may_go_over_midnight) {
    Judged judged;
    judged.policy.from_minute = 22 * 60;
    judged.policy.to_minute = 6 * 60;
    for (const auto& [minute, inside] :
         {std::pair{21 * 60 + 59, false}, {22 * 60, true}, {0, true}, {359, true}, {360, false}}) {
        judged.facts.minute_of_day = static_cast<std::uint32_t>(minute);
        EXPECT_EQ(judged.refusal().empty(), inside) << minute;
    }
}

TEST(SitePolicy, a_round_over_the_budget_is_refused_whatever_the_plan_says) {
    Judged judged;
    judged.noisy(1);
    const auto ledger = privacy::Ledger::restore({5, 1e-5}, {});
    judged.facts.ledger = &*ledger;
    EXPECT_EQ(judged.refusal(), "");
    privacy::Ledger spent = *ledger;
    for (std::uint64_t round = 1; round < 100; ++round) {
        auto charged = spent.charge({"plan", round, *release_of(judged.proposal.plan)});
        if (!charged) break;
        spent = *charged;
    }
    judged.facts.ledger = &spent;
    EXPECT_EQ(judged.refusal(), "over-budget");
}

TEST(SitePolicy, a_candidate_is_judged_by_task_and_size) {
    SitePolicy policy;
    Candidate candidate{"malignancy", 1, object("old"), object("new")};
    EXPECT_TRUE(judge(candidate, policy));
    policy.max_model_bytes = 10;
    EXPECT_FALSE(judge(candidate, policy));
    policy = {};
    policy.tasks = {"stage"};
    EXPECT_FALSE(judge(candidate, policy));
}

}  // namespace
}  // namespace huizhen::rounds
