#pragma once

// The coordinator's one port. Holds sessions without a thread each, moves objects, takes enrolments, and
// hosts whatever other services the program has.
//
//   TLS 1.3 only, Ed25519 certificates; a client certificate is asked for and verified, and whoever has none
//   may enrol and nothing else. PeerCheck is asked on every call, and again every Limits::sweep_period for
//   every live session.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <huizhen/base/clock.h>
#include <huizhen/base/executor.h>
#include <huizhen/base/random_source.h>
#include <huizhen/rpc/enrolment.h>
#include <huizhen/rpc/limits.h>
#include <huizhen/rpc/objects.h>
#include <huizhen/rpc/session_handler.h>

namespace grpc {
class Service;
}

namespace huizhen::rpc {

struct ServerOptions {
    std::string address = "0.0.0.0:7443";  // host:port; port 0: any that is free
    TlsIdentity identity;
    Limits limits;
    // A unix socket for the programs of the same user (and root): mode 0600, peers checked by uid.
    std::optional<std::filesystem::path> local_socket;
    std::string software_version;
};

// What the server calls. All of it outlives the server; all of it is called from gRPC threads, the store also
// from the executor's, and the enrolment handler from an executor's alone.
struct ServerParts {
    const PeerCheck* peers = nullptr;
    SessionHandler* sessions = nullptr;
    ObjectStore* objects = nullptr;
    ObjectAuthoriser* authoriser = nullptr;
    EnrolmentHandler* enrolment = nullptr;
    Executor* disk = nullptr;               // reads, writes and flushes objects
    Executor* calls = nullptr;              // where `enrolment` answers; none: `disk`
    TransferObserver* transfers = nullptr;  // may be absent
    // Generated services of the program itself: asked by caller_of() (services.h) who calls. Callers without
    // a certificate never reach them.
    std::vector<grpc::Service*> services;
    const Clock* clock = &system_clock();
    RandomSource* random = &system_random();
};

class CoordinatorServer {
  public:
    static Result<std::unique_ptr<CoordinatorServer>> start(ServerOptions options, ServerParts parts);
    ~CoordinatorServer();  // stop()

    int port() const;

    // Any thread; never blocks. "not-connected"; "busy" where the session's queue is full. Success means
    // queued: what the node has taken in shows in its heartbeats.
    Status send(const SiteId& site, RoundMessage message);
    Status send_heartbeat(const SiteId& site, std::vector<Position> positions);
    Status send_notice(const SiteId& site, Notice notice);

    // Ends a site's session and its transfers at once, with a named reason. Any thread.
    void cut(const SiteId& site, const Error& why);
    // Asks PeerCheck about every live session now, instead of at the next sweep. Any thread.
    void recheck_peers();

    // The next handshake uses it; sessions that live go on. kInvalidArgument where it is no certificate, or
    // the key is not its own: the old one stays. Any thread.
    Status reload(TlsIdentity identity);

    struct Counters {
        std::size_t sessions = 0;
        std::size_t transfers = 0;
        std::uint64_t refused = 0;  // calls and frames
    };
    Counters counters() const;

    // Says "shutting-down" to all, waits a little for the notices to leave, then ends every call. Twice is
    // harmless.
    void stop();

  private:
    struct Impl;
    explicit CoordinatorServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen::rpc
