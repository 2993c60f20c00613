#pragma once

// Every plan from a person's wish to a person's decision. On the loop, inside its batch.

#include "service/context.h"

namespace huizhen::federation::v1 {
class CheckPlanReply;
class Plan;
}  // namespace huizhen::federation::v1

namespace huizhen::coordinator {

// What the plan would do, computed; blocking findings instead of an error where it could not start.
Result<federation::v1::CheckPlanReply> check_plan(Context& context, federation::v1::Plan plan);

// A draft, with every default spelt out. kInvalidArgument: "plan-refused", "plan-exists".
Status create_plan(Context& context, federation::v1::Plan plan, std::string_view who);
Result<federation::v1::Plan> definition_of(const PlanRecord& record);

// Sites, "current" and "initial" are what they are at this moment.
Status start_plan(Context& context, std::string_view id, std::string_view who);
Status pause_plan(Context& context, std::string_view id, std::string_view who, std::string_view why);
Status resume_plan(Context& context, std::string_view id, std::string_view who);
Status cancel_plan(Context& context, std::string_view id, std::string_view who, std::string_view why);

// At start: every plan that ran or was paused goes on where it was, but for those that cannot be read.
Status restore_plans(Context& context);

// After every batch: plans whose rounds are over wait for a decision, or get it by rule.
Status settle_plans(Context& context);

}  // namespace huizhen::coordinator
