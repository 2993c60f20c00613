#include "admin_service.h"

#include <condition_variable>
#include <mutex>

#include <federation/v1/coordinator.grpc.pb.h>

#include <huizhen/identity/key_code.h>
#include <huizhen/rpc/services.h>

#include "admin/audit_page.h"
#include "admin/replies.h"
#include "models/decisions.h"
#include "plans/plan_book.h"
#include "plans/schedules.h"
#include "service/coordinator.h"
#include "state/schema.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

constexpr std::chrono::hours kInvitationLife{72}, kLongestInvitation{24 * 60};
constexpr std::uint32_t kUpdatesPerSecond = 4, kMostUpdatesPerSecond = 20;

Role role_of(v1::Member member) { return member == v1::MEMBER_OPERATOR ? Role::kOperator : Role::kSite; }

Result<std::string> who_calls(const grpc::ServerContext& call) {
    HZ_ASSIGN(const rpc::Peer peer, rpc::caller_of(call, rpc::Role::kOperator));
    return "operator:" + peer.name;
}

Result<v1::PlanStatus> status_of(Context& context, const std::string& plan) {
    HZ_ASSIGN(const PlanRecord record, context.plans.find(plan));
    return plan_status(context, record, true);
}

Result<v1::SchedulesReply> schedules_reply(Context& context) {
    HZ_ASSIGN(const auto scheduled, schedules(context));
    v1::SchedulesReply reply;
    for (const ScheduledPlan& plan : scheduled) {
        v1::Schedule& to = *reply.add_schedules();
        to.set_plan(plan.id);
        to.set_calendar(plan.calendar);
        if (plan.next) to.set_next_unix_ms(to_milliseconds(*plan.next));
    }
    return reply;
}

Result<v1::ModelVersion> version_of(Context& context, std::string_view digest_prefix) {
    HZ_ASSIGN(const ModelRecord model, context.models.resolve(digest_prefix));
    HZ_ASSIGN(auto versions, model_versions(context, model.task));
    for (v1::ModelVersion& version : versions)
        if (version.digest() == model.digest) return std::move(version);
    return fail(ErrorCode::kNotFound, "no-such-model: it is gone");
}

Result<v1::Site> site_of(Context& context, Role role, const std::string& name) {
    HZ_ASSIGN(const auto member, context.members.find(role, name));
    if (!member) return fail(ErrorCode::kNotFound, "no-such-member: nobody is called " + name);
    v1::Site site;
    fill(site, *member, context);
    return site;
}

Result<v1::InviteReply> invite(Context& context, const v1::InviteRequest& request, const std::string& who) {
    const std::chrono::seconds life = request.valid_for_seconds() == 0
                                          ? std::chrono::seconds(kInvitationLife)
                                          : std::chrono::seconds(request.valid_for_seconds());
    if (life > kLongestInvitation)
        return fail(ErrorCode::kInvalidArgument, "an invitation lives for at most 60 days");
    HZ_ASSIGN(const auto code, context.members.invite(role_of(request.member()), request.site(),
                                                      context.config.advertise, life, context.now()));
    HZ_TRY(context.record({who, "invite " + request.site(), "coordinator", "", {}}));
    v1::InviteReply reply;
    reply.set_site(request.site());
    reply.set_code(std::string(code.reveal_secret("the operator who asked gives it to the hospital")));
    reply.set_expires_unix_ms(to_milliseconds(context.now() + life));
    reply.set_trust_fingerprint(to_hex(context.keys.authority().root().fingerprint()));
    return reply;
}

