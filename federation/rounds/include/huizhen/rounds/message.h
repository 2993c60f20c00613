#pragma once

// What coordinator and site say to each other in a round. The bytes on the wire are the transport's
// (federation/rpc); who said it is told by the channel, and what matters between sites is signed inside.

#include <optional>
#include <variant>

#include <huizhen/rounds/absence.h>
#include <huizhen/rounds/plan.h>

namespace huizhen::rounds {

// In the order of a round. Numbers are kept for good.
enum class Step : std::uint8_t {
    kNone = 0,
    kProposal = 1,
    kKeys = 2,
    kRoster = 3,
    kShares = 4,
    kShareDelivery = 5,
    kUpload = 6,
    kSurvivors = 7,
    kAgreement = 8,
    kSignatures = 9,
    kUnmasking = 10,
    kCandidate = 11,
    kEvaluation = 12,
    kLeftOut = 13,
    kOutcome = 14,
    kDecline = 15,
    kFailed = 16,
};
std::string_view step_name(Step step);

struct InvitedSite {
    SiteId site;
    Bytes certificate;  // for the site's own Directory to judge; may be empty where it has them already
    bool operator==(const InvitedSite&) const = default;
};

// ---- coordinator -> site

struct Proposal {
    TrainingPlan plan;
    std::uint32_t iteration = 1;     // 1..plan.iterations
    std::uint32_t attempt = 1;       // at this iteration
    ObjectRef model;                 // what the iteration starts from
    std::optional<ObjectRef> state;  // what the strategy sends beside it: SCAFFOLD's control variate
    std::uint64_t words = 0;         // in an upload
    std::vector<InvitedSite> invited;
    bool operator==(const Proposal&) const = default;
};

struct Roster {
    Bytes secagg;
    bool operator==(const Roster&) const = default;
};

struct ShareDelivery {
    Bytes secagg;
    bool operator==(const ShareDelivery&) const = default;
};

struct Survivors {
    Bytes secagg;
    bool operator==(const Survivors&) const = default;
};

struct Signatures {
    Bytes secagg;
    bool operator==(const Signatures&) const = default;
};

// Measure `candidate` beside `current` on your own held-out cases. Goes to every site that did not decline, a
// site that missed the rest of the round too.
struct Candidate {
    std::string task;
    std::uint32_t iteration = 0;
    ObjectRef current, candidate;
    bool operator==(const Candidate&) const = default;
};

// You are out of this round's sum. A candidate may still come.
struct LeftOut {
    Absence absence;
    bool operator==(const LeftOut&) const = default;
};

struct Outcome {
    std::optional<ObjectRef> model;  // or
    std::optional<Failure> failure;
    std::vector<SiteId> included;  // whose updates are in the sum; ascending
    std::vector<Absence> absences;
    bool operator==(const Outcome&) const = default;
};

// ---- site -> coordinator

struct Decline {
    std::string reason;
    bool operator==(const Decline&) const = default;
};

struct Keys {
    Bytes secagg;
    bool operator==(const Keys&) const = default;
};

struct Shares {
    Bytes secagg;
    bool operator==(const Shares&) const = default;
};

// `object` is the masked words, little-endian: its digest is what the message is signed for.
struct Upload {
    Bytes secagg;
    ObjectRef object;
    bool operator==(const Upload&) const = default;
};

struct Agreement {
    Bytes secagg;
    bool operator==(const Agreement&) const = default;
};

struct Unmasking {
    Bytes secagg;
    bool operator==(const Unmasking&) const = default;
};

// What the site measured: bytes of `acceptance`, not interpreted here.
struct Evaluation {
    Bytes row;
    bool operator==(const Evaluation&) const = default;
};

// `at`: the step that could not be followed, so that an old failure is not taken for one of a later phase.
struct Failed {
    Step at = Step::kNone;
    std::string reason;
    bool operator==(const Failed&) const = default;
};

using Body = std::variant<Proposal, Roster, ShareDelivery, Survivors, Signatures, Candidate, LeftOut, Outcome,
                          Decline, Keys, Shares, Upload, Agreement, Unmasking, Evaluation, Failed>;

Step step_of(const Body& body);
bool is_of_site(Step step);

struct Message {
    RoundName round;
    Body body;
    bool operator==(const Message&) const = default;
};

// Where a site is in a round, as its heartbeat tells: the last step it acted on, and what it answered that
// with: kNone while it is at work or waits. A round the site knows nothing of has kNone twice.
struct Position {
    Step received = Step::kNone;
    Step sent = Step::kNone;
    bool operator==(const Position&) const = default;
};

// The terms of secure aggregation that a proposal stands for. Both sides work them out for themselves: the
// plan's whole digest, the model and the strategy's state are in them.
secagg::Terms terms_of(const Proposal& proposal, std::uint64_t round_number);

}  // namespace huizhen::rounds
