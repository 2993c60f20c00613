#include "federation.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace huizhen::coordinator::simulation {
namespace {

using rounds::Phase;
using rounds::Step;

constexpr Milliseconds kHeartbeat{30'000}, kTick{5'000};
constexpr std::array kVanishSteps = {Step::kShares, Step::kUpload, Step::kAgreement, Step::kUnmasking};
constexpr int kPhases = static_cast<int>(Phase::kDone);

// Looking at a clock and at the phase costs more than most events.
constexpr std::size_t kEventsBetweenLooks = 64;

bool holds(const std::vector<rounds::SiteId>& ascending, const rounds::SiteId& site) {
    return std::ranges::binary_search(ascending, site);
}

}  // namespace

Federation::Federation(const std::vector<rounds::SiteId>& sites, Surroundings& around) : around_(around) {
    std::map<rounds::SiteId, secagg::PublicKey> keys;
    for (const rounds::SiteId& id : sites) {
        sites_.push_back(std::make_unique<SimulatedSite>(
            id, around_, process_,
            [this](SimulatedSite& site, const LetterPtr& letter) { to_coordinator(site, letter); }));
        by_id_[id] = sites_.back().get();
        keys[id] = sites_.back()->public_key();
    }
    keys_ = std::make_unique<secagg::Ed25519Directory>(std::move(keys));
    directory_ = std::make_unique<identity::RememberedSignatures>(*keys_);
    around_.directory = directory_.get();
}

void Federation::draw_vanishings(std::uint32_t iterations) {
    const auto share = around_.faults.dropout * static_cast<double>(sites_.size());
    std::vector<SimulatedSite*> left;
    for (const auto& site : sites_) left.push_back(site.get());
    for (auto count = std::lround(share); count > 0; --count) {
        const auto chosen = static_cast<std::ptrdiff_t>(around_.dice.below(std::uint64_t{left.size()}));
        const auto iteration = static_cast<std::uint32_t>(1 + around_.dice.below(std::uint64_t{iterations}));
        const Step step = kVanishSteps[around_.dice.below(std::uint64_t{kVanishSteps.size()})];
        left[static_cast<std::size_t>(chosen)]->vanish({iteration, step});
        left.erase(left.begin() + chosen);
    }
}

std::size_t Federation::vanished() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(sites_, [](const auto& site) { return site->process().gone; }));
}

void Federation::to_coordinator(SimulatedSite& site, const LetterPtr& letter) {
    ++around_.network.traffic.messages;
    around_.network.traffic.bytes_up += letter->bytes;
    around_.network.carry(site.process(), process_,
                          [this, &site, letter] { coordinator_->receive(site.id(), letter); });
}

void Federation::to_site(const rounds::SiteId& id, const LetterPtr& letter) {
    SimulatedSite& site = *by_id_.at(id);
    ++around_.network.traffic.messages;
    around_.network.traffic.bytes_down += letter->bytes;
    around_.network.carry(process_, site.process(), [&site, letter] { site.receive(letter); });
}

void Federation::heartbeat(SimulatedSite& site) {
    if (site.process().gone) return;
    around_.queue.after(kHeartbeat, [this, &site] { heartbeat(site); });
    around_.network.carry(site.process(), process_, [this, &site, position = site.position()] {
        coordinator_->hear(site.id(), position);
    });
}

void Federation::tick() {
    around_.queue.after(kTick, [this] { tick(); });
    coordinator_->tick();
}

bool Federation::over() const {
    return coordinator_->result() &&
           std::ranges::all_of(sites_, [](const auto& site) { return site->finished(); });
}

Status Federation::run(const rounds::TrainingPlan& plan, std::string_view stage, ProgressSink& progress) {
    const WallTime limit = started_ + (kPhases + 1) * plan.patience.phase_limit;
    for (std::size_t event = 0; !over(); ++event) {
        HZ_TRY(check_stop(around_.stop));
        if (!around_.queue.step() || around_.queue.now() > limit)
            around_.check(false, "a round does not come to its end");
        if (around_.broken) return fail(*around_.broken);
        if (event % kEventsBetweenLooks != 0) continue;
        const rounds::CoordinatorRound& round = coordinator_->round();
        const auto before = (static_cast<std::size_t>(round.phase()) - 1) * sites_.size();
        progress.advance(stage, before + round.answered().size(), kPhases * sites_.size());
    }
    return {};
}

