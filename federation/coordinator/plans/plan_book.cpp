#include "plan_book.h"

#include <charconv>
#include <limits>

#include <federation/v1/coordinator.pb.h>

#include <huizhen/base/logging.h>
#include <huizhen/compression/codec_settings.h>
#include <huizhen/exchange/exchange.h>
#include <huizhen/rpc/round_codec.h>
#include <huizhen/secure_aggregation/preflight.h>

#include "models/decisions.h"
#include "plans/initial_model.h"
#include "plans/plan_definition.h"
#include "plans/retention.h"
#include "state/objects.h"
#include "state/schema.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

Result<std::uint64_t> seed_of(std::string_view words) {
    if (words == "initial") return 1;
    const std::string_view digits = words.substr(std::string_view("initial:").size());
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
        return fail(ErrorCode::kInvalidArgument,
                    "plan-refused: write a number after initial:, as in initial:7");
    return seed;
}

// The model a plan starts from. Without a current one, "current" is the initial one.
Result<rounds::ObjectRef> start_model(Context& context, const v1::Plan& plan) {
    std::string_view words = plan.model();
    if (words == "current") {
        HZ_ASSIGN(const auto current, current_model(context, plan.task()));
        if (current) return *current;
        words = "initial";
    }
    if (words == "initial" || words.starts_with("initial:")) {
        HZ_ASSIGN(const std::uint64_t seed, seed_of(words));
        HZ_ASSIGN(const auto made, make_initial_model(plan.task(), seed, *context.objects, context.executor,
                                                      context.folder / "work"));
        const rounds::ObjectRef& model = made.model;
        if (made.is_new) {
            context.outbox->on_undo([objects = context.objects.get(), digest = model.digest] {
                remove_objects(*objects, {digest});
            });
        }
        HZ_TRY(context.models.add({to_hex(model.digest), model.bytes, plan.task(), std::string(words),
                                   to_milliseconds(context.now())}));
        return model;
    }
    HZ_ASSIGN(const ModelRecord record, context.models.resolve(words));
    if (record.task != plan.task())
        return fail(ErrorCode::kInvalidArgument, "plan-refused: the model is of task " + record.task);
    return rounds::ObjectRef{*digest_from_hex(record.digest), record.bytes};
}

Result<PlanGround> ground_of(Context& context, const v1::Plan& plan) {
    PlanGround ground;
    HZ_ASSIGN(const auto certificates, context.members.site_certificates());
    for (const auto& [name, certificate] : certificates) ground.enrolled.emplace_back(name);
    HZ_ASSIGN(ground.model, start_model(context, plan));
    return ground;
}

void add_finding(v1::CheckPlanReply& reply, v1::Finding::Severity severity, const Error& error) {
    v1::Finding& finding = *reply.add_findings();
    finding.set_severity(severity);
    const std::string& message = error.message();
    const std::size_t colon = message.find(": ");
    finding.set_name(colon == std::string::npos ? std::string(error_code_name(error.code()))
                                                : message.substr(0, colon));
    finding.set_sentence(colon == std::string::npos ? message : message.substr(colon + 2));
    if (severity == v1::Finding::SEVERITY_BLOCKING) reply.set_can_start(false);
}

Status describe(Context& context, const rounds::TrainingPlan& training, v1::CheckPlanReply& reply) {
    const auto sites = static_cast<std::uint32_t>(training.invited.size());
    reply.set_sites(sites);
    secagg::Terms terms;
    terms.corrupt_percent = training.secrecy.corrupt_percent;
    terms.dropout_percent = training.secrecy.dropout_percent;
    terms.security_bits = training.secrecy.security_bits;
    terms.failure_bits = training.secrecy.failure_bits;
    const std::uint32_t in_a_sum = training.groups > 1 ? sites / training.groups : sites;
    HZ_ASSIGN(const secagg::Preflight preflight,
              secagg::preflight(in_a_sum, secagg::assumptions_for(terms, in_a_sum)));
    reply.set_neighbours(preflight.shape.neighbours);
    reply.set_threshold(preflight.shape.threshold);
    reply.set_quorum(preflight.shape.quorum);
    reply.set_tolerated_dropouts(preflight.tolerated_dropouts);
    reply.set_log2_failure(preflight.log2_failure);
    reply.set_log2_insecurity(preflight.log2_insecurity);
    reply.set_epsilon(rounds::epsilon_of(training).value_or(0));
    reply.set_delta(training.privacy.delta);
    reply.set_noise_multiplier(training.privacy.noise_multiplier);

    HZ_ASSIGN(const auto model,
              model_file::ModelReader::open(context.objects->path_of(training.start_model.digest)));
    HZ_ASSIGN(const auto strategy, exchange::strategy_of(training, model.header()));
    const auto codec = exchange::codec_of(training, training.invited.size());
    HZ_TRY(compression::check(codec, strategy.upload_values()));
    reply.set_upload_bytes_per_site_and_round(compression::words_for(codec, strategy.upload_values()) * 4);
    std::uint64_t down = training.start_model.bytes;
    if (strategy.has_control()) down += strategy.model_values() * sizeof(float);
    if (exchange::is_sparse(training)) down += strategy.upload_values() * sizeof(float);
    reply.set_download_bytes_per_site_and_round(down);
    return {};
}

