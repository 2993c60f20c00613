#include "replies.h"

#include <federation/v1/coordinator.pb.h>

#include <huizhen/identity/key_code.h>
#include <huizhen/rpc/round_codec.h>

#include "plans/plan_book.h"
#include "state/schema.h"
#include "version.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

v1::SiteState state_of(MemberState state) {
    switch (state) {
        case MemberState::kInvited: return v1::SITE_STATE_INVITED;
        case MemberState::kWaiting: return v1::SITE_STATE_WAITING;
        case MemberState::kEnrolled: return v1::SITE_STATE_ENROLLED;
        case MemberState::kRefused: return v1::SITE_STATE_REJECTED;
        case MemberState::kRevoked: return v1::SITE_STATE_REVOKED;
        case MemberState::kLeft: return v1::SITE_STATE_LEFT;
    }
    return v1::SITE_STATE_UNSPECIFIED;
}

v1::PlanState state_of(PlanStage stage) {
    switch (stage) {
        case PlanStage::kDraft: return v1::PLAN_STATE_CREATED;
        case PlanStage::kRunning: return v1::PLAN_STATE_RUNNING;
        case PlanStage::kPaused: return v1::PLAN_STATE_PAUSED;
        case PlanStage::kAwaitingDecision: return v1::PLAN_STATE_WAITING_FOR_DECISION;
        case PlanStage::kAccepted:
        case PlanStage::kRejected: return v1::PLAN_STATE_FINISHED;
        case PlanStage::kFailed: return v1::PLAN_STATE_FAILED;
        case PlanStage::kCancelled: return v1::PLAN_STATE_CANCELLED;
        case PlanStage::kUnreadable: return v1::PLAN_STATE_UNSPECIFIED;
    }
    return v1::PLAN_STATE_UNSPECIFIED;
}

v1::RoundPhase phase_of(rounds::Phase phase) {
    switch (phase) {
        case rounds::Phase::kKeys: return v1::ROUND_PHASE_ADVERTISE_KEYS;
        case rounds::Phase::kShares: return v1::ROUND_PHASE_SHARE_KEYS;
        case rounds::Phase::kUpload: return v1::ROUND_PHASE_UPLOAD;
        case rounds::Phase::kAgreement: return v1::ROUND_PHASE_SURVIVORS;
        case rounds::Phase::kUnmasking: return v1::ROUND_PHASE_UNMASK;
        case rounds::Phase::kAggregate: return v1::ROUND_PHASE_AGGREGATE;
        case rounds::Phase::kValidate: return v1::ROUND_PHASE_VALIDATE;
        case rounds::Phase::kDone: return v1::ROUND_PHASE_DONE;
    }
    return v1::ROUND_PHASE_UNSPECIFIED;
}

v1::ModelState state_of(const acceptance::Lineage& lineage, const Sha256Digest& model) {
    const auto state = lineage.state_of(model);
    if (!state) return v1::MODEL_STATE_UNSPECIFIED;
    switch (*state) {
        case acceptance::ModelState::kCandidate: return v1::MODEL_STATE_CANDIDATE;
        case acceptance::ModelState::kShadow: return v1::MODEL_STATE_SHADOW;
        case acceptance::ModelState::kCurrent: return v1::MODEL_STATE_CURRENT;
        case acceptance::ModelState::kRetired: return v1::MODEL_STATE_ACCEPTED_EARLIER;
        case acceptance::ModelState::kRejected: return v1::MODEL_STATE_REJECTED;
    }
    return v1::MODEL_STATE_UNSPECIFIED;
}

void fill(v1::LeftOut& left, const rounds::Absence& absence, std::uint32_t round) {
    left.set_site(absence.site.str());
    left.set_round(round);
    left.set_phase(phase_of(absence.phase));
    left.set_name(std::string(rounds::cause_name(absence.cause)));
    left.set_sentence(absence.reason);
}

