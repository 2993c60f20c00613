#pragma once

// What NodeLink consists of.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

#include <huizhen/rpc/backoff.h>
#include <huizhen/rpc/node_link.h>

#include "channel.h"
#include "session_call.h"

namespace huizhen::rpc {

// A transfer as run() sees it, to end what no longer moves.
struct Moving {
    grpc::ClientContext* context;
    SteadyTime last_byte;
    std::chrono::milliseconds patience;
    std::uint64_t connection;
};

struct NodeLink::Impl {
    Impl(NodeOptions given, const PeerCheck& check, NodeHandler& told, RandomSource& source)
        : options(std::move(given)),
          peers(check),
          handler(told),
          random(source),
          identity(options.identity) {}

    // One session, to its end and the reason.
    Error hold_session(const std::stop_token& stop);
    Result<std::shared_ptr<SessionCall>> begin_session();
    Error watch_session(SessionCall& call, const std::stop_token& stop);
    void welcomed(const Welcome& welcome);
    void take(Frame frame);
    void end_stuck_transfers();
    Status sleep(std::chrono::milliseconds time, const std::stop_token& stop);

    // The connection with a session; waits for one until `until`.
    struct Connection {
        std::shared_ptr<grpc::Channel> channel;
        std::shared_ptr<Verdict> verdict;
        std::uint64_t number = 0;
    };
    Result<Connection> connection(const std::stop_token& stop, SteadyTime until);

    template <typename Once>
    Status transfer(const Progress& progress, const std::stop_token& stop, std::chrono::milliseconds patience,
                    Once once);

    const NodeOptions options;
    const PeerCheck& peers;
    NodeHandler& handler;
    RandomSource& random;
    std::optional<Welcome> welcome;  // of the session that run() holds; used by it alone

    std::mutex mutex;  // guards what follows
    std::condition_variable_any changed;
    TlsIdentity identity;
    bool identity_changed = false;
    bool positions_changed = false;
    bool running = false;
    Connection current;  // channel is set from the first attempt on
    bool connected = false;
    std::shared_ptr<SessionCall> call;
    std::set<Moving*> moving;
};

}  // namespace huizhen::rpc
