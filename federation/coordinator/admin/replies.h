#pragma once

// The coordinator's state as its answers say it. On the loop.

#include "models/decisions.h"
#include "service/context.h"

namespace huizhen::federation::v1 {
class Matrix;
class ModelVersion;
class PlanStatus;
class RoundSummary;
class Site;
class StatusReply;
}  // namespace huizhen::federation::v1

namespace huizhen::coordinator {

Result<federation::v1::StatusReply> status_reply(Context& context);
void fill(federation::v1::Site& site, const Member& member, const Context& context);
// `with_history`: every round that is over, too.
Result<federation::v1::PlanStatus> plan_status(Context& context, const PlanRecord& plan, bool with_history);
// For whoever looks again and again: of the rounds only those are read that are over since the last look.
class SeenRounds {
  public:
    Result<federation::v1::PlanStatus> look(Context& context, const PlanRecord& plan);

  private:
    std::vector<federation::v1::RoundSummary> rounds_;
};
federation::v1::Matrix matrix_reply(const Judgement& judgement);
Result<std::vector<federation::v1::ModelVersion>> model_versions(Context& context, std::string_view task);

}  // namespace huizhen::coordinator