Result<v1::ApproveReply> approve(Context& context, const v1::ApproveRequest& request,
                                 const std::string& who) {
    const Role role = role_of(request.member());
    if (request.reject()) {
        if (request.reason().empty()) return fail(ErrorCode::kInvalidArgument, "a refusal needs its reason");
        HZ_TRY(context.members.refuse(role, request.site(), request.reason(), context.now()));
    } else {
        HZ_ASSIGN(const auto member, context.members.find(role, request.site()));
        if (!member || !member->waiting_key)
            return fail(ErrorCode::kNotFound,
                        "no-request: " + request.site() + " has not asked to be enrolled");
        if (identity::comparison_code(*member->waiting_key) != request.request_fingerprint())
            return fail(ErrorCode::kUntrustworthyInput,
                        "key-differs: another key waits than the one read out; nobody was let in");
        HZ_TRY(context.members.approve(role, request.site(), *member->waiting_key, context.now()));
        context.certificates_changed();
    }
    HZ_TRY(context.record({who,
                           (request.reject() ? "refuse " : "approve ") + request.site(),
                           "coordinator",
                           request.reason(),
                           {}}));
    v1::ApproveReply reply;
    HZ_ASSIGN(*reply.mutable_site(), site_of(context, role, request.site()));
    return reply;
}

}  // namespace

class AdminService::Calls final : public v1::Coordinator::Service {
  public:
    explicit Calls(Coordinator& coordinator) : coordinator_(coordinator) {}

    grpc::Status Status(grpc::ServerContext* call, const v1::StatusRequest*,
                        v1::StatusReply* reply) override {
        return answer(call, reply,
                      [](Context& context, const std::string&) { return status_reply(context); });
    }

    grpc::Status Invite(grpc::ServerContext* call, const v1::InviteRequest* request,
                        v1::InviteReply* reply) override {
        return answer(call, reply, [request = *request](Context& context, const std::string& who) {
            return invite(context, request, who);
        });
    }

    grpc::Status ListSites(grpc::ServerContext* call, const v1::ListSitesRequest*,
                           v1::ListSitesReply* reply) override {
        return answer(call, reply, [](Context& context, const std::string&) -> Result<v1::ListSitesReply> {
            HZ_ASSIGN(const auto members, context.members.all());
            v1::ListSitesReply sites;
            for (const Member& member : members) fill(*sites.add_sites(), member, context);
            return sites;
        });
    }

    grpc::Status Approve(grpc::ServerContext* call, const v1::ApproveRequest* request,
                         v1::ApproveReply* reply) override {
        return answer(call, reply, [request = *request](Context& context, const std::string& who) {
            return approve(context, request, who);
        });
    }

    grpc::Status Revoke(grpc::ServerContext* call, const v1::RevokeRequest* request,
                        v1::RevokeReply* reply) override {
        return answer(
            call, reply,
            [this, request = *request](Context& context, const std::string& who) -> Result<v1::RevokeReply> {
                if (request.reason().empty())
                    return fail(ErrorCode::kInvalidArgument, "a revocation needs its reason");
                const Role role = role_of(request.member());
                HZ_TRY(context.members.revoke(role, request.site(), identity::RevocationReason::kUnspecified,
                                              request.reason(), context.now()));
                HZ_TRY(
                    context.record({who, "revoke " + request.site(), "coordinator", request.reason(), {}}));
                HZ_TRY(coordinator_.apply_revocation(role, request.site()));
                v1::RevokeReply revoked;
                HZ_ASSIGN(*revoked.mutable_site(), site_of(context, role, request.site()));
                return revoked;
            });
    }

    grpc::Status CheckPlan(grpc::ServerContext* call, const v1::CheckPlanRequest* request,
                           v1::CheckPlanReply* reply) override {
        return answer(
            call, reply,
            [request = *request](Context& context, const std::string&) {
                return check_plan(context, request.plan());
            },
            Coordinator::Keep::kNothing);
    }

    grpc::Status CreatePlan(grpc::ServerContext* call, const v1::CreatePlanRequest* request,
                            v1::CreatePlanReply* reply) override {
        return answer(
            call, reply,
            [request = *request](Context& context, const std::string& who) -> Result<v1::CreatePlanReply> {
                v1::CreatePlanReply created;
                HZ_ASSIGN(*created.mutable_check(), check_plan(context, request.plan()));
                HZ_TRY(create_plan(context, request.plan(), who));
                if (request.start()) HZ_TRY(start_plan(context, request.plan().id(), who));
                HZ_ASSIGN(*created.mutable_status(), status_of(context, request.plan().id()));
                return created;
            });
    }