Error unreadable_error(std::string_view id, std::string_view why) {
    return Error(ErrorCode::kIntegrity, "plan-unreadable: plan " + std::string(id) + ": " + std::string(why));
}

Result<PlanRunner*> runner_of(Context& context, std::string_view id) {
    if (const auto why = context.unreadable.find(std::string(id)); why != context.unreadable.end())
        return fail(unreadable_error(id, why->second));
    const auto found = context.runners.find(std::string(id));
    if (found == context.runners.end())
        return fail(ErrorCode::kInvalidArgument, "not-running: plan " + std::string(id) + " does not run");
    return found->second.get();
}

Status must_be(const PlanRecord& record, std::initializer_list<PlanStage> stages, std::string_view to) {
    if (std::ranges::find(stages, record.stage) != stages.end()) return {};
    return fail(ErrorCode::kInvalidArgument, "wrong-stage: plan " + record.id + " is " +
                                                 std::string(plan_stage_name(record.stage)) +
                                                 " and cannot be " + std::string(to));
}

audit::Event event(std::string_view who, std::string what, std::string_view why) {
    return {std::string(who), std::move(what), "coordinator", std::string(why), {}};
}

}  // namespace

Result<v1::CheckPlanReply> check_plan(Context& context, v1::Plan plan) {
    fill_defaults(plan);
    v1::CheckPlanReply reply;
    reply.set_can_start(true);
    *reply.mutable_plan() = plan;
    const auto ground = ground_of(context, plan);
    if (!ground) {
        add_finding(reply, v1::Finding::SEVERITY_BLOCKING, ground.error());
        return reply;
    }
    const auto training = to_training(plan, *ground);
    if (!training) {
        add_finding(reply, v1::Finding::SEVERITY_BLOCKING, training.error());
        return reply;
    }
    if (const Status described = describe(context, *training, reply); !described)
        add_finding(reply, v1::Finding::SEVERITY_BLOCKING, described.error());
    for (const rounds::SiteId& site : training->invited) {
        if (context.presence.is_connected(site)) continue;
        add_finding(reply, v1::Finding::SEVERITY_WARNING,
                    Error(ErrorCode::kUnavailable, "not-connected: " + site.str() + " is not connected now"));
    }
    if (training->privacy.mode == rounds::PrivacyMode::kOff)
        add_finding(reply, v1::Finding::SEVERITY_NOTE,
                    Error(ErrorCode::kInvalidArgument,
                          "no-noise: the sums are exact; sites that demand noise will decline"));
    return reply;
}

Status create_plan(Context& context, v1::Plan plan, std::string_view who) {
    fill_defaults(plan);
    HZ_TRY(check_plan_id(plan.id()));
    PlanRecord record;
    record.id = plan.id();
    const std::string bytes = plan.SerializeAsString();
    record.definition.assign(bytes.begin(), bytes.end());
    record.made_at = record.changed_at = to_milliseconds(context.now());
    HZ_TRY(context.plans.create(record));
    return context.record(event(who, "create-plan " + plan.id(), plan.description()));
}

Result<v1::Plan> definition_of(const PlanRecord& record) {
    v1::Plan plan;
    if (!plan.ParseFromArray(record.definition.data(), static_cast<int>(record.definition.size())))
        return fail(ErrorCode::kIntegrity, "database-damaged: the definition of plan " + record.id);
    return plan;
}

Status start_plan(Context& context, std::string_view id, std::string_view who) {
    HZ_ASSIGN(const PlanRecord record, context.plans.find(id));
    if (record.stage == PlanStage::kPaused) return resume_plan(context, id, who);
    HZ_TRY(must_be(record, {PlanStage::kDraft}, "started"));
    HZ_ASSIGN(const v1::Plan plan, definition_of(record));
    HZ_ASSIGN(const PlanGround ground, ground_of(context, plan));
    HZ_ASSIGN(auto training, to_training(plan, ground));
    v1::CheckPlanReply described;
    HZ_TRY(describe(context, training, described));
    HZ_TRY(context.plans.set_training(id, rpc::encode(training)));
    HZ_TRY(context.plans.set_stage(id, PlanStage::kRunning, "", to_milliseconds(context.now())));
    HZ_TRY(context.record(event(who, "start-plan " + std::string(id), "")));
    HZ_ASSIGN(auto runner, PlanRunner::restore(std::move(training), context.runner_tools()));
    context.runners[record.id] = std::move(runner);
    context.outbox->on_undo([&context, plan = record.id] { context.runners.erase(plan); });
    return {};
}

