#include "retention.h"

#include <huizhen/base/logging.h>
#include <huizhen/rpc/round_codec.h>

#include "plans/references.h"
#include "state/objects.h"
#include "state/schema.h"

namespace huizhen::coordinator {
namespace {

struct Steps {
    std::string task;
    std::set<Sha256Digest> models, states;
};

Result<Steps> steps_of(Context& context, const PlanRecord& plan) {
    Steps steps;
    HZ_ASSIGN(const auto training, rpc::decode_plan(plan.training));
    steps.task = training.task;
    HZ_ASSIGN(const auto blobs, context.plans.results(plan.id));
    for (const Blob& blob : blobs) {
        HZ_ASSIGN(const auto result, rpc::decode_result(blob));
        if (result.model) steps.models.insert(result.model->digest);
        if (result.state) steps.states.insert(result.state->digest);
    }
    HZ_ASSIGN(const auto kept, context.plans.kept_states(plan.id));
    for (const std::string& digest : kept)
        if (const auto state = digest_from_hex(digest)) steps.states.insert(*state);
    return steps;
}

}  // namespace

Status forget_steps(Context& context, const std::string& id) {
    HZ_ASSIGN(const PlanRecord plan, context.plans.find(id));
    context.grants.forget_plan(rounds::PlanId(id));
    if (plan.training.empty()) return {};  // a draft
    const auto steps = steps_of(context, plan);
    if (!steps && steps.error().code() == ErrorCode::kIo) return fail(steps.error());
    if (!steps) {
        log::warning("steps-not-forgotten", {{"plan", id}, {"why", steps.error().message()}});
        return {};
    }
    HZ_ASSIGN(const auto needed, needed_objects(context, steps->task, id));
    if (!needed) {
        log::warning("steps-not-forgotten",
                     {{"plan", id}, {"why", "another plan cannot be read, and may need them"}});
        return {};
    }
    std::set<Sha256Digest> of_no_use;
    for (const Sha256Digest& model : steps->models) {
        if (needed->contains(model)) continue;
        HZ_TRY(context.models.forget(to_hex(model)));
        of_no_use.insert(model);
    }
    for (const Sha256Digest& state : steps->states)
        if (!needed->contains(state)) of_no_use.insert(state);
    HZ_TRY(context.plans.forget_states(id));
    context.outbox->after_commit(
        [objects = context.objects.get(), of_no_use] { remove_objects(*objects, of_no_use); });
    return {};
}

}  // namespace huizhen::coordinator
