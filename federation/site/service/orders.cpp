#include <huizhen/audit/log.h>
#include <huizhen/site/orders.h>

#include "enrolment/leaving.h"
#include "keys/key_folder.h"
#include "policy/policy_file.h"
#include "service/model_keeper.h"
#include "service/spool.h"
#include "state/membership_store.h"
#include "state/round_store.h"

namespace huizhen::site {
namespace {

Status check_models(const std::filesystem::path& state, const Order& order) {
    HZ_ASSIGN(const auto connection, open_for_reading(state));
    ModelStore store(*connection);
    HZ_ASSIGN(const auto models, store.all());
    for (const TaskModel& model : models)
        if (model.task == order.task) return {};
    return fail(ErrorCode::kNotFound, "no-such-task: no model of " + order.task + " is known here");
}

Status leave(database::Connection& connection, const KeyFolder& keys, const Order& order, const Status& told,
             const Clock& clock) {
    MembershipStore store(connection);
    HZ_ASSIGN(auto enrolment, store.enrolment());
    if (!enrolment) return fail(ErrorCode::kNotFound, "not-enrolled: there is nothing to leave");
    mark_left(*enrolment, order.who, told, clock);
    HZ_TRY(store.set(*enrolment));
    RoundStore rounds(connection);
    HZ_ASSIGN(const auto open, rounds.open_rounds());
    for (const OpenRound& round : open) {
        HZ_TRY(rounds.close(round.row.name,
                            {"abandoned: the hospital has left the federation", false, wall_now(clock)}));
    }
    return keys.remove_certificate();
}

Status follow(database::Connection& connection, const KeyFolder& keys, const std::filesystem::path& state,
              const Order& order, const Status& told, const Clock& clock) {
    if (order.kind == Order::Kind::kLeave) return leave(connection, keys, order, told, clock);
    HZ_ASSIGN(const SiteSettings settings, read_settings(state / kPolicyFileName));
    ModelStore store(connection);
    ModelKeeper keeper(store, settings.new_models, clock);
    HZ_TRY(keeper.restore());
    switch (order.kind) {
        case Order::Kind::kPin: return keeper.pin(order.task, order.model);
        case Order::Kind::kRefuse: return keeper.refuse(order.task, order.model);
        default: return keeper.unpin(order.task);
    }
}

std::string what_of(const Order& order, const Status& told) {
    if (!told) {
        const std::string what = "the coordinator was not told: " + told.error().message();
        return what.substr(0, audit::kMaxWhyBytes);
    }
    return order.task + (order.task.empty() ? "" : " " + to_hex(order.model));
}

}  // namespace

Result<OrderGiven> give_order(const std::filesystem::path& state, const Order& order, const Clock& clock,
                              RandomSource& random) {
    // A wrong name is said at once, not in the daemon's log.
    if (order.kind != Order::Kind::kLeave) HZ_TRY(check_models(state, order));
    database::Options options;
    options.busy_timeout = std::chrono::milliseconds(100);
    auto connection = database::Connection::open(state / kDatabaseName, database::Access::kWrite, options);
    if (!connection && connection.error().code() == ErrorCode::kUnavailable) {
        const auto sequence = static_cast<std::uint64_t>(clock.now().time_since_epoch().count());
        HZ_TRY(leave_order(state, order, sequence));
        return OrderGiven::kLeft;
    }
    if (!connection) return fail(connection.error());
    HZ_TRY(migrate_state(**connection, clock));
    HZ_ASSIGN(const KeyFolder keys, KeyFolder::open(state));
    HZ_ASSIGN(const auto seed, keys.audit_seed(random));
    HZ_ASSIGN(auto audit, audit::Log::open(**connection, seed, clock, random));
    Status told;
    if (order.kind == Order::Kind::kLeave) {
        HZ_ASSIGN(const auto enrolment, MembershipStore(**connection).enrolment());
        if (enrolment && enrolment->state == Membership::kEnrolled)
            told = tell_coordinator(*enrolment, keys, order.who, clock);
    }
    HZ_ASSIGN(auto transaction, (*connection)->begin());
    HZ_TRY(follow(**connection, keys, state, order, told, clock));
    HZ_TRY(audit.append(
        transaction,
        {"user:" + order.who, std::string(order_name(order.kind)), "local", what_of(order, told), {}}));
    HZ_TRY(transaction.commit());
    if (!told) return OrderGiven::kDoneUntold;
    return OrderGiven::kDone;
}

}  // namespace huizhen::site
