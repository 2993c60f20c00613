#include "round_runner.h"

#include <huizhen/base/logging.h>
#include <huizhen/rounds/site_policy.h>
#include <huizhen/rpc/round_codec.h>
#include <huizhen/vault/opener.h>
#include <huizhen/vault/sealer.h>

namespace huizhen::site {
namespace {

using rounds::SiteInput;
using rounds::SiteRound;

std::string seed_context(const rounds::RoundName& round) {
    return "huizhen round seed " + round.plan.str() + ' ' + std::to_string(round.number);
}

std::vector<identity::Bytes> certificates_of(const std::optional<rounds::Proposal>& proposal) {
    std::vector<identity::Bytes> certificates;
    if (!proposal) return certificates;
    for (const rounds::InvitedSite& site : proposal->invited) certificates.push_back(site.certificate);
    return certificates;
}

std::string outcome_text(const rounds::Outcome& outcome) {
    if (outcome.model) return "model " + to_hex(outcome.model->digest);
    if (outcome.failure)
        return std::string(rounds::failure_name(outcome.failure->kind)) + ": " + outcome.failure->reason;
    return "over";
}

std::vector<log::Field> fields(const rounds::RoundName& round) {
    return {{"plan", round.plan.str()}, {"round", std::to_string(round.number)}};
}

// A masked update that no round will send.
void drop_masked(rpc::FileObjects& objects, const TrainingDone& done) {
    if (const Status removed = objects.remove(done.masked.digest); !removed)
        log::warning("object-not-removed", {{"why", removed.error().message()}});
}

}  // namespace

RoundRunner::~RoundRunner() {
    job_.request_stop();
    transfers_.request_stop();
}

Status RoundRunner::begin(const rounds::SiteSetup& setup, const secagg::Secret32& seed) {
    if (const auto* proposal = std::get_if<rounds::Proposal>(&setup.first.body)) {
        proposal_ = *proposal;
        task_ = proposal->plan.task;
    } else if (const auto* candidate = std::get_if<rounds::Candidate>(&setup.first.body)) {
        task_ = candidate->task;
    }
    // Pins and revocations were judged when the round was opened, or there is a refusal in its setup: a
    // replay must judge the certificates as the first run did.
    directory_.emplace(identity::CertificateDirectory::build(*tools_.verifier, certificates_of(proposal_),
                                                             setup.at, {}, identity::SitePins()));
    HZ_ASSIGN(SiteRound round, SiteRound::open(setup, seed, {tools_.signer, &*directory_}));
    round_.emplace(std::move(round));
    heard_at_ = setup.at;
    return {};
}

Result<std::unique_ptr<RoundRunner>> RoundRunner::open(const rounds::SiteSetup& setup,
                                                       const RunnerTools& tools) {
    std::unique_ptr<RoundRunner> runner(new RoundRunner(tools));
    secagg::Secret32 seed;
    tools.random->fill(seed.mutable_bytes());
    HZ_TRY(runner->begin(setup, seed));
    NewRound row;
    row.name = setup.first.round;
    row.task = runner->task_;
    row.iteration = runner->proposal_ ? runner->proposal_->iteration
                                      : std::get<rounds::Candidate>(setup.first.body).iteration;
    row.takes_part = runner->proposal_ && runner->round_->stage() != rounds::SiteStage::kDeclined;
    row.setup = rpc::encode(setup);
    row.sealed_seed =
        vault::seal(*tools.ring, vault::view_of(seed_context(row.name)), seed.bytes(), *tools.random);
    row.at = setup.at;
    HZ_TRY(tools.rounds->open(row));
    HZ_TRY(runner->keep_stage());
    auto told = fields(row.name);
    told.emplace_back("task", row.task);
    if (runner->round_->trouble()) told.emplace_back("declined", *runner->round_->trouble());
    log::info("round-opened", told);
    HZ_TRY(runner->act(runner->round_->pending()));
    return runner;
}

Result<std::unique_ptr<RoundRunner>> RoundRunner::restore(const OpenRound& kept, const RunnerTools& tools) {
    std::unique_ptr<RoundRunner> runner(new RoundRunner(tools));
    HZ_ASSIGN(const auto setup, rpc::decode_site_setup(kept.setup));
    HZ_ASSIGN(vault::Bytes plain,
              vault::open(*tools.ring, vault::view_of(seed_context(kept.row.name)), kept.sealed_seed, 32));
    if (plain.size() != 32)
        return fail(ErrorCode::kIntegrity, "seed-damaged: a round's seed has another length");
    const secagg::Secret32 seed(std::span<const std::uint8_t, 32>(plain.data(), 32));
    wipe(plain);
    HZ_TRY(runner->begin(setup, seed));
    for (const Blob& entry : kept.journal) {
        HZ_ASSIGN(const SiteInput input, rpc::decode_site_input(entry));
        if (const auto* masked = std::get_if<rounds::Masked>(&input.event)) runner->upload_ = masked->object;
        runner->round_->apply(input);
    }
    runner->journalled_ = static_cast<std::int64_t>(kept.journal.size());
    runner->heard_at_ = kept.row.heard_at;
    HZ_TRY(runner->act(runner->round_->pending()));
    return runner;
}

Status RoundRunner::apply(decltype(SiteInput::event) event) {
    if (over_) return {};
    if (std::holds_alternative<rounds::FromCoordinator>(event)) heard_at_ = wall_now(*tools_.clock);
    const SiteInput input{wall_now(*tools_.clock), std::move(event)};
    const auto applied = round_->apply(input);
    if (applied.refused) {
        auto told = fields(round_->name());
        told.emplace_back("why", applied.refused->message());
        log::warning("round-input-refused", told);
    }
    if (applied.changed) {
        HZ_TRY(tools_.rounds->append(round_->name(), journalled_++, rpc::encode(input), input.at));
        HZ_TRY(keep_stage());
    }
    return act(applied.outputs);
}

Status RoundRunner::keep_stage() {
    const std::string_view stage = round_->evaluating() ? "evaluating" : rounds::stage_name(round_->stage());
    tools_.watch->set_stage(round_->name(), stage);
    return tools_.rounds->set_stage(round_->name(), stage, round_->trouble().value_or(""));
}

void RoundRunner::resend() {
    if (const auto last = round_->last_sent()) tools_.outbox->send(*last);
}

Status RoundRunner::act(const std::vector<rounds::SiteOutput>& outputs) {
    for (const rounds::SiteOutput& output : outputs)
        HZ_TRY(std::visit([this](const auto& one) { return take(one); }, output));
    return {};
}

Status RoundRunner::take(const rounds::Reply& reply) {
    tools_.outbox->send(reply.message);
    return {};
}

Status RoundRunner::take(const rounds::Fetch& fetch) {
    HZ_TRY(tools_.rounds->needs(round_->name(), fetch.object));
    if (!moving_.insert(fetch.object).second) return {};
    const auto arrived = [outbox = tools_.outbox, name = round_->name(),
                          object = fetch.object](const Status& moved) {
        outbox->post_to(name, [object, moved](RoundRunner& runner) {
            return runner.moved(object, moved, rounds::Fetched{object});
        });
    };
    tools_.outbox->after_commit([tools = tools_, arrived, name = round_->name(), object = fetch.object,
                                 stop = transfers_.get_token()] {
        if (tools.jobs.objects->contains(object.digest)) return arrived({});
        if (const Status started = tools.transfers->fetch(name, object, stop, arrived); !started)
            log::error("transfer-not-started", {{"why", started.error().message()}});
    });
    return {};
}

Status RoundRunner::take(const rounds::PutObject& put) {
    HZ_TRY(tools_.rounds->needs(round_->name(), put.object));
    upload_ = put.object;
    if (!moving_.insert(put.object).second) return {};
    const auto gone = [outbox = tools_.outbox, name = round_->name(),
                       object = put.object](const Status& moved) {
        outbox->post_to(name, [object, moved](RoundRunner& runner) {
            return runner.moved(object, moved, rounds::Uploaded{object});
        });
    };
    tools_.outbox->after_commit(
        [tools = tools_, gone, name = round_->name(), object = put.object, stop = transfers_.get_token()] {
            if (const Status started = tools.transfers->put(name, object, stop, gone); !started)
                log::error("transfer-not-started", {{"why", started.error().message()}});
        });
    return {};
}

// The site's part in the round ends where an object is refused for good.
Status RoundRunner::moved(const rounds::ObjectRef& object, const Status& how,
                          decltype(SiteInput::event) event) {
    moving_.erase(object);
    if (how) return apply(std::move(event));
    auto told = fields(round_->name());
    told.emplace_back("object", to_hex(object.digest));
    told.emplace_back("why", how.error().message());
    log::warning("transfer-refused", told);
    return apply(rounds::JobFailed{"transfer-refused: " + how.error().message()});
}

void RoundRunner::start_job(std::function<void(const std::stop_token&)> job) {
    job_ = std::stop_source();
    tools_.outbox->after_commit(
        [tools = tools_, job = std::move(job), stop = job_.get_token(), name = round_->name()] {
            const Status started = tools.worker->submit([job, stop] {
                if (!stop.stop_requested()) job(stop);
            });
            if (started) return;
            tools.outbox->post_to(name, [why = started.error().message()](RoundRunner& runner) {
                return runner.apply(rounds::JobFailed{why});
            });
        });
}

Status RoundRunner::take(const rounds::TrainAndMask& work) {
    if (training_) return {};
    HZ_ASSIGN(const KeptVectors present, tools_.kept->present(round_->name().plan));
    training_ = true;
    start_job([work, present, name = round_->name(), jobs = tools_.jobs, watch = tools_.watch,
               outbox = tools_.outbox](const std::stop_token& stop) {
        WatchedProgress progress(*watch, name);
        auto done = train_and_mask(name, work, present, jobs, stop, progress);
        if (stop.stop_requested()) {
            if (done) drop_masked(*jobs.objects, *done);
            return;
        }
        outbox->post_to(name, [done](RoundRunner& runner) { return runner.trained(done); });
    });
    return {};
}

Status RoundRunner::affordable() const {
    const auto release = rounds::release_of(proposal_->plan);
    if (!release || !*tools_.budget) return {};
    HZ_ASSIGN(auto entries, tools_.ledger->entries());
    HZ_ASSIGN(const auto ledger, privacy::Ledger::restore(**tools_.budget, std::move(entries)));
    const std::string plan = round_->name().plan.str();
    if (ledger.has(plan, round_->name().number)) return {};
    HZ_TRY(ledger.charge({plan, round_->name().number, *release}));
    return {};
}

Status RoundRunner::trained(const Result<TrainingDone>& done) {
    training_ = false;
    if (!done) return apply(rounds::JobFailed{done.error().message()});
    if (round_->stage() != rounds::SiteStage::kTraining) {
        if (upload_ != done->masked) drop_masked(*tools_.jobs.objects, *done);
        return {};
    }
    if (const Status paid = affordable(); !paid) {
        drop_masked(*tools_.jobs.objects, *done);
        return apply(rounds::JobFailed{paid.error().message()});
    }
    HZ_TRY(tools_.kept->set_next(round_->name(), done->kept));
    auto told = fields(round_->name());
    told.emplace_back("samples", std::to_string(done->samples));
    told.emplace_back("bytes", std::to_string(done->masked.bytes));
    log::info("update-ready", told);
    return apply(rounds::Masked{done->masked});
}

Status RoundRunner::take(const rounds::Evaluate& work) {
    if (evaluating_) return {};
    EvaluationWork job{work.candidate, {}, {}};
    HZ_ASSIGN(const KeptVectors present, tools_.kept->present(round_->name().plan));
    HZ_ASSIGN(const KeptVectors next, tools_.kept->next(round_->name()));
    const std::string norms(kNorms);
    if (present.contains(norms)) job.current_norms = present.at(norms);
    job.candidate_norms = job.current_norms;
    // Of a round whose sum this site is in.
    if (round_->stage() == rounds::SiteStage::kUnmasked && next.contains(norms))
        job.candidate_norms = next.at(norms);
    evaluating_ = true;
    start_job([job, name = round_->name(), jobs = tools_.jobs, watch = tools_.watch,
               outbox = tools_.outbox](const std::stop_token& stop) {
        WatchedProgress progress(*watch, name);
        const auto row = evaluate(job, jobs, stop, progress);
        if (stop.stop_requested()) return;
        outbox->post_to(name, [row](RoundRunner& runner) {
            runner.evaluating_ = false;
            if (!row) return runner.apply(rounds::JobFailed{row.error().message()});
            return runner.apply(rounds::Evaluated{*row});
        });
    });
    return {};
}

Status RoundRunner::take(const rounds::Charge& charge) {
    return tools_.ledger->charge(charge.entry, wall_now(*tools_.clock));
}

Status RoundRunner::take(const rounds::StopJob&) {
    job_.request_stop();
    training_ = evaluating_ = false;
    return {};
}

Status RoundRunner::take(const rounds::Concluded& concluded) {
    HZ_TRY(tools_.kept->settle(round_->name(), concluded.included));
    if (concluded.outcome.model) HZ_TRY(tools_.rounds->needs(round_->name(), *concluded.outcome.model));
    auto told = fields(round_->name());
    told.emplace_back("outcome", outcome_text(concluded.outcome));
    told.emplace_back("included", concluded.included ? "yes" : "no");
    log::info("round-over", told);
    return close({outcome_text(concluded.outcome), concluded.included, wall_now(*tools_.clock)});
}

Status RoundRunner::abandon(const std::string& why) {
    if (over_) return {};
    HZ_TRY(tools_.kept->settle(round_->name(), false));
    auto told = fields(round_->name());
    told.emplace_back("why", why);
    log::warning("round-abandoned", told);
    return close({"abandoned: " + why, false, wall_now(*tools_.clock)});
}

Status RoundRunner::close(const RoundEnd& end) {
    over_ = true;
    job_.request_stop();
    transfers_.request_stop();
    // A masked update is of no use any more, and still somebody's.
    if (upload_) HZ_TRY(tools_.rounds->release(round_->name(), upload_->digest));
    tools_.watch->over(round_->name());
    return tools_.rounds->close(round_->name(), end);
}

}  // namespace huizhen::site
