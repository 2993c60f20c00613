#include "simulated_site.h"

#include <huizhen/rounds/site_policy.h>

#include "simulation/local_training.h"
#include "simulation/said.h"

namespace huizhen::coordinator::simulation {
namespace {

using rounds::SiteOutput;
using rounds::Step;

constexpr std::uint64_t kFetchMs = 1'000, kTrainingMs = 30'000, kUploadMs = 2'000, kEvaluationMs = 2'000;
constexpr Milliseconds kTryAgain{5'000};

}  // namespace

SimulatedSite::SimulatedSite(rounds::SiteId id, Surroundings& around, const Process& coordinator, Post post)
    : id_(std::move(id)),
      around_(around),
      coordinator_(coordinator),
      post_(std::move(post)),
      signer_(to_secret(around.derive("identity of " + id_.str()))) {}

rounds::SiteInput SimulatedSite::Taken::input() const {
    if (own) return *own;
    return {at, rounds::FromCoordinator{letter->message}};
}

template <typename T>
bool SimulatedSite::went(const Result<T>& result) {
    if (result) return true;
    if (!around_.broken) around_.broken = result.error().within(id_.str());
    return false;
}

void SimulatedSite::receive(const LetterPtr& letter) {
    const Step step = rounds::step_of(letter->message.body);
    if (round_) return take({around_.queue.now(), letter, std::nullopt, {}});
    if (step == Step::kProposal || step == Step::kCandidate) open_with(letter);
}

void SimulatedSite::open_with(const LetterPtr& first) {
    const Kill kill = around_.kill();
    if (kill == Kill::kBeforeCommit) return restart();
    first_ = first;
    first_at_ = around_.queue.now();
    if (const auto* proposal = std::get_if<rounds::Proposal>(&first->message.body)) {
        rounds::SiteFacts facts;
        facts.self = id_;
        const Status judged = rounds::judge(*proposal, {}, facts);
        if (!judged) refusal_ = judged.error().message();
    }
    if (kill == Kill::kAfterCommit) return restart();
    if (went(open())) act(round_->pending());
}

Status SimulatedSite::open() {
    const std::string name = "round " + std::to_string(first_->message.round.number) + " of " + id_.str();
    HZ_ASSIGN(auto round,
              rounds::SiteRound::open({id_, first_->message, refusal_, first_at_},
                                      to_secret(around_.derive(name)), {&signer_, around_.directory}));
    round_.emplace(std::move(round));
    return {};
}

template <typename Event>
void SimulatedSite::give(Event event) {
    const WallTime now = around_.queue.now();
    take({now, nullptr, rounds::SiteInput{now, std::move(event)}, {}});
}

void SimulatedSite::take(Taken taken) {
    const Kill kill = around_.kill();
    if (kill == Kill::kBeforeCommit) return restart();
    const auto applied = round_->apply(taken.input());
    if (applied.changed) commit(std::move(taken), applied);
    if (kill == Kill::kAfterCommit) return restart();
    act(applied.outputs);
}

void SimulatedSite::commit(Taken taken, const rounds::Applied<SiteOutput>& applied) {
    if (around_.faults.crash > 0) taken.said = digest_of(applied.outputs);
    journal_.push_back(std::move(taken));
    for (const SiteOutput& output : applied.outputs) {
        const auto* concluded = std::get_if<rounds::Concluded>(&output);
        if (concluded != nullptr && concluded->included) residual_ = next_residual_;
    }
}

void SimulatedSite::restart() {
    ++around_.crashes;
    ++process_.life;
    process_.up_at = around_.queue.now() + kDowntime;
    round_.reset();
    if (!first_ || !went(open())) return;
    for (const Taken& taken : journal_) {
        const auto again = round_->apply(taken.input());
        ++around_.replayed;
        around_.check(again.changed && digest_of(again.outputs) == taken.said,
                      id_.str() + " says something else when it comes back");
    }
    around_.queue.after(kDowntime, process_, [this] { act(round_->pending()); });
}

void SimulatedSite::act(const std::vector<SiteOutput>& outputs) {
    for (const SiteOutput& output : outputs) {
        if (process_.gone) return;
        std::visit([this](const auto& one) { act(one); }, output);
    }
}

void SimulatedSite::act(const rounds::Reply& reply) {
    const auto* proposal = std::get_if<rounds::Proposal>(&first_->message.body);
    if (vanishing_ && proposal != nullptr && proposal->iteration == vanishing_->iteration &&
        rounds::step_of(reply.message.body) >= vanishing_->step) {
        process_.gone = true;
        return;
    }
    post_(*this, make_letter(reply.message));
}

void SimulatedSite::act(const rounds::Fetch& fetch) {
    around_.queue.after(around_.within(kFetchMs), process_, [this, object = fetch.object] {
        if (models_.insert(object).second) around_.network.traffic.bytes_down += object.bytes;
        give(rounds::Fetched{object});
    });
}

void SimulatedSite::act(const rounds::TrainAndMask& job) {
    around_.queue.after(around_.within(kTrainingMs), process_, [this, job] { train_and_mask(job); });
}

void SimulatedSite::train_and_mask(const rounds::TrainAndMask& job) {
    if (round_->stage() != rounds::SiteStage::kTraining) return;  // it was stopped
    auto update = train(id_, round_->name(), job, residual_, around_);
    if (!update && update.error().code() != ErrorCode::kCancelled)
        return give(rounds::JobFailed{update.error().message()});
    if (!went(update)) return;
    plain_ = std::make_shared<const std::vector<std::uint32_t>>(update->words);
    next_residual_ = std::move(update->residual);
    const auto digest = job.secrets->masks.mask_in_place(update->words, *around_.executor);
    if (!went(digest)) return;
    masked_ = {*digest, sizeof(std::uint32_t) * update->words.size()};
    masked_words_ = std::make_shared<const std::vector<std::uint32_t>>(std::move(update->words));
    give(rounds::Masked{masked_});
}

void SimulatedSite::act(const rounds::PutObject& put) {
    around_.queue.after(around_.within(kUploadMs), process_, [this, put] {
        if (!coordinator_.up(around_.queue.now()))
            return around_.queue.after(kTryAgain, process_, [this, put] { act(put); });
        around_.check(put.object == masked_, id_.str() + " uploads what it has not masked");
        around_.uploads.put(put.object, masked_words_);
        around_.network.traffic.bytes_up += put.object.bytes;
        give(rounds::Uploaded{put.object});
    });
}

void SimulatedSite::act(const rounds::Evaluate& evaluate) {
    around_.queue.after(around_.within(kEvaluationMs), process_,
                        [this, candidate = evaluate.candidate] { evaluate_now(candidate); });
}

void SimulatedSite::evaluate_now(const rounds::Candidate& candidate) {
    auto row = evaluate(id_, candidate, around_);
    if (row) return give(rounds::Evaluated{std::move(*row)});
    if (row.error().code() == ErrorCode::kCancelled) return void(went(row));
    give(rounds::JobFailed{row.error().message()});
}

void SimulatedSite::end_round() {
    round_.reset();
    journal_.clear();
    first_.reset();
    refusal_.reset();
    masked_ = {};
    masked_words_.reset();
    plain_.reset();
    next_residual_.clear();
}

}  // namespace huizhen::coordinator::simulation
