#pragma once

// A node's connection to its coordinator: one HTTP/2 connection that carries the session and the objects. It
// comes back by itself after an outage.

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <huizhen/base/clock.h>
#include <huizhen/base/random_source.h>
#include <huizhen/rpc/enrolment.h>
#include <huizhen/rpc/limits.h>
#include <huizhen/rpc/objects.h>

namespace huizhen::rpc {

struct Endpoint {
    std::string address;  // host:port
    // "http://proxy:3128": a proxy that is spoken to with HTTP CONNECT. Absent: as https_proxy and no_proxy
    // of the environment say. Empty: none.
    std::optional<std::string> proxy;
};

struct NodeOptions {
    Endpoint coordinator;
    TlsIdentity identity;
    SiteId site;
    std::string software_version;
    std::vector<std::string> tasks;
    Limits limits;
    std::chrono::milliseconds first_retry{
        500};  // doubles up to longest_retry; each wait is drawn from its upper half
    std::chrono::milliseconds longest_retry{30'000};
    std::chrono::milliseconds connect_limit{30'000};  // TCP, proxy, TLS, welcome
};

// Called from gRPC threads or from run(), never by two at a time; must be cheap.
class NodeHandler {
  public:
    virtual ~NodeHandler() = default;
    // Asked whenever a hello or a heartbeat is about to leave.
    virtual std::vector<Position> positions() = 0;
    virtual void connected(const Welcome& welcome) = 0;
    virtual void heartbeat(const std::vector<Position>& positions) = 0;
    virtual void message(RoundMessage message) = 0;
    virtual void notice(const Notice& notice) = 0;
    // `retry_in`: when the next attempt begins. Not called where run() ends because it was asked to.
    virtual void disconnected(const Error& why, std::chrono::milliseconds retry_in) = 0;
};

using Progress =
    std::function<void(std::uint64_t done, std::uint64_t total)>;  // bytes; from the calling thread

class NodeLink {
  public:
    // `peers` judges the coordinator's certificate: a role other than coordinator is refused.
    NodeLink(NodeOptions options, const PeerCheck& peers, NodeHandler& handler,
             RandomSource& random = system_random());
    ~NodeLink();  // after run() has returned

    // Keeps a session until stop is asked for; the program gives it a thread. Returns an error only where
    // trying again cannot help: "unsupported-version", "wrong-site".
    Status run(const std::stop_token& stop);

    // Any thread; never blocks. "not-connected", "busy".
    Status send(RoundMessage message);
    // A heartbeat now, because a position has changed. Any thread.
    void positions_changed();

    // Blocking, any thread, several at a time. They go on where an earlier attempt ended, and try again over
    // `patience` without a byte; "no-space", "wrong-digest", "not-allowed", "not-expected" end them at once.
    Status fetch(const Sha256Digest& digest, ObjectStore& into, const Progress& progress,
                 const std::stop_token& stop, std::chrono::milliseconds patience = std::chrono::minutes(15));
    Status put(const Sha256Digest& digest, ObjectSource& from, const Progress& progress,
               const std::stop_token& stop, std::chrono::milliseconds patience = std::chrono::minutes(15));

    // Calls of one moment; each with a deadline.
    Result<EnrolReply> renew(std::string_view request_pem, std::string_view proof);
    // All certificates after the first `skip`.
    Result<RosterPage> roster(std::uint64_t skip);
    Result<LineagePage> lineage(std::string_view task, std::uint64_t skip);
    Result<std::string> revocation_list_pem();

    // The next connection uses it, and the present one ends to make way for it. Any thread.
    Status reload(TlsIdentity identity);
    bool connected() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The root certificate as whoever answers there shows it, of nobody who was verified: the caller compares its
// SHA-256 with what the invitation says, and uses it for nothing where they differ.
Result<std::string> unverified_root_pem(const Endpoint& coordinator);

// A site's last call: when it returns, the coordinator has revoked the site's certificates. Over a connection
// of its own, so that no session is needed; at most `limit`.
Status leave_federation(const Endpoint& coordinator, const TlsIdentity& identity, const PeerCheck& peers,
                        std::string_view reason, std::chrono::milliseconds limit = std::chrono::seconds(15));

// A hospital that has no certificate yet. `trust_pem` is the root that its invitation names.
struct Enroller {
    Endpoint coordinator;
    std::string trust_pem;
    const PeerCheck* peers = nullptr;

    Result<EnrolReply> enrol(const SiteId& site, std::string_view invitation,
                             std::string_view request_pem) const;
    Result<EnrolReply> poll(std::string_view ticket) const;
};

}  // namespace huizhen::rpc
