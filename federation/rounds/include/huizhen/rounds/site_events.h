#pragma once

// What goes into a site's round and what comes out. Inputs are what its journal keeps.

#include <memory>

#include <huizhen/privacy/ledger.h>
#include <huizhen/rounds/coordinator_events.h>
#include <huizhen/secure_aggregation/site_round.h>

namespace huizhen::rounds {

// What a site's round is opened with; the first entry of its journal. The 32-byte seed is kept beside it,
// sealed.
struct SiteSetup {
    SiteId self;
    Message first;                       // a Proposal, or a Candidate of a round this site missed
    std::optional<std::string> refusal;  // what judge() said, or a person: the site declines
    WallTime at{};
    bool operator==(const SiteSetup&) const = default;
};

struct FromCoordinator {
    Message message;
    bool operator==(const FromCoordinator&) const = default;
};

// A wanted object is here, whole, durable and checked against its digest.
struct Fetched {
    ObjectRef object;
    bool operator==(const Fetched&) const = default;
};

// The job of TrainAndMask is over: its masked words are a durable file. Give it only after the ledger was
// asked whether Charge will pass; if not, JobFailed.
struct Masked {
    ObjectRef object;
    bool operator==(const Masked&) const = default;
};

// The coordinator has the whole upload.
struct Uploaded {
    ObjectRef object;
    bool operator==(const Uploaded&) const = default;
};

struct Evaluated {
    Bytes row;
    bool operator==(const Evaluated&) const = default;
};

// Training, masking or evaluating failed for good, or a person withdraws the site.
struct JobFailed {
    std::string reason;
    bool operator==(const JobFailed&) const = default;
};

struct SiteInput {
    WallTime at{};
    std::variant<FromCoordinator, Fetched, Masked, Uploaded, Evaluated, JobFailed> event;
    bool operator==(const SiteInput&) const = default;
};

// To the coordinator.
struct Reply {
    Message message;
    bool operator==(const Reply&) const = default;
};

struct Fetch {
    ObjectRef object;
    bool operator==(const Fetch&) const = default;
};

// What the job masks with. Co-owned by the round and by the job on its own thread, which may outlive the
// round.
struct UploadSecrets {
    secagg::MaskUpload masks;     // the job calls mask_in_place(), which is const
    secagg::Secret32 noise_seed;  // for SeededRandom: the same noise after a restart
};

// Train on the site's own cases, clip, add noise, encode, mask, and write the words to a durable file; answer
// with Masked or JobFailed. May be asked again after a restart. Unmasked words stay in memory, and no masked
// word leaves the site before Masked is in the journal: two vectors under one mask would betray each other.
struct TrainAndMask {
    Proposal proposal;
    std::uint32_t roster_sites = 0;  // in the sum at most: this site's group
    double noise_stddev = 0;         // this site's part; 0 without noise
    Sha256Digest training_seed{};    // of plan, iteration and site: the same in every run and attempt
    std::shared_ptr<const UploadSecrets> secrets;
};

// Bring the object to the coordinator, from wherever the last attempt got to; answer with Uploaded.
struct PutObject {
    ObjectRef object;
    bool operator==(const PutObject&) const = default;
};

// Measure both models on the site's held-out cases; answer with Evaluated or JobFailed.
struct Evaluate {
    Candidate candidate;
    bool operator==(const Evaluate&) const = default;
};

// Into the site's ledger, in the transaction that keeps the input. Once a round: the ledger knows it by name.
struct Charge {
    privacy::LedgerEntry entry;
};

// Whatever TrainAndMask or Evaluate started is of no use any more.
struct StopJob {
    bool operator==(const StopJob&) const = default;
};

// The round is over. `included`: this site's update is in the new model, and what it keeps between rounds
// (the residual of a codec, a control variate, its own layers) moves on; otherwise it stays as it was.
struct Concluded {
    Outcome outcome;
    bool included = false;
    bool operator==(const Concluded&) const = default;
};

using SiteOutput = std::variant<Reply, Fetch, TrainAndMask, PutObject, Evaluate, Charge, StopJob, Concluded>;

}  // namespace huizhen::rounds
