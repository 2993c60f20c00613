// The transport against its limits, in one run on one machine: a message there and back; models down to and
// updates up from several sites, beside the same bytes through a bare TLS 1.3 socket pair and a hash, one
// after the other. Usage: bench_transport [--sites 4] [--megabytes 100] [--round-trips 2000] [--folder DIR]

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <huizhen/base/check.h>
#include <huizhen/identity/certificate_authority.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/rpc/coordinator_server.h>
#include <huizhen/rpc/file_objects.h>
#include <huizhen/rpc/node_link.h>

namespace huizhen::rpc {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

class Pki final : public PeerCheck {
  public:
    Pki()
        : issuing_(make()),
          verifier_(identity::PeerVerifier::create(issuing_.root(), std::span(&issuing_.certificate(), 1))
                        .value()) {}

    TlsIdentity site(const std::string& name) const {
        const auto key = identity::PrivateKey::generate(system_random());
        return with(key, issuing_
                             .issue({identity::Role::kSite, name, key.public_key()}, system_random(), now(),
                                    identity::days(1))
                             .value());
    }
    TlsIdentity server() const {
        const auto key = identity::PrivateKey::generate(system_random());
        const std::vector<std::string> hosts{"localhost"};
        return with(
            key,
            issuing_.issue_server(key.public_key(), "bench", hosts, system_random(), now(), identity::days(1))
                .value());
    }
    Result<Peer> check(std::string_view pem) const override {
        for (const auto& [theirs, ours] : {std::pair(identity::Role::kSite, Role::kSite),
                                           std::pair(identity::Role::kCoordinator, Role::kCoordinator)}) {
            const auto peer = verifier_.verify(pem, theirs, now(), revocations_);
            if (peer) return Peer{ours, peer->name, to_hex(peer->fingerprint)};
        }
        return fail(ErrorCode::kPermissionDenied, "unknown");
    }

  private:
    static identity::Time now() { return std::chrono::system_clock::now(); }
    static identity::IssuingAuthority make() {
        return identity::RootAuthority::create("bench", system_random(), now())
            .value()
            .certify_issuer(system_random(), now())
            .value();
    }
    TlsIdentity with(const identity::PrivateKey& key, const identity::Certificate& leaf) const {
        return {issuing_.root().pem(), issuing_.chain_pem(leaf),
                std::string(key.to_pem().reveal_secret("given to TLS"))};
    }

    identity::IssuingAuthority issuing_;
    identity::PeerVerifier verifier_;
    identity::Revocations revocations_;
};

class Echo final : public SessionHandler {
  public:
    CoordinatorServer* server = nullptr;
    Status opened(SessionId, const Peer&, const Hello&) override { return {}; }
    void heartbeat(SessionId, const SiteId&, const std::vector<Position>&) override {}
    Status message(SessionId, const SiteId& site, RoundMessage message) override {
        return server->send(site, std::move(message));
    }
    void notice(SessionId, const SiteId&, const Notice&) override {}
    void closed(SessionId, const SiteId&, const Error&) override {}
};

class Everything final : public ObjectAuthoriser {
  public:
    Status may_get(const SiteId&, const Sha256Digest&) const override { return {}; }
    Result<std::uint64_t> may_put(const SiteId&, const Sha256Digest&) const override { return ~0ULL; }
    void received(const SiteId&, const Sha256Digest&) override {}
};

class Nobody final : public EnrolmentHandler {
  public:
    Result<EnrolReply> enrol(const SiteId&, std::string_view, std::string_view) override { return no(); }
    Result<EnrolReply> poll(std::string_view) override { return no(); }
    Result<std::string> root_pem() override { return no(); }
    Result<EnrolReply> renew(const Peer&, std::string_view, std::string_view) override { return no(); }
    Status leave(const Peer&, std::string_view) override { return no(); }
    Result<RosterPage> roster(std::uint64_t, std::size_t) override { return no(); }
    Result<LineagePage> lineage(std::string_view, std::uint64_t, std::size_t) override { return no(); }
    Result<std::string> revocation_list_pem() override { return no(); }