    grpc::Status ListPlans(grpc::ServerContext* call, const v1::ListPlansRequest* request,
                           v1::ListPlansReply* reply) override {
        return answer(call, reply,
                      [all = request->with_finished()](Context& context,
                                                       const std::string&) -> Result<v1::ListPlansReply> {
                          v1::ListPlansReply listed;
                          HZ_ASSIGN(const auto plans, context.plans.all());
                          for (const PlanRecord& plan : plans) {
                              if (is_over(plan.stage) && !all) continue;
                              HZ_ASSIGN(*listed.add_plans(), plan_status(context, plan, false));
                          }
                          return listed;
                      });
    }

    grpc::Status StartPlan(grpc::ServerContext* call, const v1::PlanCommand* request,
                           v1::PlanStatus* reply) override {
        return command(call, request, reply,
                       [](Context& context, const v1::PlanCommand& order, const std::string& who) {
                           return start_plan(context, order.plan(), who);
                       });
    }
    grpc::Status PausePlan(grpc::ServerContext* call, const v1::PlanCommand* request,
                           v1::PlanStatus* reply) override {
        return command(call, request, reply,
                       [](Context& context, const v1::PlanCommand& order, const std::string& who) {
                           return pause_plan(context, order.plan(), who, order.reason());
                       });
    }
    grpc::Status CancelPlan(grpc::ServerContext* call, const v1::PlanCommand* request,
                            v1::PlanStatus* reply) override {
        return command(call, request, reply,
                       [](Context& context, const v1::PlanCommand& order, const std::string& who) {
                           return cancel_plan(context, order.plan(), who, order.reason());
                       });
    }

    grpc::Status SchedulePlan(grpc::ServerContext* call, const v1::SchedulePlanRequest* request,
                              v1::SchedulesReply* reply) override {
        return answer(
            call, reply,
            [request = *request](Context& context, const std::string& who) -> Result<v1::SchedulesReply> {
                HZ_TRY(schedule_plan(context, request.plan(), who));
                return schedules_reply(context);
            });
    }
    grpc::Status ListSchedules(grpc::ServerContext* call, const v1::SchedulesRequest*,
                               v1::SchedulesReply* reply) override {
        return answer(call, reply,
                      [](Context& context, const std::string&) { return schedules_reply(context); });
    }

    grpc::Status WatchPlan(grpc::ServerContext* call, const v1::WatchPlanRequest* request,
                           grpc::ServerWriter<v1::PlanStatus>* writer) override {
        const std::uint32_t wished =
            request->max_updates_per_second() == 0 ? kUpdatesPerSecond : request->max_updates_per_second();
        const std::chrono::milliseconds pause(1000 / std::min(wished, kMostUpdatesPerSecond));
        std::string last;
        // Used by the loop while this call waits for it; where the loop ends first, it outlives the question.
        const auto seen = std::make_shared<SeenRounds>();
        for (;;) {
            v1::PlanStatus status;
            const grpc::Status asked =
                answer(call, &status,
                       [seen, plan = request->plan()](Context& context,
                                                      const std::string&) -> Result<v1::PlanStatus> {
                           HZ_ASSIGN(const PlanRecord record, context.plans.find(plan));
                           return seen->look(context, record);
                       });
            if (!asked.ok()) return asked;
            std::string bytes = status.SerializeAsString();
            if (bytes != last && !writer->Write(status)) return grpc::Status::OK;
            last = std::move(bytes);
            std::unique_lock lock(mutex_);
            if (closing_.wait_for(lock, pause, [this] { return closed_; }) || call->IsCancelled())
                return grpc::Status::OK;
        }
    }

    grpc::Status GetMatrix(grpc::ServerContext* call, const v1::GetMatrixRequest* request,
                           v1::Matrix* reply) override {
        return answer(
            call, reply,
            [digest = request->digest()](Context& context, const std::string&) -> Result<v1::Matrix> {
                HZ_ASSIGN(const Judgement judgement, judgement_of(context, digest));
                return matrix_reply(judgement);
            });
    }

