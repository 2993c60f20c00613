#include "retention.h"

#include <huizhen/base/logging.h>
#include <huizhen/rpc/round_codec.h>

#include "models/decisions.h"
#include "state/schema.h"

namespace huizhen::coordinator {

Status forget_steps(Context& context, const std::string& id) {
    HZ_ASSIGN(const PlanRecord plan, context.plans.find(id));
    context.grants.forget_plan(rounds::PlanId(id));
    if (plan.training.empty()) return {};
    HZ_ASSIGN(const auto training, rpc::decode_plan(plan.training));
    HZ_ASSIGN(const acceptance::Lineage lineage, lineage_of(context, training.task));
    HZ_ASSIGN(const auto blobs, context.plans.results(id));
    std::vector<Sha256Digest> of_no_use;
    for (const Blob& blob : blobs) {
        HZ_ASSIGN(const auto result, rpc::decode_result(blob));
        if (result.state) of_no_use.push_back(result.state->digest);
        if (!result.model || lineage.state_of(result.model->digest)) continue;
        HZ_TRY(context.models.forget(to_hex(result.model->digest)));
        of_no_use.push_back(result.model->digest);
    }
    context.outbox->after_commit([&context, of_no_use] {
        for (const Sha256Digest& digest : of_no_use) {
            if (!context.objects->contains(digest)) continue;
            if (const Status removed = context.objects->remove(digest); !removed)
                log::warning("object-not-removed", {{"why", removed.error().message()}});
        }
    });
    return {};
}

}  // namespace huizhen::coordinator
