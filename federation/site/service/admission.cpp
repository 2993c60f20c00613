#include "admission.h"

#include <ctime>

#include <huizhen/rounds/site_policy.h>

namespace huizhen::site {
namespace {

constexpr std::string_view kCannotLearn = "cannot-learn";
constexpr std::string_view kAlreadySummed = "already-summed";
constexpr std::string_view kNotOfThisPlan = "not-of-this-plan";

tl::unexpected<Error> against(std::string_view name, std::string_view sentence) {
    return fail(ErrorCode::kPermissionDenied, std::string(name) + ": " + std::string(sentence));
}

// Without noise an update follows from plan, iteration and site alone. Two sums of one iteration over
// different sites would differ by whole updates: whoever helped to unmask one helps with no other.
Status judge_repetition(const rounds::Proposal& proposal, const Context& context) {
    if (proposal.plan.privacy.mode != rounds::PrivacyMode::kOff) return {};
    HZ_ASSIGN(const bool summed, context.rounds.has_unmasked(proposal.plan.id, proposal.iteration));
    if (!summed) return {};
    return against(kAlreadySummed,
                   "this site has helped to unmask a sum of this iteration; a new plan is needed");
}

// Figures on held-out cases are given for models this site has helped to train, not for whatever is sent.
Status judge_candidate(const rounds::Message& first, const rounds::Candidate& candidate,
                       const Context& context) {
    HZ_TRY(rounds::judge(candidate, context.settings.policy));
    HZ_ASSIGN(const bool known, context.rounds.has_trained_for(first.round.plan));
    if (known) return {};
    return against(kNotOfThisPlan, "this site has trained in no round of the plan");
}

struct LocalTime {
    std::uint32_t minute = 0;
    WallTime midnight;
};

// The hospital's own day.
LocalTime local_time(WallTime now) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm local{};
    localtime_r(&seconds, &local);
    LocalTime time;
    time.minute = static_cast<std::uint32_t>(local.tm_hour * 60 + local.tm_min);
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_isdst = -1;
    time.midnight = std::chrono::floor<std::chrono::milliseconds>(
        std::chrono::system_clock::from_time_t(std::mktime(&local)));
    return time;
}

Status judge_proposal(const rounds::Proposal& proposal, Context& context, WallTime now) {
    const LocalTime time = local_time(now);
    std::optional<privacy::Ledger> ledger;
    if (context.settings.budget) {
        HZ_ASSIGN(auto entries, context.ledger.entries());
        HZ_ASSIGN(ledger, privacy::Ledger::restore(*context.settings.budget, std::move(entries)));
    }
    rounds::SiteFacts facts;
    facts.self = context.self();
    HZ_ASSIGN(facts.rounds_today, context.rounds.begun_since(time.midnight));
    facts.minute_of_day = time.minute;
    facts.ledger = ledger ? &*ledger : nullptr;
    HZ_TRY(rounds::judge(proposal, context.settings.policy, facts));
    HZ_TRY(judge_repetition(proposal, context));
    HZ_TRY(context.trust->judge(proposal, context.certificate.who));
    if (const Status able = context.parts.tasks->can_learn(proposal.plan.task); !able) {
        return fail(ErrorCode::kPermissionDenied, std::string(kCannotLearn) + ": " + able.error().message());
    }
    return {};
}

}  // namespace

Result<rounds::SiteSetup> admit(const rounds::Message& first, Context& context) {
    rounds::SiteSetup setup;
    setup.self = context.self();
    setup.first = first;
    setup.at = wall_now(*context.parts.clock);
    Status judged;
    if (const auto* proposal = std::get_if<rounds::Proposal>(&first.body)) {
        judged = judge_proposal(*proposal, context, setup.at);
    } else if (const auto* candidate = std::get_if<rounds::Candidate>(&first.body)) {
        judged = judge_candidate(first, *candidate, context);
    } else {
        return fail(ErrorCode::kInvalidArgument, "no round opens with this message");
    }
    // What the database says wrong is no answer to a coordinator.
    if (!judged && judged.error().code() != ErrorCode::kPermissionDenied) return fail(judged.error());
    if (!judged) setup.refusal = judged.error().message();
    return setup;
}

}  // namespace huizhen::site
