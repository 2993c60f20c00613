#include "decisions.h"

#include <federation/v1/coordinator.pb.h>

#include <huizhen/base/logging.h>
#include <huizhen/exchange/site_row_codec.h>
#include <huizhen/rpc/round_codec.h>

#include "models/rules.h"
#include "plans/plan_book.h"
#include "plans/retention.h"
#include "state/schema.h"
#include "version.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;
using acceptance::Event;
using acceptance::Lineage;
using acceptance::LineageRecord;

constexpr const char* kSigner = "coordinator";

class LineageSigner final : public secagg::Signer {
  public:
    explicit LineageSigner(const identity::PrivateKey& key) : key_(key) {}
    secagg::Bytes sign(secagg::BytesView message) const override { return key_.sign(message); }

  private:
    const identity::PrivateKey& key_;
};

secagg::Ed25519Directory signers(const Context& context) {
    return secagg::Ed25519Directory({{secagg::SiteId(kSigner), lineage_public_key(context)}});
}

// Fills in what every record has, signs it and keeps it.
Status write_record(Context& context, std::string_view task, Lineage& lineage, LineageRecord record) {
    record.code_version = software_version();
    record.time = std::chrono::duration_cast<std::chrono::seconds>(context.now().time_since_epoch()).count();
    record.signer = kSigner;
    HZ_TRY(lineage.allows(record));
    HZ_ASSIGN(const auto bytes, acceptance::sign_record(record, LineageSigner(context.keys.lineage_key())));
    HZ_TRY(lineage.append(bytes, signers(context)));
    if (record.event != Event::kCandidate && record.event != Event::kRejected)
        context.outbox->after_commit(
            [grants = &context.grants, model = record.model] { grants->open_to_all(model); });
    context.outbox->tell_all("lineage", std::string(task));
    log::info("lineage", {{"task", std::string(task)},
                          {"event", std::string(acceptance::event_name(record.event))},
                          {"model", to_hex(record.model).substr(0, 12)}});
    return context.models.append_lineage(task, to_hex(record.model), bytes, to_milliseconds(context.now()));
}

// The model a plan starts from has no record of its own where nobody ever decided on it.
Status know_start_model(Context& context, std::string_view task, Lineage& lineage,
                        const Sha256Digest& model) {
    if (lineage.state_of(model)) return {};
    LineageRecord record = lineage.next(Event::kCandidate, model);
    return write_record(context, task, lineage, std::move(record));
}

Result<std::vector<acceptance::SiteRow>> rows_of(const rounds::RoundResult& result) {
    std::vector<acceptance::SiteRow> rows;
    for (const auto& [site, bytes] : result.evaluations) {
        auto row = exchange::decode_row(site.str(), bytes);
        if (row) {
            rows.push_back(std::move(*row));
        } else {
            log::warning("row-refused", {{"site", site.str()}, {"why", row.error().message()}});
        }
    }
    return rows;
}

Result<acceptance::Verdict> judge(const PlanRecord& plan, const std::vector<acceptance::SiteRow>& rows) {
    HZ_ASSIGN(const v1::Plan definition, definition_of(plan));
    HZ_ASSIGN(const auto rules, to_rules(definition.acceptance()));
    return acceptance::judge(rules, rows);
}

LineageRecord candidate_record(const Lineage& lineage, const PlanRunner& runner,
                               const acceptance::Verdict& verdict) {
    const rounds::PlanRun& run = runner.run();
    LineageRecord record = lineage.next(Event::kCandidate, run.model().digest);
    record.parent = run.plan().start_model.digest;
    record.plan = run.plan().id.str();
    record.first_round = run.results().front().round.number;
    record.last_round = run.results().back().round.number;
    std::set<std::string> participants;
    std::map<std::string, std::string> left_out;
    for (const rounds::RoundResult& result : run.results()) {
        if (!result.model) continue;
        for (const rounds::SiteId& site : result.included) participants.insert(site.str());
        for (const rounds::Absence& absence : result.absences)
            left_out[absence.site.str()] = "round " + std::to_string(result.round.number) + ", " +
                                           std::string(rounds::phase_name(absence.phase)) + ": " +
                                           absence.reason;
    }
    record.participants.assign(participants.begin(), participants.end());
    for (auto& [site, reason] : left_out) record.left_out.push_back({site, std::move(reason)});
    record.verdict = acceptance::RecordedVerdict{verdict.accepted, verdict.sentences()};
    return record;
}

