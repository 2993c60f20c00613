#include <huizhen/base/check.h>
#include <huizhen/rounds/coordinator_round.h>

#include "coordinator_phases.h"

namespace huizhen::rounds {

struct CoordinatorRound::State : RoundState {};

namespace {

// The bytes of secure aggregation in a message, if it holds any; who signed them is compared with who sent
// it.
const Bytes* secagg_bytes(const Body& body) {
    return std::visit(
        [](const auto& one) -> const Bytes* {
            if constexpr (requires { one.secagg; }) {
                return &one.secagg;
            } else {
                return nullptr;
            }
        },
        body);
}

// Ends every phase whose sites have all answered or are given up.
void advance(RoundState& state) {
    while (state.at != Phase::kDone && state.at != Phase::kAggregate && state.awaited.empty()) {
        const auto ending = std::move(state.phase);
        ending->end(state);
    }
}

// Before the list of the included is fixed: whoever falls away may make the round impossible.
void check_possible(RoundState& state) {
    if (state.at > Phase::kUpload) return;
    std::set<SiteId> left = state.awaited;
    left.insert(state.answered.begin(), state.answered.end());
    state.fail_if_too_few(left);
}

// One way of taking an input; what it gives says whether anything changed.
struct Change {
    bool changed = false;
    std::optional<Error> refused;
};

Change ignored(std::string why) { return {false, Error(ErrorCode::kIntegrity, std::move(why))}; }

class Taking {
  public:
    explicit Taking(RoundState& state) : state_(state) {}

    Change operator()(const FromSite& from) {
        const Step step = step_of(from.message.body);
        if (!state_.invited.contains(from.site)) return ignored("unknown-site: " + from.site.str());
        if (state_.revoked.contains(from.site)) return ignored("revoked: " + from.site.str());
        if (from.message.round != state_.name) return ignored("wrong-round: a message of another round");
        if (!is_of_site(step)) return ignored("malformed: no site sends this");
        if (state_.at == Phase::kDone) {
            answer_late(from.site, outcome_message(*state_.result));
            return ignored("out-of-order: the round is over");
        }
        if (const auto* decline = std::get_if<Decline>(&from.message.body)) {
            return leaves(from.site, Cause::kDeclined, decline->reason);
        }
        if (const auto* failed = std::get_if<Failed>(&from.message.body)) {
            const bool of_candidate = failed->at == Step::kCandidate;
            if (of_candidate != (state_.at == Phase::kValidate)) return {};
            return leaves(from.site, Cause::kFailed, failed->reason);
        }
        return answers(from.site, step, from.message.body);
    }

    Change operator()(const Close& close) {
        if (close.phase != state_.at) return {};
        bool any = false;
        for (const Close::Missing& missing : close.missing) {
            if (!state_.awaited.contains(missing.site)) continue;
            any = true;
            state_.give_up(missing.site, missing.cause,
                           missing.cause == Cause::kTooLate ? "not done when the others were enough"
                                                            : "nothing was heard of it");
        }
        if (any) check_possible(state_);
        return {any, std::nullopt};
    }

    Change operator()(const SiteRevoked& revoked) {
        if (!state_.invited.contains(revoked.site) || state_.revoked.contains(revoked.site) ||
            state_.at == Phase::kDone) {
            return {};
        }
        state_.revoked.insert(revoked.site);
        const Phase now = state_.at;
        if (now > Phase::kUpload && now < Phase::kValidate && state_.is_included(revoked.site)) {
            state_.fail(FailureKind::kSiteRevoked,
                        "site " + revoked.site.str() + " is revoked, and its update is in the sum");
            return {true, std::nullopt};
        }
        remove(revoked.site, Cause::kRevoked, "its certificate was revoked");
        return {true, std::nullopt};
    }

    Change operator()(const Abort& abort) {
        if (state_.at == Phase::kDone) return {};
        state_.fail(FailureKind::kAborted, abort.who + ": " + abort.why);
        return {true, std::nullopt};
    }

    Change operator()(const Installed& installed) {
        if (state_.at != Phase::kAggregate) return {};
        state_.installed = installed;
        state_.sums.clear();
        const auto ending = std::move(state_.phase);
        ending->end(state_);
        return {true, std::nullopt};
    }

    Change operator()(const NotInstalled& not_installed) {
        if (state_.at != Phase::kAggregate) return {};
        state_.fail(FailureKind::kAggregation, not_installed.reason);
        return {true, std::nullopt};
    }