void fill(v1::RoundSummary& summary, const rounds::RoundResult& result) {
    summary.set_number(result.round.number);
    summary.set_round(result.iteration);
    summary.set_attempt(result.attempt);
    if (result.model) summary.set_model(to_hex(result.model->digest));
    if (result.failure)
        summary.set_failure(std::string(rounds::failure_name(result.failure->kind)) + ": " +
                            result.failure->reason);
    for (const rounds::SiteId& site : result.included) summary.add_included(site.str());
    for (const rounds::Absence& absence : result.absences)
        fill(*summary.add_left_out(), absence, result.iteration);
    summary.set_milliseconds(static_cast<std::uint64_t>((result.ended - result.started).count()));
}

void fill_transfer(v1::SiteProgress& progress, const SitePresence& presence) {
    progress.set_connected(presence.connected);
    progress.set_last_seen_unix_ms(to_milliseconds(presence.last_heard));
    if (!presence.transfer) return;
    const Transfer& transfer = *presence.transfer;
    progress.set_bytes_done(transfer.done);
    progress.set_bytes_total(transfer.total);
    progress.set_bytes_per_second(transfer.bytes_per_second);
    if (transfer.bytes_per_second > 0)
        progress.set_seconds_left(static_cast<std::uint64_t>(
            static_cast<double>(transfer.total - transfer.done) / transfer.bytes_per_second));
}

void fill_round(v1::PlanStatus& status, const rounds::CoordinatorRound& round, const Context& context) {
    status.set_round(round.setup().iteration);
    status.set_attempt(round.setup().attempt);
    status.set_phase(phase_of(round.phase()));
    const auto answered = round.answered();
    const auto awaited = round.awaited();
    const auto presence = context.presence.all();
    for (const rounds::InvitedSite& invited : round.setup().invited) {
        const bool waits = std::ranges::binary_search(awaited, invited.site);
        const bool done = std::ranges::binary_search(answered, invited.site);
        if (!waits && !done) continue;
        v1::SiteProgress& progress = *status.add_sites();
        progress.set_site(invited.site.str());
        progress.set_answered(done);
        progress.set_phase(phase_of(round.phase()));
        const auto found = presence.find(invited.site);
        if (found != presence.end()) fill_transfer(progress, found->second);
    }
    for (const rounds::Absence& absence : round.absences())
        fill(*status.add_left_out(), absence, round.setup().iteration);
}

// By the rounds that were: so long as one took, so many to go.
std::uint64_t seconds_left(const rounds::PlanRun& run) {
    std::int64_t milliseconds = 0, rounds = 0;
    for (const rounds::RoundResult& result : run.results()) {
        if (!result.model) continue;
        milliseconds += (result.ended - result.started).count();
        ++rounds;
    }
    if (rounds == 0) return 0;
    return static_cast<std::uint64_t>(milliseconds / rounds * (run.plan().iterations - rounds) / 1000);
}

// Of iterations that are over, at the plan's delta.
double epsilon_spent(const rounds::PlanRun& run) {
    rounds::TrainingPlan so_far = run.plan();
    so_far.iterations = static_cast<std::uint32_t>(run.results().size());
    if (so_far.iterations == 0) return 0;
    return rounds::epsilon_of(so_far).value_or(0);
}

void fill(v1::Measures& to, const acceptance::Measured& from, const acceptance::HeadRow& head) {
    to.set_known(true);
    to.set_cases(head.n);
    to.set_positive_cases(head.positives);
    to.set_auc(from.auc.estimate);
    to.set_auc_low(from.auc.low);
    to.set_auc_high(from.auc.high);
    to.set_calibration_error(from.calibration.ece);
    to.set_brier(from.calibration.brier);
}

Status add_rounds_since(Context& context, const PlanRecord& plan, std::vector<v1::RoundSummary>& seen) {
    HZ_ASSIGN(const auto blobs, context.plans.results(plan.id, seen.empty() ? 0 : seen.back().number()));
    for (const Blob& blob : blobs) {
        HZ_ASSIGN(const auto result, rpc::decode_result(blob));
        fill(seen.emplace_back(), result);
    }
    return {};
}