    grpc::Status ListModels(grpc::ServerContext* call, const v1::ListModelsRequest* request,
                            v1::ListModelsReply* reply) override {
        return answer(
            call, reply,
            [task = request->task()](Context& context, const std::string&) -> Result<v1::ListModelsReply> {
                HZ_ASSIGN(const auto versions, model_versions(context, task));
                v1::ListModelsReply listed;
                for (const v1::ModelVersion& version : versions) *listed.add_models() = version;
                return listed;
            });
    }

    grpc::Status AcceptModel(grpc::ServerContext* call, const v1::DecideModelRequest* request,
                             v1::ModelVersion* reply) override {
        return decide(call, request, reply, accept_model);
    }
    grpc::Status RejectModel(grpc::ServerContext* call, const v1::DecideModelRequest* request,
                             v1::ModelVersion* reply) override {
        return decide(call, request, reply, reject_model);
    }
    grpc::Status OverrideModel(grpc::ServerContext* call, const v1::DecideModelRequest* request,
                               v1::ModelVersion* reply) override {
        return decide(call, request, reply, override_rules);
    }
    grpc::Status RollbackModel(grpc::ServerContext* call, const v1::RollbackModelRequest* request,
                               v1::ModelVersion* reply) override {
        return answer(
            call, reply,
            [request = *request](Context& context, const std::string& who) -> Result<v1::ModelVersion> {
                HZ_TRY(roll_back(context, request.task(), request.digest(), who, request.reason()));
                HZ_ASSIGN(const auto current, current_model(context, request.task()));
                return version_of(context, to_hex(current->digest));
            });
    }

    grpc::Status AuditEntries(grpc::ServerContext* call, const v1::AuditEntriesRequest* request,
                              v1::AuditEntriesReply* reply) override {
        return answer(call, reply, [request = *request](Context& context, const std::string&) {
            return audit_page(context, request);
        });
    }

    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        closing_.notify_all();
    }

  private:
    template <typename Reply, typename Question>
    grpc::Status answer(const grpc::ServerContext* call, Reply* reply, Question question,
                        Coordinator::Keep keep = Coordinator::Keep::kChanges) {
        const auto who = who_calls(*call);
        if (!who) return rpc::to_grpc(who.error());
        auto result = coordinator_.ask<Reply>(
            [question, who = *who](Context& context) -> Result<Reply> { return question(context, who); },
            keep);
        if (!result) return rpc::to_grpc(result.error());
        *reply = std::move(*result);
        return grpc::Status::OK;
    }

    template <typename Order>
    grpc::Status command(const grpc::ServerContext* call, const v1::PlanCommand* request,
                         v1::PlanStatus* reply, Order order) {
        return answer(
            call, reply,
            [request = *request, order](Context& context, const std::string& who) -> Result<v1::PlanStatus> {
                HZ_TRY(order(context, request, who));
                return status_of(context, request.plan());
            });
    }

    using Decide = huizhen::Status (*)(Context&, std::string_view, std::string_view, std::string_view);
    grpc::Status decide(const grpc::ServerContext* call, const v1::DecideModelRequest* request,
                        v1::ModelVersion* reply, Decide decision) {
        return answer(call, reply,
                      [request = *request, decision](Context& context,
                                                     const std::string& who) -> Result<v1::ModelVersion> {
                          HZ_TRY(decision(context, request.digest(), who, request.reason()));
                          return version_of(context, request.digest());
                      });
    }

    Coordinator& coordinator_;
    std::mutex mutex_;  // of closed_
    std::condition_variable closing_;
    bool closed_ = false;
};

AdminService::AdminService(Coordinator& coordinator) : calls_(std::make_unique<Calls>(coordinator)) {}
AdminService::~AdminService() = default;
grpc::Service* AdminService::service() { return calls_.get(); }
void AdminService::close() { calls_->close(); }

}  // namespace huizhen::coordinator
