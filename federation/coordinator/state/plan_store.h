#pragma once

// Plans, and of each the journal of its open round and the results of those that are over, as bytes: what
// they mean is the business of federation/rounds. The loop's thread alone, in its transaction.

#include <optional>
#include <string>
#include <vector>

#include <huizhen/database/connection.h>
#include <huizhen/database/value.h>

namespace huizhen::coordinator {

using database::Blob;
using database::BlobView;

// Stable: they stand in the database.
enum class PlanStage {
    kDraft,
    kRunning,
    kPaused,
    kAwaitingDecision,
    kAccepted,
    kRejected,
    kFailed,
    kCancelled,
    kUnreadable,  // never written: what the row says is no stage that this version knows
};
std::string_view plan_stage_name(PlanStage stage);
bool is_over(PlanStage stage);

struct PlanRecord {
    std::string id;
    Blob definition;  // as a person wrote it
    Blob training;    // as sites are told: checked and resolved
    PlanStage stage = PlanStage::kDraft;
    std::string why;                           // it failed, was paused or cancelled, or cannot be read
    std::int64_t made_at = 0, changed_at = 0;  // ms
};

class PlanStore {
  public:
    explicit PlanStore(database::Connection& connection) : connection_(&connection) {}

    // kInvalidArgument, "plan-exists".
    Status create(const PlanRecord& plan);
    // kNotFound, "no-such-plan".
    Result<PlanRecord> find(std::string_view id) const;
    Result<std::vector<PlanRecord>> all() const;  // oldest first
    Status set_training(std::string_view id, BlobView training);
    Status set_stage(std::string_view id, PlanStage stage, std::string_view why, std::int64_t now);

    // The open round's inputs, in order; the first is its setup.
    Status append(std::string_view plan, std::int64_t number, BlobView input);
    Result<std::vector<Blob>> journal(std::string_view plan) const;
    // The round is over: its result stays, its journal goes.
    Status conclude(std::string_view plan, std::uint64_t round, std::string_view outcome,
                    const std::optional<std::string>& model, BlobView result, std::int64_t now);
    // Of the rounds after that number, by number.
    Result<std::vector<Blob>> results(std::string_view plan, std::uint64_t after = 0) const;
    Result<std::optional<Blob>> result(std::string_view plan, std::uint64_t round) const;
    // The round that made this model; of several the latest of a plan that came to an end.
    struct Maker {
        std::string plan;
        Blob result;
    };
    Result<std::optional<Maker>> maker_of(std::string_view model) const;

    // What a strategy keeps at the coordinator between iterations, by digest of its object.
    Status keep_state(std::string_view plan, std::string_view name, std::string_view digest);
    Result<std::optional<std::string>> kept_state(std::string_view plan, std::string_view name) const;
    Result<std::vector<std::string>> kept_states(std::string_view plan) const;
    Result<bool> is_kept(std::string_view digest) const;  // by any plan
    Status forget_states(std::string_view plan);

  private:
    database::Connection* connection_;
};

}  // namespace huizhen::coordinator