// The plan whose last round made this model.
Result<std::pair<PlanRecord, rounds::RoundResult>> maker_of(Context& context, const std::string& digest) {
    HZ_ASSIGN(const auto maker, context.plans.maker_of(digest));
    if (!maker) {
        return fail(ErrorCode::kNotFound,
                    "not-measured: no plan made this model, so no site has measured it");
    }
    HZ_ASSIGN(PlanRecord plan, context.plans.find(maker->plan));
    HZ_ASSIGN(auto result, rpc::decode_result(maker->result));
    return std::pair(std::move(plan), std::move(result));
}

struct Decision {
    Event event = Event::kAccepted;
    PlanStage stage = PlanStage::kAccepted;
    std::string what;
    bool against_rules = false;
};

Status decide(Context& context, std::string_view digest_prefix, std::string_view who, std::string_view why,
              const Decision& decision) {
    HZ_ASSIGN(const Judgement judgement, judgement_of(context, digest_prefix));
    HZ_ASSIGN(const PlanRecord plan, context.plans.find(judgement.plan));
    if (plan.stage == PlanStage::kCancelled || plan.stage == PlanStage::kFailed)
        return fail(ErrorCode::kInvalidArgument, "wrong-stage: plan " + plan.id + " is " +
                                                     std::string(plan_stage_name(plan.stage)) +
                                                     "; nothing is decided on its model");
    const std::string& task = judgement.model.task;
    HZ_ASSIGN(Lineage lineage, lineage_of(context, task));
    LineageRecord record = lineage.next(decision.event, *digest_from_hex(judgement.model.digest));
    record.verdict = acceptance::RecordedVerdict{judgement.verdict.accepted, judgement.verdict.sentences()};
    const bool accept = decision.event == Event::kAccepted;
    if (accept && !judgement.verdict.accepted && !decision.against_rules)
        return fail(ErrorCode::kInvalidArgument,
                    "rules-failed: the plan's rules do not let it pass; `models matrix` says why, and "
                    "`models override --reason` goes against them");
    if (decision.against_rules || accept != judgement.verdict.accepted) {
        const acceptance::Override override_by{std::string(who), std::string(why), accept};
        HZ_TRY(acceptance::check(override_by));
        record.override_by = acceptance::RecordedOverride{override_by.person, override_by.reason, accept};
    }
    HZ_TRY(write_record(context, task, lineage, std::move(record)));
    HZ_TRY(context.plans.set_stage(judgement.plan, decision.stage, why, to_milliseconds(context.now())));
    HZ_TRY(forget_steps(context, judgement.plan));
    return context.record({std::string(who),
                           decision.what + ' ' + judgement.model.digest.substr(0, 12),
                           "coordinator",
                           std::string(why),
                           {}});
}

}  // namespace

secagg::PublicKey lineage_public_key(const Context& context) {
    return context.keys.lineage_key().public_key();
}

Result<Lineage> lineage_of(Context& context, std::string_view task) {
    HZ_ASSIGN(const auto records, context.models.lineage(task));
    return Lineage::verify(records, signers(context));
}

Status open_models(Context& context) {
    HZ_ASSIGN(const auto models, context.models.all(""));
    std::set<std::string> tasks;
    for (const ModelRecord& model : models) tasks.insert(model.task);
    for (const std::string& task : tasks) {
        HZ_ASSIGN(const Lineage lineage, lineage_of(context, task));
        for (const Sha256Digest& model : lineage.once_current()) context.grants.open_to_all(model);
        if (const auto shadow = lineage.shadow()) context.grants.open_to_all(*shadow);
    }
    return {};
}

Result<std::optional<rounds::ObjectRef>> current_model(Context& context, std::string_view task) {
    HZ_ASSIGN(const Lineage lineage, lineage_of(context, task));
    if (!lineage.current()) return std::optional<rounds::ObjectRef>();
    HZ_ASSIGN(const auto model, context.models.find(to_hex(*lineage.current())));
    if (!model) return fail(ErrorCode::kIntegrity, "database-damaged: the current model is not known");
    return std::optional(rounds::ObjectRef{*lineage.current(), model->bytes});
}

