#pragma once

// The coordinator's side of one round: a deterministic fold over its inputs. It has no clock, no transport,
// no file. The program applies an input, commits it to the journal, and only then acts on the outputs; after
// a crash it opens the round from the same setup, applies the journal's inputs again and acts on pending().
//
//   keys -> shares -> upload -> agreement -> unmasking -> aggregate -> validate -> done
//
// A phase ends by itself when every site it awaits has answered or is given up. One thread at a time.

#include <memory>

#include <huizhen/base/executor.h>
#include <huizhen/rounds/coordinator_events.h>
#include <huizhen/rounds/upload_source.h>

namespace huizhen::rounds {

// When waiting ends if nothing more is heard, and what to put into the journal then.
struct Deadline {
    WallTime at{};
    Close close;
};

// The sum over one group, whole and unmasked. `words` lives in the round until the new model is installed.
struct GroupSum {
    std::vector<SiteId> included;
    std::span<const std::uint32_t> words;
};

// Borrowed; must outlive the round.
struct CoordinatorTools {
    // The sites' keys as they were when the round was opened: a site that is revoked later reaches the round
    // as SiteRevoked, or a replay would not give the same.
    const secagg::Directory* directory = nullptr;
    const UploadSource* uploads = nullptr;
    Executor* executor = nullptr;
};

class CoordinatorRound {
  public:
    // kInvalidArgument: no round could be made of this setup.
    static Result<CoordinatorRound> open(RoundSetup setup, const CoordinatorTools& tools);
    ~CoordinatorRound();
    CoordinatorRound(CoordinatorRound&&) noexcept;
    CoordinatorRound& operator=(CoordinatorRound&&) noexcept;

    Applied<CoordinatorOutput> apply(const CoordinatorInput& input);

    // All that the outside has yet to do, said again: after open() and after a replay.
    std::vector<CoordinatorOutput> pending() const;

    // What a site that is at `position` should be sent (again). Sites say where they are with every
    // heartbeat, so that no message needs an acknowledgement of its own.
    std::vector<Message> pending_for(const SiteId& site, const Position& position) const;

    // `last_heard`: when any byte of a site last came; a site that is not there counts from the phase's
    // start. `listening_since`: when this program started; while it was down nobody could be heard, so that
    // no silence and no grace counts from before. None in kAggregate and kDone.
    std::optional<Deadline> next_deadline(const std::map<SiteId, WallTime>& last_heard,
                                          WallTime listening_since = WallTime::min()) const;

    const RoundSetup& setup() const;
    RoundName name() const;
    Phase phase() const;
    bool done() const { return phase() == Phase::kDone; }
    std::vector<SiteId> awaited() const;   // in this phase, ascending
    std::vector<SiteId> answered() const;  // in this phase, ascending
    std::vector<Absence> absences() const;
    std::vector<GroupSum> sums() const;                // in kAggregate
    const std::optional<RoundResult>& result() const;  // in kDone

  private:
    struct State;
    explicit CoordinatorRound(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace huizhen::rounds
