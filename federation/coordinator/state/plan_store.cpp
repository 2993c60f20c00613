#include "plan_store.h"

#include <algorithm>
#include <array>

namespace huizhen::coordinator {
namespace {

using database::Rows;

constexpr std::array<std::string_view, 9> kStages = {"draft",     "running",  "paused", "awaiting-decision",
                                                     "accepted",  "rejected", "failed", "cancelled",
                                                     "unreadable"};

PlanStage read_stage(std::string_view text) {
    const auto found = std::ranges::find(kStages, text);
    return found == kStages.end() ? PlanStage::kUnreadable : static_cast<PlanStage>(found - kStages.begin());
}

Result<PlanRecord> read_plan(const Rows& rows) {
    PlanRecord plan;
    HZ_ASSIGN(plan.id, rows.get<std::string>(0));
    HZ_ASSIGN(plan.definition, rows.get<Blob>(1));
    HZ_ASSIGN(plan.training, rows.get<Blob>(2));
    HZ_ASSIGN(const auto stage, rows.get<std::string>(3));
    HZ_ASSIGN(plan.why, rows.get<std::string>(4));
    plan.stage = read_stage(stage);
    if (plan.stage == PlanStage::kUnreadable)
        plan.why = "its stage \"" + stage + "\" is unknown to this version";
    HZ_ASSIGN(plan.made_at, rows.get<std::int64_t>(5));
    HZ_ASSIGN(plan.changed_at, rows.get<std::int64_t>(6));
    return plan;
}

Result<std::vector<Blob>> blobs(Rows rows) {
    std::vector<Blob> all;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return all;
        HZ_ASSIGN(Blob blob, rows.get<Blob>(0));
        all.push_back(std::move(blob));
    }
}

Error no_such_plan(std::string_view id) {
    return Error(ErrorCode::kNotFound, "no-such-plan: there is no plan " + std::string(id) +
                                           "; `huizhen-coordinator plan list` shows all");
}

}  // namespace

std::string_view plan_stage_name(PlanStage stage) { return kStages[static_cast<std::size_t>(stage)]; }

bool is_over(PlanStage stage) {
    return stage == PlanStage::kAccepted || stage == PlanStage::kRejected || stage == PlanStage::kFailed ||
           stage == PlanStage::kCancelled;
}

Status PlanStore::create(const PlanRecord& plan) {
    HZ_ASSIGN(const auto existing, connection_->value<std::string>("SELECT id FROM plan WHERE id = ?1",
                                                                   {std::string_view(plan.id)}));
    if (existing)
        return fail(ErrorCode::kInvalidArgument, "plan-exists: there is a plan " + plan.id + " already");
    return connection_->run(
        "INSERT INTO plan (id, definition, training, state, why, made_at, changed_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        {std::string_view(plan.id), BlobView(plan.definition), BlobView(plan.training),
         plan_stage_name(plan.stage), std::string_view(plan.why), plan.made_at, plan.changed_at});
}

