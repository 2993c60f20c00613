#include <huizhen/rounds/message.h>
#include <huizhen/rounds/round_result.h>

#include "digest_writer.h"

namespace huizhen::rounds {

namespace {

struct StepOf {
    Step operator()(const Proposal&) const { return Step::kProposal; }
    Step operator()(const Roster&) const { return Step::kRoster; }
    Step operator()(const ShareDelivery&) const { return Step::kShareDelivery; }
    Step operator()(const Survivors&) const { return Step::kSurvivors; }
    Step operator()(const Signatures&) const { return Step::kSignatures; }
    Step operator()(const Candidate&) const { return Step::kCandidate; }
    Step operator()(const LeftOut&) const { return Step::kLeftOut; }
    Step operator()(const Outcome&) const { return Step::kOutcome; }
    Step operator()(const Decline&) const { return Step::kDecline; }
    Step operator()(const Keys&) const { return Step::kKeys; }
    Step operator()(const Shares&) const { return Step::kShares; }
    Step operator()(const Upload&) const { return Step::kUpload; }
    Step operator()(const Agreement&) const { return Step::kAgreement; }
    Step operator()(const Unmasking&) const { return Step::kUnmasking; }
    Step operator()(const Evaluation&) const { return Step::kEvaluation; }
    Step operator()(const Failed&) const { return Step::kFailed; }
};

// The model that the keys are bound to; with the strategy's state, where a site starts from both.
Sha256Digest base_of(const Proposal& proposal) {
    if (!proposal.state) return proposal.model.digest;
    DigestWriter out("huizhen round base 1");
    out.object(proposal.model);
    out.object(*proposal.state);
    return out.finish();
}

}  // namespace

Step step_of(const Body& body) { return std::visit(StepOf{}, body); }

bool is_of_site(Step step) {
    switch (step) {
        case Step::kKeys:
        case Step::kShares:
        case Step::kUpload:
        case Step::kAgreement:
        case Step::kUnmasking:
        case Step::kEvaluation:
        case Step::kDecline:
        case Step::kFailed: return true;
        default: return false;
    }
}

std::string_view step_name(Step step) {
    static constexpr std::string_view kNames[] = {
        "nothing",    "proposal",  "keys",      "roster",     "shares",    "share-delivery",
        "upload",     "survivors", "agreement", "signatures", "unmasking", "candidate",
        "evaluation", "left-out",  "outcome",   "decline",    "failed"};
    const auto number = static_cast<std::size_t>(step);
    return number < std::size(kNames) ? kNames[number] : "unknown";
}

secagg::Terms terms_of(const Proposal& proposal, std::uint64_t round_number) {
    const TrainingPlan& plan = proposal.plan;
    secagg::Terms terms;
    terms.model = base_of(proposal);
    terms.plan = plan.id.str() + "@" + to_hex(digest_of(plan));
    terms.round = round_number;
    terms.words = proposal.words;
    terms.min_sites = plan.groups > 0 ? kMinGroupSites : plan.minimum_sites;
    terms.corrupt_percent = plan.secrecy.corrupt_percent;
    terms.dropout_percent = plan.secrecy.dropout_percent;
    terms.security_bits = plan.secrecy.security_bits;
    terms.failure_bits = plan.secrecy.failure_bits;
    return terms;
}

Message outcome_message(const RoundResult& result) {
    return {result.round, Outcome{result.model, result.failure, result.included, result.absences}};
}

}  // namespace huizhen::rounds
