#include "simulated_coordinator.h"

#include "simulation/said.h"

namespace huizhen::coordinator::simulation {
namespace {

using rounds::CoordinatorOutput;

constexpr std::uint64_t kAggregationMs = 1'000;

}  // namespace

SimulatedCoordinator::SimulatedCoordinator(rounds::RoundSetup setup, std::optional<Sha256Digest> kept,
                                           Surroundings& around, Process& process, Hands hands)
    : setup_(std::move(setup)), kept_(kept), around_(around), process_(process), hands_(std::move(hands)) {}

Status SimulatedCoordinator::open() {
    HZ_ASSIGN(auto round, rounds::CoordinatorRound::open(
                              setup_, {around_.directory, &around_.uploads, around_.executor}));
    round_.emplace(std::move(round));
    return {};
}

Status SimulatedCoordinator::start() {
    HZ_TRY(open());
    act(round_->pending());
    return {};
}

void SimulatedCoordinator::receive(const rounds::SiteId& site, const LetterPtr& letter) {
    last_heard_[site] = around_.queue.now();
    give(rounds::FromSite{site, letter->message});
}

void SimulatedCoordinator::hear(const rounds::SiteId& site, const rounds::Position& position) {
    last_heard_[site] = around_.queue.now();
    for (rounds::Message& message : round_->pending_for(site, position))
        hands_.send(site, make_letter(std::move(message)));
}

void SimulatedCoordinator::tick() {
    if (!process_.up(around_.queue.now())) return;
    const auto deadline = round_->next_deadline(last_heard_);
    if (deadline && deadline->at <= around_.queue.now()) give(deadline->close);
}

template <typename Event>
bool SimulatedCoordinator::give(Event event) {
    const Kill kill = around_.kill();
    if (kill == Kill::kBeforeCommit) {
        restart();
        return false;
    }
    Taken taken{{around_.queue.now(), std::move(event)}, {}};
    const auto applied = round_->apply(taken.input);
    if (applied.changed) {
        if (around_.faults.crash > 0) taken.said = digest_of(applied.outputs);
        journal_.push_back(std::move(taken));
    }
    if (kill == Kill::kAfterCommit) {
        restart();
    } else {
        act(applied.outputs);
    }
    return applied.changed;
}

void SimulatedCoordinator::restart() {
    ++around_.crashes;
    ++process_.life;
    process_.up_at = around_.queue.now() + kDowntime;
    // Nobody could be heard while it was down: no silence counts from before.
    for (const rounds::InvitedSite& one : setup_.invited) last_heard_[one.site] = process_.up_at;
    const Status opened = open();
    around_.check(opened.has_value(), "a round that was open opens again");
    if (!opened) return;
    for (const Taken& taken : journal_) {
        const auto again = round_->apply(taken.input);
        ++around_.replayed;
        around_.check(again.changed && digest_of(again.outputs) == taken.said,
                      "the coordinator says something else when it comes back");
    }
    around_.queue.after(kDowntime, process_, [this] { act(round_->pending()); });
}

void SimulatedCoordinator::act(const std::vector<CoordinatorOutput>& outputs) {
    for (const CoordinatorOutput& output : outputs) {
        if (const auto* send = std::get_if<rounds::Send>(&output)) {
            const LetterPtr letter = make_letter(send->message);
            for (const rounds::SiteId& site : send->sites) hands_.send(site, letter);
        } else if (std::holds_alternative<rounds::Aggregate>(output)) {
            around_.queue.after(around_.within(kAggregationMs), process_, [this] { aggregate(); });
        } else {
            const auto& result = std::get<rounds::Finished>(output).result;
            around_.check(!result_ || *result_ == result, "a round ends in two ways");
            result_ = result;
        }
    }
}

void SimulatedCoordinator::aggregate() {
    if (round_->phase() != rounds::Phase::kAggregate) return;
    const std::vector<rounds::GroupSum> sums = round_->sums();
    const auto made = make_model(setup_, sums, kept_, *around_.objects, around_.work);
    if (!made) {
        give(rounds::NotInstalled{made.error().message()});
        return;
    }
    exact_ = is_exact(setup_, sums, *made, kept_, hands_.plain, around_);
    if (give(rounds::Installed{made->model, made->public_state}) && made->kept_state)
        kept_ = made->kept_state->digest;
}

}  // namespace huizhen::coordinator::simulation