Result<rounds::RoundResult> Federation::play(const rounds::TrainingPlan& plan, const rounds::NextRound& next,
                                             std::string_view stage, ProgressSink& progress) {
    around_.queue.wait_until(next.not_before);
    around_.network.traffic = {};
    around_.crashes = around_.replayed = 0;
    started_ = around_.queue.now();
    rounds::RoundSetup setup;
    setup.plan = plan;
    setup.number = next.number;
    setup.iteration = next.iteration;
    setup.attempt = next.attempt;
    setup.model = next.model;
    setup.state = next.state;
    setup.at = started_;
    for (const rounds::SiteId& site : plan.invited) setup.invited.push_back({site, {}});
    setup.seed = around_.derive("groups of round " + std::to_string(next.number));
    HZ_ASSIGN(setup.words, words_of(setup, *around_.objects));
    coordinator_ = std::make_unique<SimulatedCoordinator>(
        std::move(setup), kept_, around_, process_,
        SimulatedCoordinator::Hands{
            [this](const rounds::SiteId& site, const LetterPtr& letter) { to_site(site, letter); },
            [this](const rounds::SiteId& site) { return by_id_.at(site)->plain_words(); }});
    HZ_TRY(coordinator_->start());
    for (const auto& site : sites_)
        around_.queue.after(around_.within(kHeartbeat.count()), [this, &site = *site] { heartbeat(site); });
    tick();
    HZ_TRY(run(plan, stage, progress));
    rounds::RoundResult result = *coordinator_->result();
    check_end(result);
    exact_ = coordinator_->exact();
    kept_ = coordinator_->kept();
    around_.queue.clear();
    for (const auto& site : sites_) site->end_round();
    around_.uploads.clear();
    if (around_.broken) return fail(*around_.broken);
    return result;
}

void Federation::check_end(const rounds::RoundResult& result) {
    const auto told = std::get<rounds::Outcome>(rounds::outcome_message(result).body);
    for (const auto& site : sites_) {
        const auto outcome = site->process().gone ? std::nullopt : site->outcome();
        around_.check(!outcome || *outcome == told, site->id().str() + " was told of another outcome");
        const bool named = std::ranges::any_of(
            result.absences, [&](const rounds::Absence& absence) { return absence.site == site->id(); });
        around_.check(result.failure || named || holds(result.included, site->id()),
                      site->id().str() + " is left out without a reason");
    }
}

RoundReport Federation::report_of(const rounds::RoundResult& result) const {
    RoundReport report;
    report.number = result.round.number;
    report.iteration = result.iteration;
    report.attempt = result.attempt;
    report.invited = sites_.size();
    report.included = result.included.size();
    std::map<rounds::SiteId, const rounds::Absence*> first;
    for (const rounds::Absence& absence : result.absences)
        if (!holds(result.included, absence.site)) first.try_emplace(absence.site, &absence);
    for (const auto& [site, absence] : first) {
        const std::string cause(rounds::cause_name(absence->cause));
        ++report.left_out[cause + " in " + std::string(rounds::phase_name(absence->phase))];
    }
    report.messages = around_.network.traffic.messages;
    report.bytes_up = around_.network.traffic.bytes_up / sites_.size();
    report.bytes_down = around_.network.traffic.bytes_down / sites_.size();
    report.seconds = std::chrono::duration<double>(result.ended - started_).count();
    report.crashes = around_.crashes;
    report.replayed = around_.replayed;
    if (result.model) {
        report.model = to_hex(result.model->digest);
        report.exact = exact_.value_or(false);
    } else {
        report.failure =
            std::string(rounds::failure_name(result.failure->kind)) + ": " + result.failure->reason;
    }
    return report;
}

}  // namespace huizhen::coordinator::simulation
