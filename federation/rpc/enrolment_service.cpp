#include "enrolment_service.h"

#include <functional>

#include <huizhen/base/text.h>
#include <huizhen/rpc/refusal.h>
#include <huizhen/rpc/services.h>

#include "enrolment_messages.h"
#include "federation/v1/enrolment.grpc.pb.h"

namespace huizhen::rpc {

namespace {

namespace v1 = federation::v1;
using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

constexpr std::size_t kCertificatesPerPage = 200;
constexpr std::size_t kMaxLineageBytes = 1 << 20;
constexpr std::size_t kMaxReasonBytes = 200;

class Service final : public v1::Enrolment::CallbackService {
  public:
    explicit Service(EnrolmentHub& hub) : hub_(hub) {}

    Reactor* Enrol(Context* context, const v1::EnrolRequest* request, v1::EnrolReply* reply) override {
        return answer(context, "Enrolment/Enrol", admit(hub_.strangers, request->ByteSizeLong()),
                      [=, this]() -> Status {
                          HZ_ASSIGN(const auto made,
                                    hub_.handler.enrol(SiteId(request->site()), request->invitation(),
                                                       request->certificate_request_pem()));
                          write(made, reply);
                          return {};
                      });
    }

    Reactor* Poll(Context* context, const v1::PollRequest* request, v1::EnrolReply* reply) override {
        return answer(context, "Enrolment/Poll", admit(hub_.polls, request->ByteSizeLong()),
                      [=, this]() -> Status {
                          HZ_ASSIGN(const auto made, hub_.handler.poll(request->ticket()));
                          write(made, reply);
                          return {};
                      });
    }

    Reactor* Renew(Context* context, const v1::RenewRequest* request, v1::EnrolReply* reply) override {
        return answer(context, "Enrolment/Renew", check_size(request->ByteSizeLong()), [=, this]() -> Status {
            HZ_ASSIGN(const Peer peer, caller_of(*context, Role::kSite));
            HZ_ASSIGN(const auto made,
                      hub_.handler.renew(peer, request->certificate_request_pem(), request->proof()));
            write(made, reply);
            return {};
        });
    }

    Reactor* Leave(Context* context, const v1::LeaveRequest* request, v1::LeaveReply*) override {
        return answer(context, "Enrolment/Leave", check_size(request->ByteSizeLong()), [=, this]() -> Status {
            HZ_ASSIGN(const Peer peer, caller_of(*context, Role::kSite));
            return hub_.handler.leave(
                peer, without_controls(request->reason(), " ", "").substr(0, kMaxReasonBytes));
        });
    }

    Reactor* Roster(Context* context, const v1::RosterRequest* request, v1::RosterReply* reply) override {
        return answer(context, "Enrolment/Roster", from_site(*context), [=, this]() -> Status {
            HZ_ASSIGN(const auto page, hub_.handler.roster(request->skip(), kCertificatesPerPage));
            reply->set_count(page.count);
            reply->set_head(page.head);
            reply->set_more(!page.certificates.empty() &&
                            request->skip() + page.certificates.size() < page.count);
            for (const auto& certificate : page.certificates) write(certificate, reply->add_certificates());
            return {};
        });
    }

    Reactor* Lineage(Context* context, const v1::LineageRequest* request, v1::LineageReply* reply) override {
        return answer(context, "Enrolment/Lineage", from_site(*context), [=, this]() -> Status {
            HZ_ASSIGN(auto page, hub_.handler.lineage(request->task(), request->skip(), kMaxLineageBytes));
            reply->set_public_key(page.public_key);
            for (auto& record : page.records) reply->add_records(std::move(record));
            return {};
        });
    }

    Reactor* Root(Context* context, const v1::RootRequest* request, v1::RootReply* reply) override {
        return answer(context, "Enrolment/Root", admit(hub_.strangers, request->ByteSizeLong()),
                      [=, this]() -> Status {
                          HZ_ASSIGN(auto root, hub_.handler.root_pem());
                          reply->set_root_pem(std::move(root));
                          return {};
                      });
    }

