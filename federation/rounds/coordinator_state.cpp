// What every phase does with sites that answer, fall away, or are too few.

#include "coordinator_state.h"

#include <huizhen/rounds/reason.h>

#include "coordinator_phases.h"

namespace huizhen::rounds {

bool RoundState::is_included(const SiteId& site) const {
    return std::binary_search(included.begin(), included.end(), site);
}

void RoundState::enter(std::unique_ptr<RoundPhase> next, std::set<SiteId> sites) {
    phase = std::move(next);
    at = phase->name();
    phase_started = now;
    enough_since.reset();
    awaited = std::move(sites);
    answered.clear();
    posted.clear();
    posted_to.clear();
}

void RoundState::post(std::vector<SiteId> sites, Body body) {
    if (sites.empty()) return;
    for (const SiteId& site : sites) posted_to[site] = posted.size();
    posted.push_back({name, std::move(body)});
    outputs.push_back(Send{std::move(sites), posted.back()});
}

void RoundState::give_up(const SiteId& site, Cause cause, const std::string& reason) {
    awaited.erase(site);
    answered.erase(site);
    const Absence absence{site, at, cause, reason_text(reason)};
    absences.push_back(absence);
    if (cause == Cause::kDeclined) declined.insert(site);
    rows.erase(site);
    if (at == Phase::kValidate || (is_included(site) && cause != Cause::kGroupLost)) return;
    out.insert(site);
    if (cause == Cause::kGroupLost) std::erase(included, site);
    if (cause != Cause::kDeclined && cause != Cause::kRevoked) {
        outputs.push_back(Send{{site}, {name, LeftOut{absence}}});
    }
}

bool RoundState::fail_if_too_few(const std::set<SiteId>& left) {
    std::string missing;
    for (const SiteId& site : plan().mandatory) {
        if (!left.contains(site)) missing += (missing.empty() ? "" : ", ") + site.str();
    }
    if (!missing.empty()) {
        fail(FailureKind::kMandatoryMissing,
             "without " + missing + " there is no result; " + who_is_missing());
        return true;
    }
    if (left.size() >= plan().minimum_sites) return false;
    fail(FailureKind::kTooFewSites, std::to_string(left.size()) + " of at least " +
                                        std::to_string(plan().minimum_sites) + " sites are left; " +
                                        who_is_missing());
    return true;
}

std::string RoundState::who_is_missing() const {
    constexpr std::size_t kNamed = 10;
    std::string text;
    std::size_t count = 0;
    for (const Absence& absence : absences) {
        if (is_included(absence.site)) continue;
        if (++count > kNamed) continue;
        text += (text.empty() ? "" : "; ") + absence.site.str() + " " +
                std::string(cause_name(absence.cause)) + " in " + std::string(phase_name(absence.phase));
    }
    if (count > kNamed) text += "; and " + std::to_string(count - kNamed) + " more";
    return text.empty() ? "nobody is named missing" : "missing: " + text;
}

void RoundState::fail(FailureKind kind, const std::string& reason) {
    end_with(Failure{kind, reason_text(reason)});
}

void RoundState::finish() { end_with(std::nullopt); }

void RoundState::end_with(std::optional<Failure> failure) {
    RoundResult over;
    over.round = name;
    over.iteration = setup.iteration;
    over.attempt = setup.attempt;
    over.started = setup.at;
    over.ended = now;
    over.absences = absences;
    std::stable_sort(over.absences.begin(), over.absences.end(), [](const Absence& a, const Absence& b) {
        return std::tie(a.phase, a.site) < std::tie(b.phase, b.site);
    });
    if (failure) {
        over.failure = std::move(failure);
    } else {
        over.model = installed->model;
        over.state = installed->state;
        over.included = included;
        over.groups = groups;
        over.evaluations = std::move(rows);
    }
    result = std::move(over);
    sums.clear();
    enter(std::make_unique<RoundDone>(), {});
    std::vector<SiteId> told;
    std::set_difference(invited.begin(), invited.end(), revoked.begin(), revoked.end(),
                        std::back_inserter(told));
    if (!told.empty()) outputs.push_back(Send{std::move(told), outcome_message(*result)});
    outputs.push_back(Finished{*result});
}

}  // namespace huizhen::rounds
