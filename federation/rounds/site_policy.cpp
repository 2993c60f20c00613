#include <huizhen/rounds/site_policy.h>

namespace huizhen::rounds {

namespace {

Status against(std::string_view name, std::string what) {
    return fail(Error(ErrorCode::kPermissionDenied, std::move(what)).within(name));
}

Status judge_sites(const Proposal& proposal, const SitePolicy& policy, const SiteFacts& facts) {
    const auto invited = [&](const SiteId& site) {
        return std::any_of(proposal.invited.begin(), proposal.invited.end(),
                           [&](const InvitedSite& one) { return one.site == site; });
    };
    if (!invited(facts.self)) return against("not-invited", "this site is not among the invited");
    if (policy.known_sites.empty()) return {};
    for (const InvitedSite& one : proposal.invited) {
        if (one.site == facts.self || policy.known_sites.contains(one.site)) continue;
        return against("unknown-site", "site " + one.site.str() + " is not one this site trains with");
    }
    return {};
}

Status judge_secrecy(const Proposal& proposal, const SitePolicy& policy) {
    const secagg::Terms terms = terms_of(proposal, 0);
    if (terms.min_sites < policy.min_sites) {
        return against("too-few-sites", "a sum over " + std::to_string(terms.min_sites) +
                                            " sites would do; this site wants " +
                                            std::to_string(policy.min_sites));
    }
    if (terms.corrupt_percent < policy.min_corrupt_percent ||
        terms.security_bits < policy.min_security_bits) {
        return against("weak-assumptions",
                       "the plan assumes fewer corrupt sites or fewer bits than this site does");
    }
    return {};
}

Status judge_training(const TrainingPlan& plan, const SitePolicy& policy) {
    if (!policy.strategies.empty() && !policy.strategies.contains(plan.strategy.kind)) {
        return against("strategy-not-allowed", std::string(strategy_name(plan.strategy.kind)));
    }
    if (plan.learning.local_epochs > policy.max_local_epochs) {
        return against("too-many-epochs", std::to_string(plan.learning.local_epochs) + ", at most " +
                                              std::to_string(policy.max_local_epochs));
    }
    return {};
}

Status judge_task(const std::string& task, const SitePolicy& policy) {
    if (policy.tasks.empty() || policy.tasks.contains(task)) return {};
    return against("task-not-allowed", task);
}

Status judge_size(const ObjectRef& model, const SitePolicy& policy) {
    if (model.bytes <= policy.max_model_bytes) return {};
    return against("model-too-large",
                   std::to_string(model.bytes) + " bytes, at most " + std::to_string(policy.max_model_bytes));
}

Status judge_noise(const TrainingPlan& plan, const SitePolicy& policy, const SiteFacts& facts) {
    const auto release = release_of(plan);
    if (!release) {
        return policy.demands_noise ? against("noise-demanded",
                                              "the plan adds no noise, and this site takes part in none such")
                                    : Status{};
    }
    if (release->noise_multiplier < policy.min_noise_multiplier) {
        return against("too-little-noise", "a multiplier of " + std::to_string(release->noise_multiplier) +
                                               ", at least " + std::to_string(policy.min_noise_multiplier));
    }
    if (!facts.ledger) return {};
    HZ_ASSIGN(const double spent, facts.ledger->spent_after(*release));
    const double budget = facts.ledger->budget().epsilon;
    if (spent <= budget) return {};
    return against("over-budget",
                   "epsilon would be " + std::to_string(spent) + " of " + std::to_string(budget));
}

Status judge_time(const SitePolicy& policy, const SiteFacts& facts) {
    if (policy.max_rounds_per_day > 0 && facts.rounds_today >= policy.max_rounds_per_day) {
        return against("too-many-rounds", std::to_string(facts.rounds_today) + " today");
    }
    const std::uint32_t now = facts.minute_of_day;
    const bool inside = policy.from_minute <= policy.to_minute
                            ? now >= policy.from_minute && now < policy.to_minute
                            : now >= policy.from_minute || now < policy.to_minute;
    return inside ? Status{} : against("outside-hours", "this site trains at other hours");
}

}  // namespace

Status judge(const Proposal& proposal, const SitePolicy& policy, const SiteFacts& facts) {
    if (auto sound = check_plan(proposal.plan); !sound)
        return against("plan-refused", sound.error().message());
    if (proposal.iteration < 1 || proposal.iteration > proposal.plan.iterations || proposal.words == 0) {
        return against("plan-refused", "an iteration or a length outside the plan");
    }
    HZ_TRY(judge_sites(proposal, policy, facts));
    HZ_TRY(judge_secrecy(proposal, policy));
    HZ_TRY(judge_task(proposal.plan.task, policy));
    HZ_TRY(judge_training(proposal.plan, policy));
    HZ_TRY(judge_size(proposal.model, policy));
    if (proposal.state) HZ_TRY(judge_size(*proposal.state, policy));
    HZ_TRY(judge_noise(proposal.plan, policy, facts));
    return judge_time(policy, facts);
}

Status judge(const Candidate& candidate, const SitePolicy& policy) {
    HZ_TRY(judge_task(candidate.task, policy));
    HZ_TRY(judge_size(candidate.current, policy));
    return judge_size(candidate.candidate, policy);
}

std::optional<privacy::GaussianRelease> release_of(const TrainingPlan& plan) {
    if (plan.privacy.mode == PrivacyMode::kOff) return std::nullopt;
    return privacy::GaussianRelease{plan.privacy.noise_multiplier, 1, 1};
}

}  // namespace huizhen::rounds