  private:
    Change answers(const SiteId& site, Step step, const Body& body) {
        if (step != state_.phase->answer() || !state_.awaited.contains(site)) {
            const bool is_out = state_.out.contains(site) && !state_.awaited.contains(site);
            if (is_out) answer_left_out(site);
            if (state_.answered.contains(site) || step < state_.phase->answer()) return {};  // a duplicate
            return ignored("out-of-order: " + std::string(step_name(step)) + " of " + site.str());
        }
        Taken taken = check_sender(site, body);
        if (taken) taken = state_.phase->accept(state_, site, body);
        if (!taken && !taken.error().costs_the_place) return {false, taken.error().error};
        if (!taken) {
            remove(site, Cause::kRefused, taken.error().error.message());
            return {true, taken.error().error};
        }
        state_.awaited.erase(site);
        state_.answered.insert(site);
        return {true, std::nullopt};
    }

    static Taken check_sender(const SiteId& site, const Body& body) {
        const Bytes* bytes = secagg_bytes(body);
        if (!bytes) return {};
        const auto sender = secagg::sender_of(*bytes);
        if (!sender) return tl::unexpected(NotTaken{sender.error()});
        if (*sender == site) return {};
        const auto refused = secagg::refuse(
            secagg::Refusal::kForged, "site " + site.str() + " sent what " + sender->str() + " has signed");
        return tl::unexpected(NotTaken{refused.value()});
    }

    // By its own word. Nothing to do for a site that is not in the present phase.
    Change leaves(const SiteId& site, Cause cause, const std::string& reason) {
        const bool present = state_.awaited.contains(site) || state_.answered.contains(site);
        const bool finished = state_.at > Phase::kUpload && !state_.awaited.contains(site);
        if (!present || finished) return {};
        remove(site, cause, reason);
        return {true, std::nullopt};
    }

    void remove(const SiteId& site, Cause cause, const std::string& reason) {
        if (state_.answered.contains(site) && state_.at <= Phase::kUpload) {
            if (const auto withdrawn = state_.phase->withdraw(state_, site); !withdrawn) {
                return state_.fail(FailureKind::kSiteRevoked,
                                   "the upload of " + site.str() +
                                       " could not be taken out again: " + withdrawn.error().message());
            }
        }
        if (!state_.awaited.contains(site) && !state_.answered.contains(site)) return;
        state_.give_up(site, cause, reason);
        check_possible(state_);
    }

    void answer_late(const SiteId& site, Message message) {
        state_.outputs.push_back(Send{{site}, std::move(message)});
    }

    void answer_left_out(const SiteId& site) {
        const auto absence = std::find_if(state_.absences.begin(), state_.absences.end(),
                                          [&](const Absence& one) { return one.site == site; });
        if (absence != state_.absences.end()) answer_late(site, {state_.name, LeftOut{*absence}});
    }

