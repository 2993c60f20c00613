#include <huizhen/rounds/plan_run.h>

namespace huizhen::rounds {

namespace {

constexpr Seconds kLongestRetry{3'600};

Seconds wait_after(const PatienceSettings& patience, std::uint32_t attempt) {
    const Seconds longest = std::max(kLongestRetry, patience.retry_after);
    Seconds wait = patience.retry_after;
    for (std::uint32_t i = 1; i < attempt && wait < longest; ++i) wait *= 2;
    return std::min(wait, longest);
}

}  // namespace

Result<PlanRun> PlanRun::restore(TrainingPlan plan, std::vector<RoundResult> results) {
    HZ_TRY(check_plan(plan));
    PlanRun run(std::move(plan));
    for (RoundResult& result : results) HZ_TRY(run.add(std::move(result)));
    return run;
}

Status PlanRun::add(RoundResult result) {
    const auto expected = next();
    if (!expected) return fail(ErrorCode::kIntegrity, "plan " + plan_.id.str() + " is over");
    if (result.round != RoundName{plan_.id, expected->number} || result.iteration != expected->iteration ||
        result.attempt != expected->attempt) {
        return fail(ErrorCode::kIntegrity, "round " + std::to_string(result.round.number) + " of " +
                                               result.round.plan.str() + " is not the next of plan " +
                                               plan_.id.str());
    }
    if (result.model.has_value() == result.failure.has_value()) {
        return fail(ErrorCode::kIntegrity, "a round ends with a model or with a failure");
    }
    results_.push_back(std::move(result));
    return {};
}

PlanState PlanRun::state() const {
    if (results_.empty()) return PlanState::kRunning;
    const RoundResult& last = results_.back();
    if (last.model) return last.iteration == plan_.iterations ? PlanState::kComplete : PlanState::kRunning;
    const bool given_up =
        last.failure->kind == FailureKind::kAborted || last.attempt >= plan_.patience.max_attempts;
    return given_up ? PlanState::kFailed : PlanState::kRunning;
}

std::optional<NextRound> PlanRun::next() const {
    if (state() != PlanState::kRunning) return std::nullopt;
    NextRound next;
    next.model = model();
    if (results_.empty()) return next;
    const RoundResult& last = results_.back();
    next.number = last.round.number + 1;
    if (last.model) {
        next.iteration = last.iteration + 1;
        next.not_before = last.ended;
    } else {
        next.iteration = last.iteration;
        next.attempt = last.attempt + 1;
        next.not_before = last.ended + wait_after(plan_.patience, last.attempt);
    }
    if (const RoundResult* success = last_success()) next.state = success->state;
    return next;
}

std::optional<std::string> PlanRun::failure() const {
    if (state() != PlanState::kFailed) return std::nullopt;
    const RoundResult& last = results_.back();
    return std::string(failure_name(last.failure->kind)) + ": " + last.failure->reason + " (iteration " +
           std::to_string(last.iteration) + ", attempt " + std::to_string(last.attempt) + ")";
}

ObjectRef PlanRun::model() const {
    const RoundResult* success = last_success();
    return success ? *success->model : plan_.start_model;
}

const RoundResult* PlanRun::last_success() const {
    const auto found = std::find_if(results_.rbegin(), results_.rend(),
                                    [](const RoundResult& result) { return result.model.has_value(); });
    return found == results_.rend() ? nullptr : &*found;
}

std::optional<Message> PlanRun::outcome_of(const RoundName& round) const {
    const auto found = std::find_if(results_.begin(), results_.end(),
                                    [&](const RoundResult& result) { return result.round == round; });
    if (found == results_.end()) return std::nullopt;
    return outcome_message(*found);
}

}  // namespace huizhen::rounds