// `seen`: the rounds that are over, as far as they were read before; none: not asked for.
Result<v1::PlanStatus> readable_status(Context& context, const PlanRecord& plan,
                                       std::vector<v1::RoundSummary>* seen) {
    v1::PlanStatus status;
    status.set_plan(plan.id);
    status.set_state(state_of(plan.stage));
    status.set_reason(plan.why);
    HZ_ASSIGN(*status.mutable_definition(), definition_of(plan));
    status.set_rounds(status.definition().rounds());
    status.set_started_unix_ms(plan.stage == PlanStage::kDraft ? 0 : plan.made_at);
    status.set_phase_since_unix_ms(plan.changed_at);
    const auto found = context.runners.find(plan.id);
    if (found != context.runners.end()) {
        const PlanRunner& runner = *found->second;
        status.set_epsilon_spent(epsilon_spent(runner.run()));
        status.set_seconds_left(seconds_left(runner.run()));
        status.set_model(to_hex(runner.run().model().digest));
        const rounds::RoundResult* last = runner.run().last_success();
        if (last != nullptr) status.set_round(last->iteration);
        if (runner.round() != nullptr) fill_round(status, *runner.round(), context);
    }
    if (seen == nullptr) return status;
    HZ_TRY(add_rounds_since(context, plan, *seen));
    for (const v1::RoundSummary& round : *seen) {
        *status.add_history() = round;
        if (round.model().empty()) continue;
        status.set_round(std::max(status.round(), round.round()));
        status.set_model(round.model());
    }
    return status;
}

v1::PlanStatus unreadable_status(const PlanRecord& plan, const std::string& why) {
    v1::PlanStatus status;
    status.set_plan(plan.id);
    status.set_reason(why);
    status.set_phase_since_unix_ms(plan.changed_at);
    return status;
}

Result<v1::PlanStatus> status_or_why(Context& context, const PlanRecord& plan,
                                     std::vector<v1::RoundSummary>* seen) {
    if (plan.stage == PlanStage::kUnreadable) return unreadable_status(plan, plan.why);
    const auto known = context.unreadable.find(plan.id);
    if (known != context.unreadable.end()) return unreadable_status(plan, known->second);
    auto status = readable_status(context, plan, seen);
    if (status || status.error().code() == ErrorCode::kIo) return status;
    return unreadable_status(plan, status.error().message());
}

}  // namespace

Result<v1::StatusReply> status_reply(Context& context) {
    v1::StatusReply reply;
    reply.set_software_version(software_version());
    reply.set_started_unix_ms(to_milliseconds(context.started));
    HZ_ASSIGN(const auto members, context.members.all());
    for (const Member& member : members) {
        if (member.role != Role::kSite || member.state != MemberState::kEnrolled) continue;
        reply.set_sites_enrolled(reply.sites_enrolled() + 1);
        if (context.presence.is_connected(rpc::SiteId(member.name)))
            reply.set_sites_connected(reply.sites_connected() + 1);
    }
    HZ_ASSIGN(const auto plans, context.plans.all());
    for (const PlanRecord& plan : plans)
        if (plan.stage == PlanStage::kRunning) reply.set_plans_running(reply.plans_running() + 1);
    reply.set_disk_used_bytes(context.objects->used_bytes());
    std::error_code ignored;
    reply.set_disk_free_bytes(std::filesystem::space(context.folder, ignored).available);
    HZ_ASSIGN(const ServerKeys keys, context.keys.server());
    reply.set_certificate_expires_unix_ms(to_milliseconds(keys.not_after));
    return reply;
}

