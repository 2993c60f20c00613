#include <bit>

#include <huizhen/privacy/accountant.h>
#include <huizhen/rounds/plan.h>
#include <huizhen/rounds/reason.h>
#include <huizhen/secure_aggregation/fixed_point.h>

namespace huizhen::rounds {

namespace {

Status refused(std::string what) { return fail(ErrorCode::kInvalidArgument, "the plan: " + std::move(what)); }

bool within(double value, double low, double high) { return value >= low && value <= high; }

bool strictly_ascending(const std::vector<SiteId>& sites) {
    return std::adjacent_find(sites.begin(), sites.end(), std::greater_equal<>()) == sites.end();
}

Status check_names(const TrainingPlan& plan) {
    if (plan.id.empty() || plan.id.str().size() > kMaxIdBytes) {
        return refused("an id of 1 to " + std::to_string(kMaxIdBytes) + " bytes is needed");
    }
    if (plan.name.size() > kMaxTextBytes || plan.task.empty() || plan.task.size() > kMaxTextBytes) {
        return refused("a task and a name of at most " + std::to_string(kMaxTextBytes) + " bytes are needed");
    }
    // They travel as they are: a peer that cleaned them would be in another plan.
    for (const std::string* text : {&plan.id.str(), &plan.name, &plan.task}) {
        if (reason_text(*text) != *text) return refused("control characters in its id, name or task");
    }
    if (plan.start_model.bytes == 0 || plan.start_model.bytes > kMaxObjectBytes) {
        return refused("a start model is needed");
    }
    return {};
}

Status check_sites(const TrainingPlan& plan) {
    if (plan.invited.size() > kMaxInvited) {
        return refused("at most " + std::to_string(kMaxInvited) + " sites");
    }
    if (!strictly_ascending(plan.invited) || !strictly_ascending(plan.mandatory)) {
        return refused("sites are listed in order and once");
    }
    for (const SiteId& site : plan.invited) {
        if (site.empty() || site.str().size() > kMaxSiteNameBytes)
            return refused("a site's name is too long");
    }
    if (!std::includes(plan.invited.begin(), plan.invited.end(), plan.mandatory.begin(),
                       plan.mandatory.end())) {
        return refused("a mandatory site is not invited");
    }
    if (plan.minimum_sites < kMinGroupSites) {
        return refused("the minimum is " + std::to_string(kMinGroupSites) +
                       " sites: a sum over fewer tells too much about one");
    }
    if (plan.minimum_sites > plan.invited.size()) {
        return refused("a minimum of " + std::to_string(plan.minimum_sites) + " sites, but " +
                       std::to_string(plan.invited.size()) + " are invited");
    }
    return {};
}

Status check_groups(const TrainingPlan& plan) {
    const bool robust = plan.strategy.robust != RobustRule::kMean;
    if (plan.groups == 0) {
        return robust ? refused("a robust rule needs groups; set at least " + std::to_string(kMinGroups))
                      : Status{};
    }
    if (!robust) return refused("groups are for a robust rule: trimmed mean, median or Krum");
    if (plan.groups < kMinGroups || plan.groups > kMaxGroups) {
        return refused("a robust rule takes " + std::to_string(kMinGroups) + " groups or more");
    }
    if (plan.minimum_sites < kMinGroups * kMinGroupSites) {
        return refused("groups of " + std::to_string(kMinGroupSites) + " take a minimum of at least " +
                       std::to_string(kMinGroups * kMinGroupSites) + " sites");
    }
    if (plan.minimum_sites < plan.groups * kMinGroupSites) {
        return refused(std::to_string(plan.groups) + " groups of " + std::to_string(kMinGroupSites) +
                       " take a minimum of " + std::to_string(plan.groups * kMinGroupSites) +
                       " sites; plan fewer groups or invite more sites");
    }
    return {};
}

Status check_learning(const TrainingPlan& plan) {
    const LearningSettings& learning = plan.learning;
    if (plan.iterations < 1 || plan.iterations > kMaxIterations) return refused("1 iteration or more");
    if (learning.local_epochs < 1 || learning.local_epochs > 1'000 || learning.batch < 1 ||
        learning.batch > 1'000'000 || !within(learning.learning_rate, 1e-12, 1e3) ||
        !within(learning.proximal, 0, 1e6) || !within(learning.momentum, 0, 0.9999) ||
        !within(learning.decay, 0, 1) || !within(learning.batch_clip, 0, 1e9) ||
        !within(learning.last_rate, 0, 1e3)) {
        return refused("local epochs, batch, rates, mu, momentum and decay must be within their ranges");
    }
    const StrategySettings& strategy = plan.strategy;
    if (strategy_name(strategy.kind) == "unknown" || strategy.robust > RobustRule::kKrum) {
        return refused("an unknown strategy");
    }
    if (!within(strategy.server_rate, 1e-12, 1e3) || !within(strategy.beta1, 0, 0.9999999) ||
        !within(strategy.beta2, 0, 0.9999999) || !within(strategy.tau, 1e-12, 1e3) ||
        !within(strategy.trim, 0, 0.49)) {
        return refused("the strategy's rates are out of range; at most 0.49 is trimmed at either end");
    }
    if (strategy.kind == StrategyKind::kFedProx && learning.proximal == 0) {
        return refused("FedProx needs mu above 0");
    }
    return {};
}

// The most sites that any one sum may hold.
std::uint32_t largest_sum(const TrainingPlan& plan) {
    return static_cast<std::uint32_t>(plan.invited.size());
}

Status check_codec(const TrainingPlan& plan) {
    const CodecSettings& codec = plan.codec;
    if (!within(codec.clip, 1e-9, 1e9)) return refused("the codec's clip must be positive and finite");
    const bool sparse = codec.kind == CodecKind::kSparse || codec.kind == CodecKind::kSparsePacked;
    if (sparse && !within(codec.keep_fraction, 1e-6, 1))
        return refused("a sparse codec keeps 0 to 1 of all values");
    const std::uint32_t sites = largest_sum(plan);
    switch (codec.kind) {
        case CodecKind::kFixedPoint:
        case CodecKind::kSparse: {
            const auto weighting =
                codec.weigh_by_samples ? secagg::Weighting::kBySamples : secagg::Weighting::kEqual;
            const auto fits = secagg::FixedPoint::plan({sites, codec.clip, codec.max_samples, weighting});
            if (!fits) return refused(fits.error().message());
            return {};
        }
        case CodecKind::kPacked:
        case CodecKind::kSparsePacked: {
            const auto carry = static_cast<std::uint32_t>(std::bit_width(sites - 1));
            if (codec.bits < 2 || codec.bits > 16 || 2 * (codec.bits + carry) > 32) {
                return refused(std::to_string(codec.bits) + " bits of " + std::to_string(sites) +
                               " sites leave no room for two values a word; take fewer bits, or fixed point");
            }
            return {};
        }
    }
    return refused("an unknown codec");
}

Status check_secrecy(const TrainingPlan& plan) {
    const std::uint32_t least = plan.groups > 0 ? kMinGroupSites : plan.minimum_sites;
    const auto most = static_cast<std::uint32_t>(plan.invited.size());
    secagg::Terms terms;
    terms.words = 1;
    terms.min_sites = least;
    terms.corrupt_percent = plan.secrecy.corrupt_percent;
    terms.dropout_percent = plan.secrecy.dropout_percent;
    terms.security_bits = plan.secrecy.security_bits;
    terms.failure_bits = plan.secrecy.failure_bits;
    HZ_TRY(secagg::check_terms(terms));
    for (const std::uint32_t sites : {least, most}) {
        const auto bounds = secagg::preflight(sites, secagg::assumptions_for(terms, sites));
        if (!bounds) return refused(std::to_string(sites) + " sites: " + bounds.error().message());
        if (honest_sites(plan, sites) == 0) return refused("no site would be sure to be honest");
    }
    return {};
}

Status check_privacy(const TrainingPlan& plan) {
    const PrivacySettings& privacy = plan.privacy;
    if (!within(privacy.clip_norm, 0, 1e9)) return refused("the clipping norm must be finite");
    if (privacy.mode == PrivacyMode::kOff) return {};
    if (privacy.mode > PrivacyMode::kTarget) return refused("an unknown way to set the noise");
    if (privacy.clip_norm <= 0) return refused("noise needs a clipping norm");
    if (!within(privacy.noise_multiplier, 1e-6, 1e6)) {
        return refused("the noise multiplier is not set, or out of range");
    }
    if (!within(privacy.delta, 1e-15, 0.5)) return refused("delta must lie between 0 and 0.5");
    if (plan.codec.weigh_by_samples) {
        return refused(
            "with noise every site counts the same: a weight would shrink the noise; turn weighing off");
    }
    return {};
}

Status check_patience(const TrainingPlan& plan) {
    const PatienceSettings& patience = plan.patience;
    constexpr Seconds kLongest{366 * 86'400};
    if (patience.silence < Seconds(1) || patience.silence > kLongest || patience.grace < Seconds(0) ||
        patience.grace > kLongest || patience.phase_limit < Seconds(1) || patience.phase_limit > kLongest ||
        patience.retry_after < Seconds(0) || patience.retry_after > kLongest) {
        return refused("the time limits lie between a second and a year");
    }
    if (patience.max_attempts < 1 || patience.max_attempts > kMaxAttempts) {
        return refused("1 to " + std::to_string(kMaxAttempts) + " attempts");
    }
    return {};
}

}  // namespace

std::string_view strategy_name(StrategyKind kind) {
    switch (kind) {
        case StrategyKind::kFedAvg: return "fedavg";
        case StrategyKind::kFedProx: return "fedprox";
        case StrategyKind::kFedAdam: return "fedadam";
        case StrategyKind::kScaffold: return "scaffold";
        case StrategyKind::kFedBn: return "fedbn";
    }
    return "unknown";
}

Status check_plan(const TrainingPlan& plan) {
    HZ_TRY(check_names(plan));
    HZ_TRY(check_sites(plan));
    HZ_TRY(check_groups(plan));
    HZ_TRY(check_learning(plan));
    HZ_TRY(check_codec(plan));
    HZ_TRY(check_secrecy(plan));
    HZ_TRY(check_privacy(plan));
    return check_patience(plan);
}

Result<TrainingPlan> resolve_privacy(TrainingPlan plan) {
    if (plan.privacy.mode != PrivacyMode::kTarget) return plan;
    if (!within(plan.privacy.epsilon, 1e-6, 1e6) || !within(plan.privacy.delta, 1e-15, 0.5)) {
        return fail(ErrorCode::kInvalidArgument,
                    "the plan: epsilon and delta of the target are out of range");
    }
    HZ_ASSIGN(plan.privacy.noise_multiplier,
              privacy::noise_multiplier_for(plan.privacy.epsilon, plan.privacy.delta, 1, plan.iterations));
    return plan;
}

std::optional<double> epsilon_of(const TrainingPlan& plan) {
    if (plan.privacy.mode == PrivacyMode::kOff) return std::nullopt;
    privacy::RdpAccountant accountant;
    const auto composed = accountant.compose({plan.privacy.noise_multiplier, 1, plan.iterations});
    if (!composed) return std::nullopt;
    return accountant.epsilon(plan.privacy.delta);
}

bool evaluates(const TrainingPlan& plan, std::uint32_t iteration) {
    if (iteration == plan.iterations) return true;
    return plan.evaluate_every > 0 && iteration % plan.evaluate_every == 0;
}

std::uint32_t honest_sites(const TrainingPlan& plan, std::uint32_t sites) {
    const auto corrupt =
        static_cast<std::uint32_t>(std::uint64_t{sites} * plan.secrecy.corrupt_percent / 100);
    const std::uint32_t quorum = secagg::quorum_of(sites, corrupt);
    return quorum > corrupt ? quorum - corrupt : 0;
}

}  // namespace huizhen::rounds
