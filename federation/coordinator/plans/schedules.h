#pragma once

// Plans that come again: a plan with a calendar is a pattern, and each run of it is a plan of its own, named
// by its day. On the loop, inside its batch.

#include <optional>

#include "service/context.h"

namespace huizhen::federation::v1 {
class Calendar;
class Plan;
}  // namespace huizhen::federation::v1

namespace huizhen::coordinator {

// The plan becomes a pattern, or an earlier pattern of that id gets another calendar; on demand: it ends.
Status schedule_plan(Context& context, const federation::v1::Plan& pattern, std::string_view who);

// Whether `plan` is `pattern`-YYYY-MM-DD.
bool is_run_of(std::string_view plan, std::string_view pattern);

struct ScheduledPlan {
    std::string id;
    std::string calendar;  // in words; "unreadable: ..." where the database holds no pattern
    std::optional<identity::Time> next;
};
Result<std::vector<ScheduledPlan>> schedules(Context& context);

// Those that can be read.
Result<std::vector<federation::v1::Plan>> schedule_patterns(Context& context);

// Starts what is due. A run that cannot start is written down with its reason, and its turn is over.
Status start_due_schedules(Context& context);

}  // namespace huizhen::coordinator