    Reactor* Revocations(Context* context, const v1::RevocationsRequest*,
                         v1::RevocationsReply* reply) override {
        return answer(context, "Enrolment/Revocations", from_site(*context), [=, this]() -> Status {
            HZ_ASSIGN(auto list, hub_.handler.revocation_list_pem());
            reply->set_revocation_list_pem(std::move(list));
            return {};
        });
    }

  private:
    // `work` uses request and reply, which live until Finish().
    Reactor* answer(Context* context, std::string_view call, const Status& admitted,
                    std::function<Status()> work) {
        Reactor* reactor = context->DefaultReactor();
        const auto finish = [this, context, reactor, call](const Status& done) {
            if (!done) hub_.log.refused(call, context->peer(), done.error());
            reactor->Finish(done ? grpc::Status::OK : to_grpc(done.error()));
        };
        const auto peer = caller_of(*context, Role::kSite);
        const std::string site = peer ? peer->name : "";
        const Status room = admitted ? hub_.waiting.enter(site) : admitted;
        if (!room) {
            finish(room);
            return reactor;
        }
        hub_.tasks.enter();
        const Status queued = hub_.executor.submit([this, finish, site, work = std::move(work)] {
            const Status done = result_of(work);
            hub_.waiting.leave(site);
            finish(done);
            hub_.tasks.leave();
        });
        if (!queued) {
            hub_.waiting.leave(site);
            hub_.tasks.leave();
            finish(refuse(Refusal::kBusy, "the coordinator has too much to do: try again in a minute"));
        }
        return reactor;
    }

    static Status result_of(const std::function<Status()>& work) {
        try {
            return work();
        } catch (const std::exception& e) {
            return fail(ErrorCode::kInternal, e.what());
        }
    }

    static Status from_site(const Context& context) {
        HZ_TRY(caller_of(context, Role::kSite));
        return {};
    }

    Status check_size(std::size_t bytes) const {
        if (bytes > kMaxEnrolmentBytes) return refuse(Refusal::kTooLarge, "an enrolment");
        return {};
    }

    Status admit(RateLimit& limit, std::size_t bytes) const {
        HZ_TRY(check_size(bytes));
        if (!limit.take()) return refuse(Refusal::kBusy, "too many enrolments: try again in a minute");
        return {};
    }

    EnrolmentHub& hub_;
};

}  // namespace

RateLimit::RateLimit(unsigned per_minute, const Clock& clock)
    : clock_(clock),
      per_second_(per_minute / 60.0),
      most_(std::max(1.0, per_minute / 4.0)),
      tokens_(most_),
      last_(clock.steady_now()) {}

bool RateLimit::take() {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady_now();
    tokens_ = std::min(most_, tokens_ + per_second_ * std::chrono::duration<double>(now - last_).count());
    last_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
}

Status WaitingCalls::enter(const std::string& site) {
    const std::size_t most =
        site.empty() ? limits_.max_enrolment_calls_of_strangers : limits_.max_enrolment_calls_per_site;
    const std::lock_guard lock(mutex_);
    const auto found = of_site_.find(site);
    if (all_ >= limits_.max_enrolment_calls || (found != of_site_.end() && found->second >= most)) {
        return refuse(Refusal::kBusy, "as many calls wait for their answer as may: try again in a minute");
    }
    ++of_site_[site];
    ++all_;
    return {};
}

void WaitingCalls::leave(const std::string& site) {
    const std::lock_guard lock(mutex_);
    const auto found = of_site_.find(site);
    if (--found->second == 0) of_site_.erase(found);
    --all_;
}

std::unique_ptr<grpc::Service> enrolment_service(EnrolmentHub& hub) { return std::make_unique<Service>(hub); }

}  // namespace huizhen::rpc