Status propose_model(Context& context, const PlanRecord& plan, const PlanRunner& runner) {
    const rounds::TrainingPlan& training = runner.run().plan();
    HZ_ASSIGN(const v1::Plan definition, definition_of(plan));
    HZ_ASSIGN(Lineage lineage, lineage_of(context, training.task));
    HZ_TRY(know_start_model(context, training.task, lineage, training.start_model.digest));
    HZ_ASSIGN(const auto rows, rows_of(*runner.run().last_success()));
    HZ_ASSIGN(const auto verdict, judge(plan, rows));
    HZ_TRY(write_record(context, training.task, lineage, candidate_record(lineage, runner, verdict)));
    HZ_TRY(context.record({"coordinator",
                           "propose-model " + to_hex(runner.run().model().digest).substr(0, 12),
                           "plan " + plan.id,
                           "",
                           {}}));
    if (definition.shadow()) {
        HZ_TRY(write_record(context, training.task, lineage,
                            lineage.next(Event::kShadow, runner.run().model().digest)));
        HZ_TRY(context.plans.set_stage(plan.id, PlanStage::kAccepted,
                                       "evaluated in the shadow of the current model",
                                       to_milliseconds(context.now())));
        return forget_steps(context, plan.id);
    }
    if (!definition.accept_automatically() || !verdict.accepted) return {};
    return accept_model(context, to_hex(runner.run().model().digest), "rule",
                        "every rule of the plan is met");
}

Result<Judgement> judgement_of(Context& context, std::string_view digest_prefix) {
    Judgement judgement;
    HZ_ASSIGN(judgement.model, context.models.resolve(digest_prefix));
    HZ_ASSIGN(const auto made, maker_of(context, judgement.model.digest));
    const auto& [plan, result] = made;
    judgement.plan = plan.id;
    HZ_ASSIGN(const auto training, rpc::decode_plan(plan.training));
    judgement.against = training.start_model;
    HZ_ASSIGN(judgement.rows, rows_of(result));
    HZ_ASSIGN(judgement.verdict, judge(plan, judgement.rows));
    return judgement;
}

Status accept_model(Context& context, std::string_view digest_prefix, std::string_view who,
                    std::string_view why) {
    return decide(context, digest_prefix, who, why,
                  {Event::kAccepted, PlanStage::kAccepted, "accept-model", false});
}

Status override_rules(Context& context, std::string_view digest_prefix, std::string_view who,
                      std::string_view why) {
    return decide(context, digest_prefix, who, why,
                  {Event::kAccepted, PlanStage::kAccepted, "override-rules", true});
}

Status reject_model(Context& context, std::string_view digest_prefix, std::string_view who,
                    std::string_view why) {
    return decide(context, digest_prefix, who, why,
                  {Event::kRejected, PlanStage::kRejected, "reject-model", false});
}

Status roll_back(Context& context, std::string_view task, std::string_view digest_prefix,
                 std::string_view who, std::string_view why) {
    HZ_ASSIGN(Lineage lineage, lineage_of(context, task));
    std::optional<Sha256Digest> to = lineage.former();
    if (!digest_prefix.empty()) {
        HZ_ASSIGN(const ModelRecord model, context.models.resolve(digest_prefix));
        to = digest_from_hex(model.digest);
    }
    if (!to)
        return fail(ErrorCode::kNotFound,
                    "nothing-before: no other model of " + std::string(task) + " was ever current");
    LineageRecord record = lineage.next(Event::kRolledBack, *to);
    const acceptance::Override override_by{std::string(who), std::string(why), true};
    HZ_TRY(acceptance::check(override_by));
    record.override_by = acceptance::RecordedOverride{override_by.person, override_by.reason, true};
    HZ_TRY(write_record(context, task, lineage, std::move(record)));
    return context.record(
        {std::string(who), "roll-back " + to_hex(*to).substr(0, 12), "coordinator", std::string(why), {}});
}

}  // namespace huizhen::coordinator
