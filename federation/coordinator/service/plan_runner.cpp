#include "plan_runner.h"

#include <huizhen/base/logging.h>
#include <huizhen/rpc/round_codec.h>

#include "state/objects.h"
#include "state/schema.h"

namespace huizhen::coordinator {
namespace {

using rounds::CoordinatorInput;
using rounds::CoordinatorRound;

// How long after a round could not even be opened (too few sites enrolled) it is tried again.
constexpr rounds::Seconds kOpenAgain{60};
constexpr std::string_view kKeptState = "kept";

std::vector<identity::Bytes> certificates_of(const rounds::RoundSetup& setup) {
    std::vector<identity::Bytes> certificates;
    for (const rounds::InvitedSite& site : setup.invited) certificates.push_back(site.certificate);
    return certificates;
}

std::string outcome_text(const rounds::RoundResult& result) {
    if (!result.failure) return "model";
    return std::string(rounds::failure_name(result.failure->kind)) + ": " + result.failure->reason;
}

}  // namespace

rounds::WallTime PlanRunner::now() const {
    return std::chrono::floor<std::chrono::milliseconds>(tools_.clock->now());
}

Result<std::unique_ptr<PlanRunner>> PlanRunner::restore(rounds::TrainingPlan plan, const RunnerTools& tools) {
    HZ_ASSIGN(const auto blobs, tools.plans->results(plan.id.str()));
    std::vector<rounds::RoundResult> results;
    for (const Blob& blob : blobs) {
        HZ_ASSIGN(auto result, rpc::decode_result(blob));
        results.push_back(std::move(result));
    }
    HZ_ASSIGN(rounds::PlanRun run, rounds::PlanRun::restore(std::move(plan), std::move(results)));
    std::unique_ptr<PlanRunner> runner(new PlanRunner(std::move(run), tools));
    HZ_TRY(runner->reopen());
    return runner;
}

// The open round, from its journal.
Status PlanRunner::reopen() {
    HZ_ASSIGN(const auto journal, tools_.plans->journal(run_.plan().id.str()));
    if (journal.empty()) return {};
    HZ_ASSIGN(auto setup, rpc::decode_setup(journal.front()));
    HZ_TRY(open(std::move(setup)));
    // Sites that were told of an object before the restart may still be fetching it.
    grant_what_is_said(round_->pending());
    for (std::size_t i = 1; i < journal.size(); ++i) {
        HZ_ASSIGN(const auto input, rpc::decode_coordinator_input(journal[i]));
        grant_what_is_said(round_->apply(input).outputs);
        remember_upload(input);
    }
    journalled_ = static_cast<std::int64_t>(journal.size());
    return act(round_->pending());
}

Status PlanRunner::open(rounds::RoundSetup setup) {
    // The certificates as they were: a replay must judge them as the first run did.
    directory_ = std::make_unique<identity::CertificateDirectory>(identity::CertificateDirectory::build(
        *tools_.verifier, certificates_of(setup), setup.at, {}, identity::SitePins()));
    HZ_ASSIGN(CoordinatorRound round,
              CoordinatorRound::open(std::move(setup), {directory_.get(), tools_.uploads, tools_.executor}));
    round_.emplace(std::move(round));
    return {};
}

Status PlanRunner::open_next(const rounds::NextRound& next) {
    rounds::RoundSetup setup;
    setup.plan = run_.plan();
    setup.number = next.number;
    setup.iteration = next.iteration;
    setup.attempt = next.attempt;
    setup.model = next.model;
    setup.state = next.state;
    setup.at = now();
    HZ_ASSIGN(const auto certificates, tools_.members->site_certificates());
    for (const rounds::SiteId& site : run_.plan().invited) {
        const auto found = certificates.find(site.str());
        if (found != certificates.end()) setup.invited.push_back({site, found->second});
    }
    tools_.random->fill(setup.seed);
    HZ_ASSIGN(setup.words, words_of(setup, *tools_.objects));
    const auto encoded = rpc::encode(setup);
    HZ_TRY(open(std::move(setup)));
    if (const Status kept = tools_.plans->append(run_.plan().id.str(), 0, encoded); !kept) {
        round_.reset();  // without a journal there is no round
        directory_.reset();
        return kept;
    }
    journalled_ = 1;
    log::info("round-opened", {{"plan", run_.plan().id.str()},
                               {"round", std::to_string(next.number)},
                               {"iteration", std::to_string(next.iteration)},
                               {"attempt", std::to_string(next.attempt)}});
    return act(round_->pending());
}

Status PlanRunner::apply(const CoordinatorInput& input) {
    if (!round_) return {};
    const auto applied = round_->apply(input);
    if (applied.refused)
        log::warning("round-input-refused",
                     {{"plan", run_.plan().id.str()}, {"why", applied.refused->message()}});
    if (applied.changed) {
        HZ_TRY(tools_.plans->append(run_.plan().id.str(), journalled_++, rpc::encode(input)));
        remember_upload(input);
    }
    return act(applied.outputs);
}

void PlanRunner::remember_upload(const CoordinatorInput& input) {
    const auto* from = std::get_if<rounds::FromSite>(&input.event);
    if (from == nullptr) return;
    if (const auto* upload = std::get_if<rounds::Upload>(&from->message.body))
        uploads_.push_back(upload->object);
}

Status PlanRunner::act(const std::vector<rounds::CoordinatorOutput>& outputs) {
    std::optional<rounds::RoundResult> over;
    for (const rounds::CoordinatorOutput& output : outputs) {
        if (const auto* message = std::get_if<rounds::Send>(&output)) {
            send(message->sites, message->message);
        } else if (std::holds_alternative<rounds::Aggregate>(output)) {
            tools_.outbox->after_commit([this] { make(); });
        } else if (const auto* finished = std::get_if<rounds::Finished>(&output)) {
            over = finished->result;
        }
    }
    return over ? conclude(*over) : Status();
}

void PlanRunner::send(const std::vector<rounds::SiteId>& sites, const rounds::Message& message) {
    grant(sites, message);
    tools_.outbox->send(sites, message);
}

void PlanRunner::grant(const std::vector<rounds::SiteId>& sites, const rounds::Message& message) {
    const std::uint64_t upload = round_ ? round_->setup().words * sizeof(std::uint32_t) : 0;
    for (const rounds::SiteId& site : sites) tools_.grants->follow(site, message, upload);
}

void PlanRunner::grant_what_is_said(const std::vector<rounds::CoordinatorOutput>& outputs) {
    for (const rounds::CoordinatorOutput& output : outputs)
        if (const auto* message = std::get_if<rounds::Send>(&output)) grant(message->sites, message->message);
}

// Between two batches: the sums stay in the round until it is told that the model is there.
void PlanRunner::make() {
    if (!round_ || round_->phase() != rounds::Phase::kAggregate) return;
    const auto kept = tools_.plans->kept_state(run_.plan().id.str(), kKeptState);
    if (!kept) return tools_.outbox->fail(kept.error());
    std::optional<Sha256Digest> digest;
    if (*kept) digest = digest_from_hex(**kept);
    const auto made = make_model(round_->setup(), round_->sums(), digest, *tools_.objects, tools_.work);
    if (!made)
        log::error("model-not-made", {{"plan", run_.plan().id.str()}, {"why", made.error().message()}});
    tools_.outbox->post([this, made, round = round_->name()] {
        // Cancelled, or a site revoked, while it was made: the sum is thrown away.
        if (!round_ || round_->name() != round) return;
        CoordinatorInput input;
        input.at = now();
        Status done;
        if (made) {
            done = installed(*made);
            input.event = rounds::Installed{made->model, made->public_state};
        } else {
            input.event = rounds::NotInstalled{made.error().message()};
        }
        if (done) done = apply(input);
        if (!done) tools_.outbox->fail(done.error());
    });
}

Status PlanRunner::installed(const MadeModel& made) {
    const std::string& plan = run_.plan().id.str();
    HZ_TRY(tools_.models->add({to_hex(made.model.digest), made.model.bytes, run_.plan().task,
                               "plan " + plan + " iteration " + std::to_string(round_->setup().iteration),
                               to_milliseconds(tools_.clock->now())}));
    if (!made.kept_state) return {};
    HZ_ASSIGN(const auto former, tools_.plans->kept_state(plan, kKeptState));
    HZ_TRY(tools_.plans->keep_state(plan, kKeptState, to_hex(made.kept_state->digest)));
    if (!former) return {};
    HZ_ASSIGN(const bool still_kept, tools_.plans->is_kept(*former));
    const auto of_no_use = digest_from_hex(*former);
    if (!still_kept && of_no_use)
        tools_.outbox->after_commit(
            [objects = tools_.objects, digest = *of_no_use] { remove_objects(*objects, {digest}); });
    return {};
}

Status PlanRunner::conclude(const rounds::RoundResult& result) {
    const auto model = result.model ? std::optional(to_hex(result.model->digest)) : std::nullopt;
    HZ_TRY(tools_.plans->conclude(run_.plan().id.str(), result.round.number, outcome_text(result), model,
                                  rpc::encode(result), to_milliseconds(tools_.clock->now())));
    HZ_TRY(run_.add(result));
    log::info("round-over", {{"plan", run_.plan().id.str()},
                             {"round", std::to_string(result.round.number)},
                             {"outcome", outcome_text(result)},
                             {"included", std::to_string(result.included.size())}});
    std::vector<rounds::ObjectRef> uploads;
    uploads.swap(uploads_);
    round_.reset();
    directory_.reset();
    journalled_ = 0;
    std::set<Sha256Digest> of_no_use;
    for (const rounds::ObjectRef& upload : uploads) of_no_use.insert(upload.digest);
    std::set<std::string> senders;
    for (const auto& [site, digest] : tools_.grants->end_round(run_.plan().id)) {
        of_no_use.insert(digest);
        senders.insert(site.str());
    }
    // A masked update is still somebody's; so is half of one.
    tools_.outbox->after_commit([objects = tools_.objects, of_no_use, senders] {
        remove_objects(*objects, of_no_use);
        for (const std::string& sender : senders)
            if (const Status removed = objects->remove_parts(sender); !removed)
                log::warning("upload-not-removed", {{"why", removed.error().message()}});
    });
    return {};
}

Status PlanRunner::message(const rounds::SiteId& site, rounds::Message message) {
    if (!round_ || message.round != round_->name()) {
        if (const auto outcome = run_.outcome_of(message.round)) send({site}, *outcome);
        return {};
    }
    CoordinatorInput input;
    input.at = now();
    input.event = rounds::FromSite{site, std::move(message)};
    return apply(input);
}

void PlanRunner::position(const rounds::SiteId& site, std::uint64_t round, const rounds::Position& position) {
    if (round != 0 && (!round_ || round != round_->name().number))
        if (const auto outcome = run_.outcome_of({run_.plan().id, round})) send({site}, *outcome);
    if (!round_) return;
    const bool here = round == round_->name().number;
    for (const rounds::Message& message : round_->pending_for(site, here ? position : rounds::Position()))
        send({site}, message);
}

Status PlanRunner::revoked(const rounds::SiteId& site) {
    CoordinatorInput input;
    input.at = now();
    input.event = rounds::SiteRevoked{site};
    return apply(input);
}

Status PlanRunner::abort(std::string who, std::string why) {
    paused_ = true;
    CoordinatorInput input;
    input.at = now();
    input.event = rounds::Abort{std::move(who), std::move(why)};
    return apply(input);
}

Status PlanRunner::tick() {
    if (round_) {
        const auto deadline = round_->next_deadline(tools_.presence->last_heard(), tools_.listening_since);
        if (!deadline || deadline->at > now()) return {};
        CoordinatorInput input;
        input.at = now();
        input.event = deadline->close;
        return apply(input);
    }
    const auto next = run_.next();
    if (!next || paused_ || next->not_before > now() || (not_before_ && *not_before_ > now())) return {};
    not_before_.reset();
    if (const Status opened = open_next(*next); !opened) {
        if (opened.error().code() == ErrorCode::kIo) return opened;
        log::warning("round-not-opened", {{"plan", run_.plan().id.str()}, {"why", opened.error().message()}});
        not_before_ = now() + kOpenAgain;
    }
    return {};
}

std::optional<rounds::WallTime> PlanRunner::wake_at() const {
    if (round_) {
        const auto deadline = round_->next_deadline(tools_.presence->last_heard(), tools_.listening_since);
        return deadline ? std::optional(deadline->at) : std::nullopt;
    }
    const auto next = run_.next();
    if (!next || paused_) return std::nullopt;
    return not_before_ ? std::max(*not_before_, next->not_before) : next->not_before;
}

}  // namespace huizhen::coordinator
