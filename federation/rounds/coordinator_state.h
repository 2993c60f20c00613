#pragma once

// What a coordinator's round knows, whatever its phase, and the phases' common face.

#include <set>

#include <huizhen/rounds/coordinator_round.h>
#include <huizhen/secure_aggregation/coordinator_round.h>

namespace huizhen::rounds {

struct RoundState;

// An answer that was not taken. One that is refused for what it says costs its sender its place in the round;
// one that only came too early (its object is not here yet) does not.
struct NotTaken {
    Error error;
    bool costs_the_place = true;
};
using Taken = tl::expected<void, NotTaken>;

// One phase of a round. RoundState keeps who is awaited; a phase keeps what they sent.
class RoundPhase {
  public:
    virtual ~RoundPhase() = default;
    virtual Phase name() const = 0;
    virtual Step answer() const { return Step::kNone; }  // what an awaited site answers with
    virtual Taken accept(RoundState& state, const SiteId& site, const Body& body) = 0;
    // Whether a result could be had with those who have answered: the others' grace begins.
    virtual bool enough(const RoundState& state) const = 0;
    // Forgets what a site has sent in this phase.
    virtual Status withdraw(RoundState& state, const SiteId& site) = 0;
    // Everybody has answered or is given up: enters the next phase, or fails the round.
    virtual void end(RoundState& state) = 0;
};

struct RoundState {
    RoundSetup setup;
    CoordinatorTools tools;
    RoundName name;
    Proposal proposal;
    secagg::Terms terms;

    std::unique_ptr<RoundPhase> phase;
    Phase at = Phase::kKeys;  // its name, also while it hands over to the next
    WallTime now{}, phase_started{};
    std::optional<WallTime> enough_since;
    std::set<SiteId> awaited, answered;  // in this phase

    std::set<SiteId> invited;
    std::set<SiteId> out;       // of the sum
    std::set<SiteId> declined;  // wants nothing of this round
    std::set<SiteId> revoked;
    std::vector<Absence> absences;

    // What this phase asks of each awaited site.
    std::vector<Message> posted;
    std::map<SiteId, std::size_t> posted_to;

    std::vector<secagg::Outcome> sums;  // in kAggregate
    std::vector<SiteId> included;       // once their list is fixed; ascending
    std::vector<std::vector<SiteId>> groups;
    std::optional<Installed> installed;
    std::map<SiteId, Bytes> rows;
    std::optional<RoundResult> result;

    std::vector<CoordinatorOutput> outputs;

    const TrainingPlan& plan() const { return setup.plan; }
    bool is_included(const SiteId& site) const;

    // Starts a phase that awaits `sites`; what they are asked is posted next.
    void enter(std::unique_ptr<RoundPhase> next, std::set<SiteId> sites);
    void post(std::vector<SiteId> sites, Body body);

    // The site is not waited for any more. Up to kUpload it is told that it is out.
    void give_up(const SiteId& site, Cause cause, const std::string& reason);
    // Fails the round where the plan's sites cannot come together any more. `left`: who may be in the sum.
    bool fail_if_too_few(const std::set<SiteId>& left);
    void fail(FailureKind kind, const std::string& reason);
    void finish();
    // "site-b: silent in shares (...); ...": whoever is out, for a failure's reason.
    std::string who_is_missing() const;

  private:
    void end_with(std::optional<Failure> failure);
};

}  // namespace huizhen::rounds