Status pause_plan(Context& context, std::string_view id, std::string_view who, std::string_view why) {
    HZ_ASSIGN(const PlanRecord record, context.plans.find(id));
    HZ_TRY(must_be(record, {PlanStage::kRunning}, "paused"));
    HZ_ASSIGN(PlanRunner * runner, runner_of(context, id));
    HZ_TRY(context.plans.set_stage(id, PlanStage::kPaused, why, to_milliseconds(context.now())));
    HZ_TRY(context.record(event(who, "pause-plan " + std::string(id), why)));
    runner->set_paused(true);
    return {};
}

Status resume_plan(Context& context, std::string_view id, std::string_view who) {
    HZ_ASSIGN(const PlanRecord record, context.plans.find(id));
    HZ_TRY(must_be(record, {PlanStage::kPaused}, "resumed"));
    HZ_ASSIGN(PlanRunner * runner, runner_of(context, id));
    HZ_TRY(context.plans.set_stage(id, PlanStage::kRunning, "", to_milliseconds(context.now())));
    HZ_TRY(context.record(event(who, "resume-plan " + std::string(id), "")));
    runner->set_paused(false);
    return {};
}

Status cancel_plan(Context& context, std::string_view id, std::string_view who, std::string_view why) {
    HZ_ASSIGN(const PlanRecord record, context.plans.find(id));
    HZ_TRY(must_be(record,
                   {PlanStage::kDraft, PlanStage::kRunning, PlanStage::kPaused, PlanStage::kAwaitingDecision,
                    PlanStage::kUnreadable},
                   "cancelled"));
    HZ_TRY(context.plans.set_stage(id, PlanStage::kCancelled, why, to_milliseconds(context.now())));
    HZ_TRY(context.record(event(who, "cancel-plan " + std::string(id), why)));
    context.unreadable.erase(record.id);
    const auto found = context.runners.find(record.id);
    if (found == context.runners.end()) return forget_steps(context, record.id);
    // What it cannot keep breaks the whole batch, not this call alone.
    Status ended = found->second->abort(std::string(who), std::string(why));
    found->second->set_settled();  // between two rounds nothing ends that would settle it
    if (ended) ended = forget_steps(context, record.id);
    if (!ended) context.outbox->fail(ended.error());
    return {};
}

Status restore_plans(Context& context) {
    HZ_ASSIGN(const auto plans, context.plans.all());
    for (const PlanRecord& record : plans) {
        if (record.stage != PlanStage::kRunning && record.stage != PlanStage::kPaused) continue;
        const Status restored = context.outbox->whole_or_nothing([&]() -> Status {
            HZ_TRY(definition_of(record));
            HZ_ASSIGN(auto training, rpc::decode_plan(record.training));
            HZ_ASSIGN(auto runner, PlanRunner::restore(std::move(training), context.runner_tools()));
            runner->set_paused(record.stage == PlanStage::kPaused);
            context.runners[record.id] = std::move(runner);
            return {};
        });
        if (restored) continue;
        if (restored.error().code() == ErrorCode::kIo) return restored;
        log::error("plan-unreadable", {{"plan", record.id}, {"why", restored.error().message()}});
        context.grants.forget_plan(rounds::PlanId(record.id));
        context.unreadable[record.id] = restored.error().message();
    }
    return {};
}

Status settle_plans(Context& context) {
    for (const auto& [id, runner] : context.runners) {
        if (runner->settled() || runner->run().state() == rounds::PlanState::kRunning) continue;
        runner->set_settled();
        HZ_ASSIGN(const PlanRecord record, context.plans.find(id));
        if (is_over(record.stage)) continue;
        const std::int64_t now = to_milliseconds(context.now());
        if (const auto failure = runner->run().failure()) {
            HZ_TRY(context.plans.set_stage(id, PlanStage::kFailed, *failure, now));
            HZ_TRY(context.record(event("coordinator", "plan-failed " + id, *failure)));
            HZ_TRY(forget_steps(context, id));
            continue;
        }
        HZ_TRY(context.plans.set_stage(id, PlanStage::kAwaitingDecision, "", now));
        const Status proposed = context.outbox->whole_or_nothing(
            [&, &runner = *runner] { return propose_model(context, record, runner); });
        if (proposed) continue;
        if (proposed.error().code() == ErrorCode::kIo) return proposed;
        // As when training came to a model that the lineage knows already.
        HZ_TRY(context.plans.set_stage(id, PlanStage::kFailed, proposed.error().message(), now));
        HZ_TRY(context.record(event("coordinator", "plan-failed " + id, proposed.error().message())));
        HZ_TRY(forget_steps(context, id));
    }
    return {};
}

}  // namespace huizhen::coordinator