  private:
    static tl::unexpected<Error> no() { return fail(ErrorCode::kUnsupported, "none"); }
};

class Counter final : public NodeHandler {
  public:
    std::vector<Position> positions() override { return {}; }
    void connected(const Welcome&) override { add(); }
    void heartbeat(const std::vector<Position>&) override {}
    void message(RoundMessage) override { add(); }
    void notice(const Notice&) override {}
    void disconnected(const Error& why, std::chrono::milliseconds) override {
        std::fprintf(stderr, "%s\n", why.to_string().c_str());
    }
    void wait(int count) {
        std::unique_lock lock(mutex_);
        added_.wait(lock, [&] { return count_ >= count; });
    }

  private:
    void add() {
        const std::lock_guard lock(mutex_);
        ++count_;
        added_.notify_all();
    }
    std::mutex mutex_;  // guards count_
    std::condition_variable added_;
    int count_ = 0;
};

struct Site {
    Site(const Pki& pki, const std::string& name, const std::string& address,
         const std::filesystem::path& folder)
        : objects(FileObjects::open_folder(folder / name).value()) {
        NodeOptions options;
        options.coordinator = {address, ""};
        options.identity = pki.site(name);
        options.site = SiteId(name);
        link = std::make_unique<NodeLink>(std::move(options), pki, handler);
        thread = std::jthread([this](const std::stop_token& stop) { static_cast<void>(link->run(stop)); });
        handler.wait(1);
    }
    Counter handler;
    std::unique_ptr<FileObjects> objects;
    std::unique_ptr<NodeLink> link;
    std::jthread thread;
};

std::vector<std::uint8_t> random_bytes(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
        const std::uint64_t word = random();
        std::memcpy(&bytes[i], &word, 8);
    }
    return bytes;
}

struct FreeTls {
    void operator()(SSL* p) const { SSL_free(p); }
    void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};

