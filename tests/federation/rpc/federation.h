#pragma once

// A coordinator and its nodes in one process, over loopback TLS, with certificates of huizhen::identity.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include <huizhen/base/executor.h>
#include <huizhen/identity/certificate_authority.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/rpc/coordinator_server.h>
#include <huizhen/rpc/file_objects.h>
#include <huizhen/rpc/node_link.h>
#include <huizhen/rpc/refusal.h>
#include <huizhen/test_support/data.h>

namespace huizhen::rpc {

inline constexpr std::chrono::seconds kLong{60};  // what a loaded machine may take

// A root and an issuing key, made once a process.
class Authority {
  public:
    Authority();
    // `ends`: of the certificate, from now.
    TlsIdentity site(std::string_view name, std::chrono::seconds ends = std::chrono::hours(24)) const;
    TlsIdentity operator_(std::string_view name) const;
    TlsIdentity coordinator() const;
    const identity::Certificate& root() const { return issuing_.root(); }
    const identity::Certificate& issuing() const { return issuing_.certificate(); }

  private:
    TlsIdentity issue(identity::Role role, std::string_view name, identity::Time begins) const;

    identity::IssuingAuthority issuing_;
};

const Authority& authority();
const Authority& other_authority();

// What the programs do: huizhen::identity judges.
class Peers final : public PeerCheck {
  public:
    explicit Peers(const Authority& of = authority());
    Result<Peer> check(std::string_view pem) const override;
    void ban(std::string_view site);
    void set_time(std::function<identity::Time()> time) { time_ = std::move(time); }
    int asked() const { return asked_; }

  private:
    identity::PeerVerifier verifier_;
    mutable std::mutex mutex_;  // guards revocations_
    identity::Revocations revocations_;
    mutable std::atomic<int> asked_ = 0;
    std::function<identity::Time()> time_ = [] { return std::chrono::system_clock::now(); };
};

// Remembers what happened, and waits until it has.
class Diary {
  public:
    void write(std::string line);
    // How often a line that begins so was written.
    std::size_t count(std::string_view beginning) const;
    [[nodiscard]] bool wait(std::string_view beginning, std::size_t times = 1,
                            std::chrono::seconds most = kLong) const;
    std::vector<std::string> lines() const;

  private:
    mutable std::mutex mutex_;  // guards lines_
    mutable std::condition_variable written_;
    std::vector<std::string> lines_;
};

// "opened st-mary", "message st-mary plan/1/2 BODY", "closed st-mary replaced: ..."
class Sessions final : public SessionHandler {
  public:
    Diary diary;
    std::function<Status(const RoundMessage&)> judge;       // of messages; none: all are taken
    std::function<Status(const Peer&, const Hello&)> door;  // of sessions

    Status opened(SessionId, const Peer& site, const Hello& hello) override;
    void heartbeat(SessionId, const SiteId& site, const std::vector<Position>& positions) override;
    Status message(SessionId, const SiteId& site, RoundMessage message) override;
    void notice(SessionId, const SiteId& site, const Notice& notice) override;
    void closed(SessionId, const SiteId& site, const Error& why) override;
};

class Grants final : public ObjectAuthoriser {
  public:
    Diary diary;  // "received st-mary DIGEST"

    void allow_get(std::string_view site, const Sha256Digest& digest);
    void expect(std::string_view site, const Sha256Digest& digest, std::uint64_t most);
    Status may_get(const SiteId& site, const Sha256Digest& digest) const override;
    Result<std::uint64_t> may_put(const SiteId& site, const Sha256Digest& digest) const override;
    void received(const SiteId& site, const Sha256Digest& digest) override;

  private:
    using Key = std::pair<std::string, Sha256Digest>;
    mutable std::mutex mutex_;  // guards what follows
    std::map<Key, bool> gets_;
    std::map<Key, std::uint64_t> puts_;
};

class Enrolments final : public EnrolmentHandler {
  public:
    std::function<void()> think;  // before a poll is answered
    std::string left;             // who, and why

    Result<EnrolReply> enrol(const SiteId& site, std::string_view invitation,
                             std::string_view request) override;
    Result<EnrolReply> poll(std::string_view ticket) override;
    Result<std::string> root_pem() override { return "the root"; }
    Result<EnrolReply> renew(const Peer& site, std::string_view request, std::string_view proof) override;
    Status leave(const Peer& site, std::string_view reason) override {
        left = site.name + ": " + std::string(reason);
        return {};
    }
    Result<RosterPage> roster(std::uint64_t skip, std::size_t max) override;
    Result<LineagePage> lineage(std::string_view task, std::uint64_t skip, std::size_t max_bytes) override;
    Result<std::string> revocation_list_pem() override { return "a list"; }
};

// A server on a free port of 127.0.0.1.
struct Coordinator {
    explicit Coordinator(Limits limits = quick(), std::vector<grpc::Service*> services = {});
    static Limits quick();  // short periods
    std::string address() const { return "127.0.0.1:" + std::to_string(server->port()); }

    testing::TemporaryFolder folder;
    Peers peers;
    Sessions sessions;
    Grants grants;
    Enrolments enrolments;
    Executor disk{2}, calls{2};
    std::unique_ptr<FileObjects> objects;
    std::unique_ptr<CoordinatorServer> server;
};

// "connected", "message plan/1/2 BODY", "disconnected replaced: ..."
class Handler final : public NodeHandler {
  public:
    Diary diary;
    std::function<void(const RoundMessage&)> on_message;

    std::vector<Position> positions() override;
    void set_positions(std::vector<Position> positions);
    void connected(const Welcome& welcome) override;
    void heartbeat(const std::vector<Position>& positions) override;
    void message(RoundMessage message) override;
    void notice(const Notice& notice) override;
    void disconnected(const Error& why, std::chrono::milliseconds retry_in) override;

  private:
    std::mutex mutex_;  // guards positions_
    std::vector<Position> positions_;
};

// A node whose session is held by a thread of its own.
struct Node {
    Node(std::string_view site, std::string address, NodeOptions options = {});
    ~Node() { stop(); }
    void stop();

    testing::TemporaryFolder folder;
    Peers peers;
    Handler handler;
    std::unique_ptr<FileObjects> objects;
    std::unique_ptr<NodeLink> link;
    Status ended;
    std::jthread thread;
};

RoundMessage round_message(std::string_view body, std::uint32_t step = 2);
Bytes random_bytes(std::size_t size, unsigned seed = 1);
Sha256Digest digest_of(BytesView bytes);

// An object in memory that counts what is read of it.
class MemorySource final : public ObjectSource {
  public:
    explicit MemorySource(BytesView bytes) : bytes_(bytes) {}
    std::uint64_t size() const override { return bytes_.size(); }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override;
    std::uint64_t bytes_read() const { return read_; }

  private:
    BytesView bytes_;
    std::uint64_t read_ = 0;
};

}  // namespace huizhen::rpc
