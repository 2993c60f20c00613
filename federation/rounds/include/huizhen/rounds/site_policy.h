#pragma once

// What a hospital takes part in, whatever the coordinator plans. A refusal starts with its name
// ("task-not-allowed: ..."); the names are stable, audit records and the coordinator's screen show them.

#include <set>

#include <huizhen/privacy/ledger.h>
#include <huizhen/rounds/message.h>

namespace huizhen::rounds {

struct SitePolicy {
    std::uint32_t min_sites = 3;            // in a sum
    std::uint32_t min_corrupt_percent = 0;  // that the plan must assume
    std::uint32_t min_security_bits = 40;
    std::set<std::string> tasks;        // allowed; empty: every one
    std::set<StrategyKind> strategies;  // allowed; empty: every one
    bool demands_noise = false;         // no round without noise for privacy
    double min_noise_multiplier = 0;    // where there is noise
    std::uint32_t max_local_epochs = 100;
    std::uint64_t max_model_bytes = std::uint64_t{8} << 30;
    std::uint32_t max_rounds_per_day = 0;                // 0: as many as there are
    std::uint32_t from_minute = 0, to_minute = 24 * 60;  // of the site's day; from > to: over midnight
    std::set<SiteId> known_sites;                        // empty: every enrolled one
};

// What the policy is judged against. Borrowed.
struct SiteFacts {
    SiteId self;
    std::uint32_t rounds_today = 0;           // that this site has started
    std::uint32_t minute_of_day = 0;          // local
    const privacy::Ledger* ledger = nullptr;  // none: no budget is kept
};

// The stable names.
inline constexpr std::string_view kPolicyNames[] = {
    "plan-refused",         "not-invited",    "too-few-sites",    "weak-assumptions", "task-not-allowed",
    "strategy-not-allowed", "noise-demanded", "too-little-noise", "too-many-epochs",  "model-too-large",
    "too-many-rounds",      "outside-hours",  "unknown-site",     "over-budget"};

// kPermissionDenied, by name. Its answer is an input of the round (SiteSetup), so that a policy that is
// changed later does not change a replay.
Status judge(const Proposal& proposal, const SitePolicy& policy, const SiteFacts& facts);
// The same for a candidate of a round this site missed.
Status judge(const Candidate& candidate, const SitePolicy& policy);

// What taking part spends; none without noise.
std::optional<privacy::GaussianRelease> release_of(const TrainingPlan& plan);

}  // namespace huizhen::rounds
