#pragma once

// The rounds this site is or was in: of an open one all that brings it back after a crash, of one that is
// over how it ended. The loop's thread alone, in its transaction.

#include <huizhen/rounds/message.h>

#include "state/schema.h"

namespace huizhen::site {

struct NewRound {
    rounds::RoundName name;
    std::string task;
    std::uint32_t iteration = 0;
    bool takes_part = false;  // no refusal, and not only an evaluation
    Blob setup;               // rounds::SiteSetup
    Blob sealed_seed;
    WallTime at;
};

struct RoundRow {
    rounds::RoundName name;
    std::string task;
    std::uint32_t iteration = 0;
    WallTime opened_at, heard_at;
    std::string stage;    // of rounds::SiteStage
    std::string trouble;  // why it declined, failed or was left out
    std::optional<WallTime> closed_at;
    std::string outcome;  // "model ab12...", or why there is none
    bool included = false;
};

struct OpenRound {
    RoundRow row;
    Blob setup, sealed_seed;
    std::vector<Blob> journal;
};

struct RoundEnd {
    std::string outcome;
    bool included = false;
    WallTime at;
};

class RoundStore {
  public:
    explicit RoundStore(database::Connection& connection) : connection_(&connection) {}

    Status open(const NewRound& round);
    Status append(const rounds::RoundName& round, std::int64_t entry, BlobView input, WallTime at);
    Status set_stage(const rounds::RoundName& round, std::string_view stage, std::string_view trouble);
    // Journal, setup and seed go.
    Status close(const rounds::RoundName& round, const RoundEnd& end);

    Result<std::vector<OpenRound>> open_rounds() const;  // oldest first
    Result<std::vector<RoundRow>> latest(std::size_t max) const;
    // Numbers ascend within a plan: one that is not above this was there already. 0: none.
    Result<std::uint64_t> last_number(const rounds::PlanId& plan) const;
    // Whose training this site began at or after `since`.
    Result<std::uint32_t> begun_since(WallTime since) const;
    Result<std::vector<std::string>> tasks() const;
    // Whether this site helped to unmask a sum of this iteration: in some attempt at it, finished or not.
    Result<bool> has_unmasked(const rounds::PlanId& plan, std::uint32_t iteration) const;
    Result<bool> has_trained_for(const rounds::PlanId& plan) const;

    // A file in objects/ that the round needs.
    Status needs(const rounds::RoundName& round, const rounds::ObjectRef& object);
    // A file in objects/ that is there for another reason.
    Status note(const rounds::ObjectRef& object);
    Status release(const rounds::RoundName& round, const Sha256Digest& object);
    // All files that are noted.
    Result<std::vector<Sha256Digest>> objects() const;
    // Files that no open round needs, nor the newest round of a plan that is not older than `since`, nor a
    // model the site runs: to be removed, then forgotten.
    Result<std::vector<Sha256Digest>> unneeded(WallTime since) const;
    Status forget(const Sha256Digest& object);

  private:
    database::Connection* connection_;
};

}  // namespace huizhen::site
