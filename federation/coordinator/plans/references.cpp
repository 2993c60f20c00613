#include "references.h"

#include <federation/v1/coordinator.pb.h>

#include <huizhen/rpc/round_codec.h>

#include "models/decisions.h"
#include "plans/plan_book.h"
#include "plans/schedules.h"
#include "state/schema.h"

namespace huizhen::coordinator {
namespace {

class References {
  public:
    explicit References(Context& context) : context_(context) {}

    Status lineage(std::string_view task) {
        HZ_ASSIGN(const acceptance::Lineage lineage, lineage_of(context_, task));
        for (const acceptance::LineageRecord& record : lineage.records()) {
            needed_.insert(record.model);
            needed_.insert(record.parent);
        }
        return {};
    }

    Status start_model(const PlanRecord& plan) {
        if (plan.training.empty()) {
            HZ_ASSIGN(const auto definition, definition_of(plan));
            return named(definition);
        }
        HZ_ASSIGN(const auto training, rpc::decode_plan(plan.training));
        needed_.insert(training.start_model.digest);
        return {};
    }

    // "current" and "initial" are nobody's until the plan starts.
    Status named(const federation::v1::Plan& plan) {
        const auto model = context_.models.resolve(plan.model());
        if (model) needed_.insert(*digest_from_hex(model->digest));
        return model || model.error().code() != ErrorCode::kIo ? Status() : fail(model.error());
    }

    Status rounds(const std::string& plan) {
        HZ_ASSIGN(const auto results, context_.plans.results(plan));
        for (const Blob& blob : results) {
            HZ_ASSIGN(const auto result, rpc::decode_result(blob));
            if (result.model) needed_.insert(result.model->digest);
            if (result.state) needed_.insert(result.state->digest);
        }
        HZ_ASSIGN(const auto kept, context_.plans.kept_states(plan));
        for (const std::string& digest : kept)
            if (const auto named = digest_from_hex(digest)) needed_.insert(*named);
        return open_round(plan);
    }

    std::set<Sha256Digest> take() { return std::move(needed_); }

  private:
    // A model that the sites are still measuring stands in no result yet.
    Status open_round(const std::string& plan) {
        HZ_ASSIGN(const auto journal, context_.plans.journal(plan));
        for (std::size_t i = 1; i < journal.size(); ++i) {
            HZ_ASSIGN(const auto input, rpc::decode_coordinator_input(journal[i]));
            const auto* installed = std::get_if<rounds::Installed>(&input.event);
            if (installed == nullptr) continue;
            needed_.insert(installed->model.digest);
            if (installed->state) needed_.insert(installed->state->digest);
        }
        return {};
    }

    Context& context_;
    std::set<Sha256Digest> needed_;
};

}  // namespace

Result<std::optional<std::set<Sha256Digest>>> needed_objects(Context& context, std::string_view task,
                                                             const std::string& besides) {
    References references(context);
    HZ_TRY(references.lineage(task));
    HZ_ASSIGN(const auto plans, context.plans.all());
    for (const PlanRecord& plan : plans) {
        const bool over = is_over(plan.stage);
        Status read = references.start_model(plan);
        if (read && !over && plan.id != besides) read = references.rounds(plan.id);
        if (!read && read.error().code() == ErrorCode::kIo) return fail(read.error());
        const bool readable = read && plan.stage != PlanStage::kUnreadable;
        if (!readable && !over) return std::optional<std::set<Sha256Digest>>();
    }
    HZ_ASSIGN(const auto patterns, schedule_patterns(context));
    for (const auto& pattern : patterns) HZ_TRY(references.named(pattern));
    return std::optional(references.take());
}

}  // namespace huizhen::coordinator