Result<PlanRecord> PlanStore::find(std::string_view id) const {
    HZ_ASSIGN(Rows rows,
              connection_->query(
                  "SELECT id, definition, training, state, why, made_at, changed_at FROM plan WHERE id = ?1",
                  {id}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return fail(no_such_plan(id));
    return read_plan(rows);
}

Result<std::vector<PlanRecord>> PlanStore::all() const {
    HZ_ASSIGN(Rows rows,
              connection_->query("SELECT id, definition, training, state, why, made_at, changed_at FROM plan "
                                 "ORDER BY made_at, id"));
    std::vector<PlanRecord> plans;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return plans;
        HZ_ASSIGN(PlanRecord plan, read_plan(rows));
        plans.push_back(std::move(plan));
    }
}

Status PlanStore::set_training(std::string_view id, BlobView training) {
    return connection_->run("UPDATE plan SET training = ?2 WHERE id = ?1", {id, training});
}

Status PlanStore::set_stage(std::string_view id, PlanStage stage, std::string_view why, std::int64_t now) {
    HZ_TRY(connection_->run("UPDATE plan SET state = ?2, why = ?3, changed_at = ?4 WHERE id = ?1",
                            {id, plan_stage_name(stage), why, now}));
    if (connection_->rows_changed() == 0) return fail(no_such_plan(id));
    return {};
}

Status PlanStore::append(std::string_view plan, std::int64_t number, BlobView input) {
    return connection_->run("INSERT INTO journal (plan, number, input) VALUES (?1, ?2, ?3)",
                            {plan, number, input});
}

Result<std::vector<Blob>> PlanStore::journal(std::string_view plan) const {
    HZ_ASSIGN(Rows rows,
              connection_->query("SELECT input FROM journal WHERE plan = ?1 ORDER BY number", {plan}));
    return blobs(std::move(rows));
}

Status PlanStore::conclude(std::string_view plan, std::uint64_t round, std::string_view outcome,
                           const std::optional<std::string>& model, BlobView result, std::int64_t now) {
    const database::Value made = model ? database::Value(std::string_view(*model)) : database::Value();
    HZ_TRY(
        connection_->run("INSERT INTO round (plan, number, outcome, model, result, finished_at) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                         {plan, static_cast<std::int64_t>(round), outcome, made, result, now}));
    return connection_->run("DELETE FROM journal WHERE plan = ?1", {plan});
}

Result<std::vector<Blob>> PlanStore::results(std::string_view plan, std::uint64_t after) const {
    HZ_ASSIGN(Rows rows,
              connection_->query("SELECT result FROM round WHERE plan = ?1 AND number > ?2 ORDER BY number",
                                 {plan, static_cast<std::int64_t>(after)}));
    return blobs(std::move(rows));
}

Result<std::optional<Blob>> PlanStore::result(std::string_view plan, std::uint64_t round) const {
    return connection_->value<Blob>("SELECT result FROM round WHERE plan = ?1 AND number = ?2",
                                    {plan, static_cast<std::int64_t>(round)});
}

Result<std::optional<PlanStore::Maker>> PlanStore::maker_of(std::string_view model) const {
    HZ_ASSIGN(Rows rows, connection_->query(
                             "SELECT round.plan, round.result FROM round JOIN plan ON plan.id = round.plan "
                             "WHERE round.model = ?1 ORDER BY plan.state IN ('failed', 'cancelled'), "
                             "round.finished_at DESC, round.number DESC LIMIT 1",
                             {model}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<Maker>();
    Maker maker;
    HZ_ASSIGN(maker.plan, rows.get<std::string>(0));
    HZ_ASSIGN(maker.result, rows.get<Blob>(1));
    return std::optional(std::move(maker));
}

Status PlanStore::keep_state(std::string_view plan, std::string_view name, std::string_view digest) {
    return connection_->run("INSERT OR REPLACE INTO server_state (plan, name, digest) VALUES (?1, ?2, ?3)",
                            {plan, name, digest});
}

Result<std::optional<std::string>> PlanStore::kept_state(std::string_view plan, std::string_view name) const {
    return connection_->value<std::string>("SELECT digest FROM server_state WHERE plan = ?1 AND name = ?2",
                                           {plan, name});
}

Result<std::vector<std::string>> PlanStore::kept_states(std::string_view plan) const {
    HZ_ASSIGN(Rows rows, connection_->query("SELECT digest FROM server_state WHERE plan = ?1", {plan}));
    std::vector<std::string> digests;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return digests;
        HZ_ASSIGN(std::string digest, rows.get<std::string>(0));
        digests.push_back(std::move(digest));
    }
}

Result<bool> PlanStore::is_kept(std::string_view digest) const {
    HZ_ASSIGN(const auto kept,
              connection_->value<std::string>("SELECT plan FROM server_state WHERE digest = ?1", {digest}));
    return kept.has_value();
}

Status PlanStore::forget_states(std::string_view plan) {
    return connection_->run("DELETE FROM server_state WHERE plan = ?1", {plan});
}

}  // namespace huizhen::coordinator
