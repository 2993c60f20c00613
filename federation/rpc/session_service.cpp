#include "session_service.h"

#include <huizhen/rpc/services.h>

#include "caller.h"
#include "federation/v1/session.grpc.pb.h"
#include "server_session.h"

namespace huizhen::rpc {

namespace {

using Buffer = grpc::ByteBuffer;

class RefusedCall final : public grpc::ServerBidiReactor<Buffer, Buffer> {
  public:
    explicit RefusedCall(const Error& why) { Finish(to_grpc(why)); }
    void OnDone() override { delete this; }
};

// Raw, so that what does not parse can be refused by name.
class Service final
    : public federation::v1::Session::WithRawCallbackMethod_Open<federation::v1::Session::Service> {
  public:
    explicit Service(SessionHub& hub) : hub_(hub) {}

    grpc::ServerBidiReactor<Buffer, Buffer>* Open(grpc::CallbackServerContext* context) override {
        auto peer = caller_of(*context, Role::kSite);
        if (!peer) {
            hub_.log.refused("Session/Open", context->peer(), peer.error());
            return new RefusedCall(peer.error());
        }
        return ServerSession::start(hub_, *context, std::move(*peer), certificate_of(*context));
    }

  private:
    SessionHub& hub_;
};

}  // namespace

std::shared_ptr<ServerSession> SessionHub::adopt(const SiteId& site, std::shared_ptr<ServerSession> session) {
    const std::lock_guard lock(mutex_);
    return std::exchange(by_site_[site], std::move(session));
}

void SessionHub::forget(const SiteId& site, const ServerSession* session) {
    const std::lock_guard lock(mutex_);
    const auto entry = by_site_.find(site);
    if (entry != by_site_.end() && entry->second.get() == session) by_site_.erase(entry);
}

std::shared_ptr<ServerSession> SessionHub::find(const SiteId& site) const {
    const std::lock_guard lock(mutex_);
    const auto entry = by_site_.find(site);
    return entry == by_site_.end() ? nullptr : entry->second;
}

std::size_t SessionHub::connected() const {
    const std::lock_guard lock(mutex_);
    return by_site_.size();
}

SessionId SessionHub::next_id() {
    const std::lock_guard lock(mutex_);
    return SessionId(++last_id_);
}

std::string SessionHub::random_session() {
    std::array<std::uint8_t, kSessionBytes> bytes;
    const std::lock_guard lock(mutex_);
    random_.fill(bytes);
    return std::string(bytes.begin(), bytes.end());
}

Status send(const SessionHub& hub, const SiteId& site,
            std::variant<Positions, RoundMessage, Notice> content) {
    const auto session = hub.find(site);
    if (!session) return refuse(Refusal::kNotConnected, site.str());
    return session->send(std::move(content));
}

std::unique_ptr<grpc::Service> session_service(SessionHub& hub) { return std::make_unique<Service>(hub); }

}  // namespace huizhen::rpc
