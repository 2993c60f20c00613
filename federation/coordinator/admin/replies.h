#pragma once

// The coordinator's state as its answers say it. On the loop.

#include "models/decisions.h"
#include "service/context.h"

namespace huizhen::federation::v1 {
class Matrix;
class ModelVersion;
class PlanStatus;
class Site;
class StatusReply;
}  // namespace huizhen::federation::v1

namespace huizhen::coordinator {

Result<federation::v1::StatusReply> status_reply(Context& context);
void fill(federation::v1::Site& site, const Member& member, const Context& context);
// `with_history`: every round that is over, too.
Result<federation::v1::PlanStatus> plan_status(Context& context, const PlanRecord& plan, bool with_history);
federation::v1::Matrix matrix_reply(const Judgement& judgement);
Result<std::vector<federation::v1::ModelVersion>> model_versions(Context& context, std::string_view task);

}  // namespace huizhen::coordinator
