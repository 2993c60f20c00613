#pragma once

// What goes into a coordinator's round and what comes out. Inputs are what its journal keeps.

#include <huizhen/rounds/round_result.h>

namespace huizhen::rounds {

// What a round is opened with; the first entry of its journal.
struct RoundSetup {
    TrainingPlan plan;  // whole, checked and with its noise resolved
    std::uint64_t number = 0;
    std::uint32_t iteration = 1, attempt = 1;
    ObjectRef model;
    std::optional<ObjectRef> state;
    std::uint64_t words = 0;           // in an upload: the codec's affair
    std::vector<InvitedSite> invited;  // of the plan's sites those that are enrolled now; ascending
    Sha256Digest seed{};               // draws the groups; from a source that no site can foretell
    WallTime at{};
    bool operator==(const RoundSetup&) const = default;
};

// A message as it came over the channel of `site`.
struct FromSite {
    SiteId site;
    Message message;
    bool operator==(const FromSite&) const = default;
};

// Waiting for these is over (next_deadline says when). Of another phase than the present, it does nothing.
struct Close {
    struct Missing {
        SiteId site;
        Cause cause = Cause::kSilent;  // or kTooLate
        bool operator==(const Missing&) const = default;
    };
    Phase phase = Phase::kKeys;
    std::vector<Missing> missing;
    bool operator==(const Close&) const = default;
};

struct SiteRevoked {
    SiteId site;
    bool operator==(const SiteRevoked&) const = default;
};

struct Abort {
    std::string who, why;
    bool operator==(const Abort&) const = default;
};

// The outside made the new model of the sums, and it is durable.
struct Installed {
    ObjectRef model;
    std::optional<ObjectRef> state;
    bool operator==(const Installed&) const = default;
};

// The outside could not, for good.
struct NotInstalled {
    std::string reason;
    bool operator==(const NotInstalled&) const = default;
};

struct CoordinatorInput {
    WallTime at{};
    std::variant<FromSite, Close, SiteRevoked, Abort, Installed, NotInstalled> event;
    bool operator==(const CoordinatorInput&) const = default;
};

// One message, to each of `sites`.
struct Send {
    std::vector<SiteId> sites;
    Message message;
    bool operator==(const Send&) const = default;
};

// Decode CoordinatorRound::sums() and make the new model; answer with Installed or NotInstalled. May be asked
// again after a restart: making the same model twice must do no harm.
struct Aggregate {
    std::uint32_t iteration = 0;
    ObjectRef model;
    std::optional<ObjectRef> state;
    bool operator==(const Aggregate&) const = default;
};

struct Finished {
    RoundResult result;
    bool operator==(const Finished&) const = default;
};

using CoordinatorOutput = std::variant<Send, Aggregate, Finished>;

// What applying an input did.
template <typename Output>
struct Applied {
    // The input must be in the journal before any output is acted upon. An input that changed nothing (a
    // duplicate, a stale or refused message) need not be kept, and its outputs may be lost.
    bool changed = false;
    std::vector<Output> outputs;
    std::optional<Error> refused;  // for the log: why it changed nothing, or cost its sender its place
};

}  // namespace huizhen::rounds
