#include "retention.h"

#include <huizhen/rpc/round_codec.h>

#include "models/decisions.h"
#include "state/objects.h"
#include "state/schema.h"

namespace huizhen::coordinator {

Status forget_steps(Context& context, const std::string& id) {
    HZ_ASSIGN(const PlanRecord plan, context.plans.find(id));
    context.grants.forget_plan(rounds::PlanId(id));
    if (plan.training.empty()) return {};
    HZ_ASSIGN(const auto training, rpc::decode_plan(plan.training));
    HZ_ASSIGN(const acceptance::Lineage lineage, lineage_of(context, training.task));
    HZ_ASSIGN(const auto blobs, context.plans.results(id));
    std::set<Sha256Digest> of_no_use;
    for (const Blob& blob : blobs) {
        HZ_ASSIGN(const auto result, rpc::decode_result(blob));
        if (result.state) of_no_use.insert(result.state->digest);
        if (!result.model || lineage.state_of(result.model->digest)) continue;
        HZ_TRY(context.models.forget(to_hex(result.model->digest)));
        of_no_use.insert(result.model->digest);
    }
    context.outbox->after_commit(
        [objects = context.objects.get(), of_no_use] { remove_objects(*objects, of_no_use); });
    return {};
}

}  // namespace huizhen::coordinator
