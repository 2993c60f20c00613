#pragma once

// A plan as a person writes it (coordinator.proto) and as the rounds run it (rounds/plan.h).

#include <huizhen/rounds/plan.h>

namespace huizhen::federation::v1 {
class Plan;
}

namespace huizhen::coordinator {

// What a plan's sites and model stand for at this moment.
struct PlanGround {
    std::vector<rounds::SiteId> enrolled;  // ascending
    rounds::ObjectRef model;
};

// Every field that is 0 or empty gets its default.
void fill_defaults(federation::v1::Plan& plan);

// Checked, and with its noise worked out. kInvalidArgument, with what to change.
Result<rounds::TrainingPlan> to_training(const federation::v1::Plan& plan, const PlanGround& ground);

// "plan-id-malformed": ids are names of files, rows and rounds.
Status check_plan_id(std::string_view id);

}  // namespace huizhen::coordinator
