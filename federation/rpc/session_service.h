#pragma once

// The coordinator's end of the sessions.

#include <memory>
#include <string>

#include <huizhen/base/clock.h>
#include <huizhen/base/random_source.h>
#include <huizhen/rpc/session_handler.h>

#include "codec.h"
#include "live_calls.h"
#include "refusal_log.h"

namespace grpc {
class Service;
}

namespace huizhen::rpc {

class ServerSession;

// What all sessions of a server share.
class SessionHub {
  public:
    SessionHub(SessionHandler& told, const Limits& maxima, RefusalLog& refusals, const Clock& time,
               RandomSource& random)
        : handler(told), limits(maxima), log(refusals), clock(time), random_(random) {}

    // The session of `site` from now on; the one before it, if there is one, which the caller ends.
    std::shared_ptr<ServerSession> adopt(const SiteId& site, std::shared_ptr<ServerSession> session);
    void forget(const SiteId& site, const ServerSession* session);
    std::shared_ptr<ServerSession> find(const SiteId& site) const;
    std::size_t connected() const;
    SessionId next_id();
    std::string random_session();

    SessionHandler& handler;
    const Limits& limits;
    RefusalLog& log;
    const Clock& clock;
    LiveCalls calls;
    LiveCalls* transfers = nullptr;  // of the same sites

  private:
    mutable std::mutex mutex_;  // guards what follows
    std::unordered_map<SiteId, std::shared_ptr<ServerSession>> by_site_;
    std::uint64_t last_id_ = 0;
    RandomSource& random_;
};

Status send(const SessionHub& hub, const SiteId& site, std::variant<Positions, RoundMessage, Notice> content);

std::unique_ptr<grpc::Service> session_service(SessionHub& hub);

}  // namespace huizhen::rpc
