#pragma once

// What a coordinator is told about its sessions.

#include <huizhen/rpc/frame.h>
#include <huizhen/rpc/peer.h>

namespace huizhen::rpc {

// A number that no other session of this process has: a late call about an old one is told from the new
// one's.
enum class SessionId : std::uint64_t {};

// Called from gRPC threads, for one session never by two at a time and in order; must be cheap: push into an
// inbox and return. May call CoordinatorServer::send().
class SessionHandler {
  public:
    virtual ~SessionHandler() = default;
    // After the welcome was sent. An error refuses the session: its text goes to the node.
    virtual Status opened(SessionId session, const Peer& site, const Hello& hello) = 0;
    virtual void heartbeat(SessionId session, const SiteId& site, const std::vector<Position>& positions) = 0;
    // An error is told to the node as a notice and the message is gone; the session goes on. The sender's
    // state-based resending brings it again.
    virtual Status message(SessionId session, const SiteId& site, RoundMessage message) = 0;
    virtual void notice(SessionId session, const SiteId& site, const Notice& notice) = 0;
    // `why`: "replaced: ...", "silent: ...", "revoked: ..." or the end of the connection.
    virtual void closed(SessionId session, const SiteId& site, const Error& why) = 0;
};

}  // namespace huizhen::rpc
