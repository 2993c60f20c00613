#pragma once

// Plans in words.

#include <string>

namespace huizhen::federation::v1 {
class CheckPlanReply;
class ListPlansReply;
class PlanStatus;
class SchedulesReply;
}  // namespace huizhen::federation::v1

namespace huizhen::coordinator {

std::string check_text(const federation::v1::CheckPlanReply& reply);
std::string plans_text(const federation::v1::ListPlansReply& reply);
std::string schedules_text(const federation::v1::SchedulesReply& reply);
std::string status_text(const federation::v1::PlanStatus& status);
// One line, redrawn while a plan runs.
std::string progress_line(const federation::v1::PlanStatus& status);

}  // namespace huizhen::coordinator