// One core's worth of the same work without a protocol: TLS there, hash here, file.
double bare_seconds(const Pki& pki, const std::vector<std::uint8_t>& bytes,
                    const std::filesystem::path& target) {
    const TlsIdentity own = pki.server();
    const std::unique_ptr<SSL_CTX, FreeTls> server(SSL_CTX_new(TLS_server_method())),
        client(SSL_CTX_new(TLS_client_method()));
    const std::unique_ptr<BIO, FreeTls> cert_pem(BIO_new_mem_buf(own.certificate_chain_pem.data(), -1)),
        key_pem(BIO_new_mem_buf(own.private_key_pem.data(), -1));
    const std::unique_ptr<X509, FreeTls> certificate(
        PEM_read_bio_X509(cert_pem.get(), nullptr, nullptr, nullptr));
    const std::unique_ptr<EVP_PKEY, FreeTls> key(
        PEM_read_bio_PrivateKey(key_pem.get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(server.get(), certificate.get());
    SSL_CTX_use_PrivateKey(server.get(), key.get());
    int ends[2];
    HZ_CHECK(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a socket pair");
    const auto start = Clock::now();
    std::jthread sender([&] {
        const std::unique_ptr<SSL, FreeTls> tls(SSL_new(client.get()));
        SSL_set_fd(tls.get(), ends[0]);
        HZ_CHECK(SSL_connect(tls.get()) == 1, "TLS");
        for (std::size_t at = 0; at < bytes.size();) {
            const int sent = SSL_write(tls.get(), &bytes[at],
                                       static_cast<int>(std::min<std::size_t>(1 << 20, bytes.size() - at)));
            HZ_CHECK(sent > 0, "TLS");
            at += static_cast<std::size_t>(sent);
        }
    });
    const std::unique_ptr<SSL, FreeTls> tls(SSL_new(server.get()));
    SSL_set_fd(tls.get(), ends[1]);
    HZ_CHECK(SSL_accept(tls.get()) == 1, "TLS");
    const int file = ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    Sha256 hash;
    std::vector<std::uint8_t> block(1 << 20);
    for (std::size_t got = 0; got < bytes.size();) {
        const int read = SSL_read(tls.get(), block.data(), static_cast<int>(block.size()));
        HZ_CHECK(read > 0, "TLS");
        hash.update(std::as_bytes(std::span(block).first(static_cast<std::size_t>(read))));
        HZ_CHECK(::write(file, block.data(), static_cast<std::size_t>(read)) == read, "file");
        got += static_cast<std::size_t>(read);
    }
    static_cast<void>(hash.finish());
    ::fdatasync(file);
    ::close(file);
    const double seconds = seconds_since(start);
    sender.join();
    ::close(ends[0]);
    ::close(ends[1]);
    return seconds;
}

struct Settings {
    int sites = 4, megabytes = 100, round_trips = 2000;
    std::filesystem::path folder = std::filesystem::temp_directory_path() / "bench_transport";
    std::string listen = "127.0.0.1:0", through;
};

int run(const Settings& settings) {
    std::filesystem::remove_all(settings.folder);
    const Pki pki;
    Echo echo;
    Everything everything;
    Nobody nobody;
    Executor disk(2);
    const auto objects = FileObjects::open_folder(settings.folder / "coordinator").value();
    ServerOptions options;
    options.address = settings.listen;
    options.identity = pki.server();
    ServerParts parts;
    parts.peers = &pki;
    parts.sessions = &echo;
    parts.objects = objects.get();
    parts.authoriser = &everything;
    parts.enrolment = &nobody;
    parts.disk = &disk;
    const auto server = CoordinatorServer::start(options, parts).value();
    echo.server = server.get();
    const std::string address =
        settings.through.empty() ? "127.0.0.1:" + std::to_string(server->port()) : settings.through;
    std::vector<std::unique_ptr<Site>> sites;
    for (int i = 0; i < settings.sites; ++i) {
        sites.push_back(std::make_unique<Site>(pki, "site-" + std::to_string(i), address, settings.folder));
    }

    Site& first = *sites.front();
    auto start = Clock::now();
    for (int i = 0; i < settings.round_trips; ++i) {
        HZ_CHECK(first.link->send({"plan", 1, 1, {1}}), "sent");
        first.handler.wait(i + 2);
    }
    std::printf("session round trip          %8.0f us\n", 1e6 * seconds_since(start) / settings.round_trips);

    const std::size_t size = static_cast<std::size_t>(settings.megabytes) * 1'000'000;
    const double gigabytes = 1e-9 * static_cast<double>(size) * settings.sites;
    const auto model = random_bytes(size, 1);
    const Sha256Digest name = objects->add(model).value();
    const auto all = [&](auto work) {
        start = Clock::now();
        std::vector<std::jthread> threads;
        for (int i = 0; i < settings.sites; ++i) threads.emplace_back([&, i] { work(i); });
        threads.clear();
        return seconds_since(start);
    };
    const double down = all([&](int i) {
        const Status done = sites[i]->link->fetch(name, *sites[i]->objects, {}, {});
        HZ_CHECK(done, done ? "" : done.error().to_string());
    });
    std::printf("down to %2d sites            %8.2f s   %6.2f GB/s\n", settings.sites, down,
                gigabytes / down);
    std::vector<Sha256Digest> updates;
    for (int i = 0; i < settings.sites; ++i)
        updates.push_back(sites[i]->objects->add(random_bytes(size, 2 + i)).value());
    const double up = all([&](int i) {
        const auto source = sites[i]->objects->open(updates[i]).value();
        const Status done = sites[i]->link->put(updates[i], *source, {}, {});
        HZ_CHECK(done, done ? "" : done.error().to_string());
    });
    std::printf("up from %2d sites            %8.2f s   %6.2f GB/s\n", settings.sites, up, gigabytes / up);
    double bare = 0;
    for (int i = 0; i < settings.sites; ++i) bare += bare_seconds(pki, model, settings.folder / "bare");
    std::printf("bare TLS, hash, file        %8.2f s   %6.2f GB/s\n", bare, gigabytes / bare);
    std::printf("both ways                   %8.2f s   %6.2f of bare\n", down + up, 2 * bare / (down + up));
    for (auto& site : sites) site->thread.request_stop();
    sites.clear();
    std::filesystem::remove_all(settings.folder);
    return 0;
}

}  // namespace
}  // namespace huizhen::rpc

int main(int argc, char** argv) {
    huizhen::rpc::Settings settings;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--sites") settings.sites = std::atoi(argv[i + 1]);
        if (option == "--megabytes") settings.megabytes = std::atoi(argv[i + 1]);
        if (option == "--round-trips") settings.round_trips = std::atoi(argv[i + 1]);
        if (option == "--folder") settings.folder = argv[i + 1];
        if (option == "--listen") settings.listen = argv[i + 1];
        if (option == "--through") settings.through = argv[i + 1];
    }
    return huizhen::rpc::run(settings);
}
