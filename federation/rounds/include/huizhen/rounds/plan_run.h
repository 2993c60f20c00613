#pragma once

// A plan from its first round to its last: a value computed from the plan and from the results so far, which
// are all that must be kept. A round that failed is tried again under a new number.

#include <huizhen/rounds/round_result.h>

namespace huizhen::rounds {

// The round to open next: fill in the words, the sites and the seed of a RoundSetup.
struct NextRound {
    std::uint64_t number = 1;
    std::uint32_t iteration = 1, attempt = 1;
    ObjectRef model;
    std::optional<ObjectRef> state;
    WallTime not_before{};  // a failed attempt is not repeated at once
    bool operator==(const NextRound&) const = default;
};

enum class PlanState : std::uint8_t { kRunning, kComplete, kFailed };

class PlanRun {
  public:
    // The results in the order of their numbers. kInvalidArgument: the plan does not pass check_plan.
    // kIntegrity: results that do not follow from each other.
    static Result<PlanRun> restore(TrainingPlan plan, std::vector<RoundResult> results);

    // Of the round that next() named.
    Status add(RoundResult result);

    const TrainingPlan& plan() const { return plan_; }
    const std::vector<RoundResult>& results() const { return results_; }
    PlanState state() const;
    std::optional<NextRound> next() const;       // in kRunning
    std::optional<std::string> failure() const;  // in kFailed: attempts are used up, or a person aborted

    // The newest model of the lineage, and its round's rows: the candidate when complete.
    ObjectRef model() const;
    const RoundResult* last_success() const;

    // For a site that still has a round open that is over: how it ended.
    std::optional<Message> outcome_of(const RoundName& round) const;

  private:
    explicit PlanRun(TrainingPlan plan) : plan_(std::move(plan)) {}

    TrainingPlan plan_;
    std::vector<RoundResult> results_;
};

}  // namespace huizhen::rounds