    RoundState& state_;
};

}  // namespace

CoordinatorRound::CoordinatorRound(std::unique_ptr<State> state) : state_(std::move(state)) {}
CoordinatorRound::~CoordinatorRound() = default;
CoordinatorRound::CoordinatorRound(CoordinatorRound&&) noexcept = default;
CoordinatorRound& CoordinatorRound::operator=(CoordinatorRound&&) noexcept = default;

Result<CoordinatorRound> CoordinatorRound::open(RoundSetup setup, const CoordinatorTools& tools) {
    HZ_CHECK(tools.directory && tools.uploads && tools.executor, "a round has its tools");
    HZ_TRY(check_plan(setup.plan));
    if (setup.iteration < 1 || setup.iteration > setup.plan.iterations || setup.words == 0) {
        return fail(ErrorCode::kInvalidArgument, "the round: an iteration or a length outside the plan");
    }
    auto state = std::make_unique<State>();
    for (const InvitedSite& one : setup.invited) {
        if (!std::binary_search(setup.plan.invited.begin(), setup.plan.invited.end(), one.site)) {
            return fail(ErrorCode::kInvalidArgument, "the round: " + one.site.str() + " is not in the plan");
        }
        if (!state->invited.insert(one.site).second) {
            return fail(ErrorCode::kInvalidArgument, "the round: " + one.site.str() + " is invited twice");
        }
    }
    state->name = {setup.plan.id, setup.number};
    state->proposal = {setup.plan,  setup.iteration, setup.attempt, setup.model,
                       setup.state, setup.words,     setup.invited};
    state->terms = terms_of(state->proposal, setup.number);
    state->tools = tools;
    state->now = setup.at;
    state->setup = std::move(setup);
    HZ_ASSIGN(auto gather, GatherKeys::open(*state));
    state->enter(std::move(gather), state->invited);
    state->post({state->invited.begin(), state->invited.end()}, state->proposal);
    if (!state->fail_if_too_few(state->invited)) advance(*state);
    state->outputs.clear();  // pending() says them
    return CoordinatorRound(std::move(state));
}

Applied<CoordinatorOutput> CoordinatorRound::apply(const CoordinatorInput& input) {
    State& state = *state_;
    HZ_CHECK(state.outputs.empty(), "outputs are given out at once");
    const WallTime before = state.now;
    state.now = std::max(before, input.at);
    const Change change = std::visit(Taking(state), input.event);
    if (change.changed) {
        advance(state);
        if (!state.enough_since && state.phase->enough(state)) state.enough_since = state.now;
    } else {
        state.now = before;
    }
    return {change.changed, std::exchange(state.outputs, {}), change.refused};
}

std::vector<CoordinatorOutput> CoordinatorRound::pending() const {
    const State& state = *state_;
    std::vector<CoordinatorOutput> outputs;
    if (done()) {
        std::vector<SiteId> told;
        std::set_difference(state.invited.begin(), state.invited.end(), state.revoked.begin(),
                            state.revoked.end(), std::back_inserter(told));
        if (!told.empty()) outputs.push_back(Send{std::move(told), outcome_message(*state.result)});
        outputs.push_back(Finished{*state.result});
        return outputs;
    }
    std::vector<std::vector<SiteId>> readers(state.posted.size());
    for (const auto& [site, which] : state.posted_to) {
        if (state.awaited.contains(site)) readers[which].push_back(site);
    }
    for (std::size_t i = 0; i < readers.size(); ++i) {
        if (!readers[i].empty()) outputs.push_back(Send{std::move(readers[i]), state.posted[i]});
    }
    if (phase() == Phase::kAggregate) {
        outputs.push_back(Aggregate{state.setup.iteration, state.setup.model, state.setup.state});
    }
    return outputs;
}

std::vector<Message> CoordinatorRound::pending_for(const SiteId& site, const Position& position) const {
    const State& state = *state_;
    if (!state.invited.contains(site) || state.revoked.contains(site)) return {};
    const bool knows = position.received != Step::kNone;
    if (done()) {
        if (!knows || position.received == Step::kOutcome) return {};
        return {outcome_message(*state.result)};
    }
    if (state.awaited.contains(site)) {
        const auto posted = state.posted_to.find(site);
        if (posted == state.posted_to.end()) return {};
        const Message& message = state.posted[posted->second];
        // Asked and not answered yet: it is at work. Answered, and not here: asked again, it answers the
        // same.
        const bool at_work = position.received == step_of(message.body) && position.sent == Step::kNone;
        if (at_work) return {};
        return {message};
    }
    if (!state.out.contains(site) || state.declined.contains(site) || !knows ||
        position.received == Step::kLeftOut || position.received == Step::kCandidate) {
        return {};
    }
    const auto absence = std::find_if(state.absences.begin(), state.absences.end(),
                                      [&](const Absence& one) { return one.site == site; });
    if (absence == state.absences.end()) return {};
    return {{state.name, LeftOut{*absence}}};
}

std::optional<Deadline> CoordinatorRound::next_deadline(const std::map<SiteId, WallTime>& last_heard,
                                                        WallTime listening_since) const {
    const State& state = *state_;
    if (state.awaited.empty()) return std::nullopt;
    const PatienceSettings& patience = state.plan().patience;
    const WallTime begin = std::max(state.phase_started, listening_since);
    Deadline deadline{WallTime::min(), {phase(), {}}};
    for (const SiteId& site : state.awaited) {
        const auto heard = last_heard.find(site);
        const WallTime silent =
            (heard == last_heard.end() ? begin : std::max(heard->second, begin)) + patience.silence;
        WallTime late = state.phase_started + patience.phase_limit;
        // A mandatory site that is awaited has no grace to lose: without it the others are not enough.
        if (state.enough_since) {
            late = std::min(late, std::max(*state.enough_since, listening_since) + patience.grace);
        }
        deadline.at = std::max(deadline.at, std::min(silent, late));
        deadline.close.missing.push_back({site, silent <= late ? Cause::kSilent : Cause::kTooLate});
    }
    return deadline;
}

const RoundSetup& CoordinatorRound::setup() const { return state_->setup; }
RoundName CoordinatorRound::name() const { return state_->name; }
Phase CoordinatorRound::phase() const { return state_->at; }

std::vector<SiteId> CoordinatorRound::awaited() const {
    return {state_->awaited.begin(), state_->awaited.end()};
}

std::vector<SiteId> CoordinatorRound::answered() const {
    return {state_->answered.begin(), state_->answered.end()};
}

std::vector<Absence> CoordinatorRound::absences() const { return state_->absences; }

std::vector<GroupSum> CoordinatorRound::sums() const {
    std::vector<GroupSum> sums;
    for (const secagg::Outcome& outcome : state_->sums) sums.push_back({outcome.included, outcome.sum});
    return sums;
}

const std::optional<RoundResult>& CoordinatorRound::result() const { return state_->result; }

}  // namespace huizhen::rounds