void fill(v1::Site& site, const Member& member, const Context& context) {
    site.set_name(member.name);
    site.set_member(member.role == Role::kOperator ? v1::MEMBER_OPERATOR : v1::MEMBER_SITE);
    site.set_state(state_of(member.state));
    site.set_software_version(member.software);
    site.set_reason(member.why);
    if (member.last_seen) site.set_last_seen_unix_ms(to_milliseconds(*member.last_seen));
    if (member.certificate_ends)
        site.set_certificate_expires_unix_ms(to_milliseconds(*member.certificate_ends));
    if (member.waiting_key) site.set_request_fingerprint(identity::comparison_code(*member.waiting_key));
    const auto presence = context.presence.all();
    const auto found = presence.find(rpc::SiteId(member.name));
    if (member.role != Role::kSite || found == presence.end()) return;
    site.set_connected(found->second.connected);
    site.set_last_seen_unix_ms(to_milliseconds(found->second.last_heard));
    for (const std::string& task : found->second.tasks) site.add_tasks(task);
}

Result<v1::PlanStatus> plan_status(Context& context, const PlanRecord& plan, bool with_history) {
    std::vector<v1::RoundSummary> seen;
    return status_or_why(context, plan, with_history ? &seen : nullptr);
}

Result<v1::PlanStatus> SeenRounds::look(Context& context, const PlanRecord& plan) {
    return status_or_why(context, plan, &rounds_);
}

v1::Matrix matrix_reply(const Judgement& judgement) {
    v1::Matrix matrix;
    matrix.set_candidate(judgement.model.digest);
    matrix.set_current(to_hex(judgement.against.digest));
    matrix.set_task(judgement.model.task);
    for (const acceptance::SiteRow& row : judgement.rows) {
        for (const acceptance::HeadRow& head : row.heads) {
            v1::SiteResult& result = *matrix.add_sites();
            result.set_site(row.site);
            result.set_head(head.head);
            result.set_patients(head.patients);
            if (head.before) fill(*result.mutable_old_model(), *head.before, head);
            fill(*result.mutable_new_model(), head.after, head);
            result.set_difference(head.difference.estimate);
            result.set_difference_low(head.difference.low);
            result.set_difference_high(head.difference.high);
        }
    }
    for (const acceptance::Finding& finding : judgement.verdict.findings) {
        v1::Finding& to = *matrix.add_verdict();
        to.set_severity(finding.outcome == acceptance::Outcome::kFailed ? v1::Finding::SEVERITY_BLOCKING
                                                                        : v1::Finding::SEVERITY_NOTE);
        to.set_name(std::string(acceptance::rule_name(finding.rule)));
        to.set_sentence(finding.sentence);
    }
    matrix.set_passes(judgement.verdict.accepted);
    return matrix;
}

Result<std::vector<v1::ModelVersion>> model_versions(Context& context, std::string_view task) {
    HZ_ASSIGN(const auto models, context.models.all(task));
    std::map<std::string, acceptance::Lineage> lineages;
    std::vector<v1::ModelVersion> versions;
    for (const ModelRecord& model : models) {
        auto found = lineages.find(model.task);
        if (found == lineages.end()) {
            HZ_ASSIGN(auto lineage, lineage_of(context, model.task));
            found = lineages.emplace(model.task, std::move(lineage)).first;
        }
        const Sha256Digest digest = *digest_from_hex(model.digest);
        v1::ModelVersion& version = versions.emplace_back();
        version.set_digest(model.digest);
        version.set_task(model.task);
        version.set_state(state_of(found->second, digest));
        version.set_made_unix_ms(model.made_at);
        version.set_size_bytes(model.bytes);
        for (const acceptance::LineageRecord& record : found->second.records()) {
            if (record.model != digest) continue;
            if (record.event == acceptance::Event::kCandidate) {
                version.set_plan(record.plan);
                version.set_parent(record.parent == Sha256Digest{} ? "" : to_hex(record.parent));
                version.set_round(static_cast<std::uint32_t>(record.last_round));
                version.clear_sites();
                for (const std::string& site : record.participants) version.add_sites(site);
                continue;
            }
            version.set_decided_unix_ms(record.time * 1000);
            version.set_decided_by(record.override_by ? record.override_by->person : "rule");
            version.set_reason(record.override_by ? record.override_by->reason : "");
        }
    }
    return versions;
}

}  // namespace huizhen::coordinator
