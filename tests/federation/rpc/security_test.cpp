#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <huizhen/rpc/services.h>

#include "federation.h"
#include "raw_call.h"
#include "relay.h"

namespace huizhen::rpc {
namespace {

const SiteId kMary("st-mary");

int connect_to(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
}

// The version agreed on, or "" where the other side refuses.
std::string handshake(int port, int newest_version) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                    SSL_CTX_free);
    SSL_CTX_set_max_proto_version(context.get(), newest_version);
    const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
    const unsigned char h2[] = {2, 'h', '2'};
    SSL_set_alpn_protos(tls.get(), h2, sizeof h2);
    const int fd = connect_to(port);
    SSL_set_fd(tls.get(), fd);
    const std::string agreed = SSL_connect(tls.get()) == 1 ? SSL_get_version(tls.get()) : "";
    ::close(fd);
    return agreed;
}

std::string refusal_of(const std::string& address, const TlsIdentity& identity,
                       const char* method = RawCall::kSession) {
    RawCall call(channel_to(address, identity), method);
    call.write(write_hello({{1}, "test", kMary, {}, {}}).value());
    return call.refusal();
}

void expect_alive(Coordinator& coordinator) {
    RawCall call(channel_to(coordinator.address(), authority().site("st-alive")), RawCall::kSession);
    EXPECT_FALSE(call.open("st-alive").empty());
}

TEST(Security, tls_below_1_3_finds_nothing_to_agree_on) {
    Coordinator coordinator;
    EXPECT_EQ(handshake(coordinator.server->port(), TLS1_3_VERSION), "TLSv1.3");
    EXPECT_EQ(handshake(coordinator.server->port(), TLS1_2_VERSION), "");
    expect_alive(coordinator);
}

TEST(Security, plain_text_is_hung_up_on) {
    Coordinator coordinator;
    const int fd = connect_to(coordinator.server->port());
    const std::string request = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    ASSERT_EQ(::send(fd, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
    char byte[512];
    ssize_t got = 0;
    do {
        got = ::recv(fd, byte, sizeof byte, 0);  // an alert of TLS, then the end
    } while (got > 0);
    ::close(fd);
    expect_alive(coordinator);
}

TEST(Security, certificates_of_others_are_refused) {
    Coordinator coordinator;
    TlsIdentity stranger = other_authority().site("st-mary");
    stranger.trust_pem = authority().root().pem();
    EXPECT_NE(refusal_of(coordinator.address(), stranger), "");
    EXPECT_EQ(coordinator.sessions.diary.lines().size(), 0u);
    expect_alive(coordinator);
}

TEST(Security, a_coordinator_of_others_is_refused) {
    Coordinator coordinator;
    TlsIdentity deceived = authority().site("st-mary");
    deceived.trust_pem = other_authority().root().pem();
    EXPECT_TRUE(refusal_of(coordinator.address(), deceived).starts_with("unreachable: "));
    EXPECT_EQ(coordinator.sessions.diary.lines().size(), 0u);
}

TEST(Security, expired_certificates_are_refused) {
    Coordinator coordinator;
    EXPECT_NE(refusal_of(coordinator.address(), authority().site("st-mary", std::chrono::hours(-1))), "");
    EXPECT_EQ(coordinator.sessions.diary.lines().size(), 0u);
    expect_alive(coordinator);
}

TEST(Security, a_certificate_that_expires_during_a_session_ends_it) {
    Coordinator coordinator;
    std::atomic<bool> tomorrow = false;
    coordinator.peers.set_time(
        [&] { return std::chrono::system_clock::now() + std::chrono::hours(tomorrow ? 25 : 0); });
    RawCall call(channel_to(coordinator.address(), authority().site("st-mary")), RawCall::kSession);
    ASSERT_FALSE(call.open("st-mary").empty());
    tomorrow = true;
    EXPECT_TRUE(call.refusal().starts_with("certificate-expired: "));
}

TEST(Security, without_a_certificate_only_enrolment_is_open) {
    Coordinator coordinator;
    const TlsIdentity nobody{authority().root().pem(), "", ""};
    for (const char* method : {RawCall::kSession, RawCall::kGet, RawCall::kPut}) {
        EXPECT_EQ(refusal_of(coordinator.address(), nobody, method),
                  "no-certificate: only an enrolment needs none");
    }
    EXPECT_EQ(coordinator.sessions.diary.lines().size(), 0u);
}

TEST(Security, roles_are_told_apart) {
    Coordinator coordinator;
    EXPECT_EQ(refusal_of(coordinator.address(), authority().operator_("dr-who")),
              "wrong-role: this call is for a site, the certificate is of a operator");
    EXPECT_NE(refusal_of(coordinator.address(), authority().coordinator()),
              "");  // TLS itself: a server's alone
    EXPECT_EQ(coordinator.sessions.diary.lines().size(), 0u);
}

TEST(Security, a_site_that_plays_coordinator_is_refused) {
    // A server with a site's certificate: what a hospital could set up beside the way.
    Coordinator coordinator;
    ASSERT_TRUE(coordinator.server->reload(authority().site("st-evil")));
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(node.handler.diary.wait("disconnected"));
    EXPECT_EQ(node.handler.diary.count("connected"), 0u);
    EXPECT_EQ(coordinator.sessions.diary.lines().size(), 0u);
}

TEST(Security, the_coordinator_is_known_by_its_role_and_not_by_its_host) {
    class Mistaken final : public PeerCheck {
      public:
        Result<Peer> check(std::string_view) const override { return Peer{Role::kOperator, "dr-who", ""}; }
    };
    Coordinator coordinator;
    const Mistaken peers;
    const Enroller enroller{{coordinator.address(), ""}, authority().root().pem(), &peers};
    const auto asked = enroller.enrol(kMary, "the secret", "a request");
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().message(), "wrong-role: the other side shows the certificate of a operator");
}

TEST(Security, the_certificate_is_asked_about_on_every_call) {
    Coordinator coordinator;
    const auto channel = channel_to(coordinator.address(), authority().site("st-mary"));
    int before = coordinator.peers.asked();
    for (int i = 0; i < 3; ++i) {
        RawCall call(channel, RawCall::kSession);
        ASSERT_FALSE(call.open("st-mary").empty());
        EXPECT_GT(coordinator.peers.asked(), before);
        before = coordinator.peers.asked();
    }
    coordinator.peers.ban("st-mary");
    // The connection is the same, and long past its handshake.
    RawCall call(channel, RawCall::kSession);
    call.write(write_hello({{1}, "test", kMary, {}, {}}).value());
    EXPECT_TRUE(call.refusal().starts_with("certificate-revoked: "));
}

TEST(Security, revocation_cuts_a_living_session_and_its_transfers_at_once) {
    Limits limits = Coordinator::quick();
    limits.sweep_period = std::chrono::hours(1);  // not by the sweep
    Coordinator coordinator(limits);
    const auto channel = channel_to(coordinator.address(), authority().site("st-mary"));
    RawCall session(channel, RawCall::kSession);
    ASSERT_FALSE(session.open("st-mary").empty());
    RawCall other(channel_to(coordinator.address(), authority().site("st-john")), RawCall::kSession);
    ASSERT_FALSE(other.open("st-john").empty());
    RawCall put(channel, RawCall::kPut);
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    coordinator.peers.ban("st-mary");
    coordinator.server->recheck_peers();
    EXPECT_TRUE(session.refusal().starts_with("certificate-revoked: "));
    EXPECT_TRUE(put.refusal().starts_with("certificate-revoked: "));
    ASSERT_TRUE(coordinator.sessions.diary.wait("closed st-mary certificate-revoked: "));
    EXPECT_EQ(coordinator.server->counters().sessions, 1u);
    EXPECT_TRUE(coordinator.server->send(SiteId("st-john"), round_message("you stay")));
}

TEST(Security, revocation_is_noticed_by_the_sweep_too) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    coordinator.peers.ban("st-mary");
    ASSERT_TRUE(coordinator.sessions.diary.wait("closed st-mary certificate-revoked: "));
    ASSERT_TRUE(node.handler.diary.wait("disconnected certificate-revoked: "));
}

TEST(Security, both_sides_change_their_certificate_while_they_run) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    ASSERT_TRUE(node.link->reload(authority().site("st-mary")));
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary", 2));
    ASSERT_TRUE(node.handler.diary.wait("disconnected renewed: "));

    ASSERT_TRUE(coordinator.server->reload(authority().coordinator()));
    Node next("st-john", coordinator.address());  // a new handshake, with the new certificate
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-john"));
    ASSERT_TRUE(node.link->send(round_message("the old session goes on")));
    ASSERT_TRUE(coordinator.sessions.diary.wait("message st-mary plan/1/2 the old session goes on"));
}

TEST(Security, a_key_that_is_not_the_certificates_is_not_taken) {
    Coordinator coordinator;
    TlsIdentity mixed = authority().coordinator();
    mixed.private_key_pem = authority().coordinator().private_key_pem;
    EXPECT_FALSE(coordinator.server->reload(mixed));
    EXPECT_FALSE(coordinator.server->reload({}));
    expect_alive(coordinator);
}

TEST(Security, a_port_that_cannot_be_had_is_refused_in_one_sentence_that_says_what_to_do) {
    Coordinator first;
    const auto refused = [&](const std::string& address) {
        ServerOptions options;
        options.address = address;
        options.identity = authority().coordinator();
        ServerParts parts;
        parts.peers = &first.peers;
        parts.sessions = &first.sessions;
        parts.objects = first.objects.get();
        parts.authoriser = &first.grants;
        parts.enrolment = &first.enrolments;
        parts.disk = &first.disk;
        ::testing::internal::CaptureStderr();
        const auto second = CoordinatorServer::start(std::move(options), std::move(parts));
        EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
        return second ? "" : second.error().message();
    };
    EXPECT_EQ(refused(first.address()),
              "unreachable: cannot listen on " + first.address() +
                  ": another program listens there; end that one, or choose another port");
    EXPECT_EQ(refused("192.0.2.1:7443"),
              "unreachable: cannot listen on 192.0.2.1:7443: this machine has no such address; choose one of "
              "its own, or 0.0.0.0 for all");
    EXPECT_NE(refused("no address:7443"), "");
}

TEST(Proxy, is_spoken_to_with_connect) {
    Coordinator coordinator;
    Relay proxy({.connect = true});
    NodeOptions options;
    options.coordinator.proxy = "http://" + proxy.address();
    Node node("st-mary", "coordinator.example:" + std::to_string(coordinator.server->port()),
              std::move(options));
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    EXPECT_EQ(proxy.last_request(),
              "CONNECT coordinator.example:" + std::to_string(coordinator.server->port()) + " HTTP/1.1");
    const Sha256Digest name = coordinator.objects->add(random_bytes(1'000'000)).value();
    coordinator.grants.allow_get("st-mary", name);
    const Status fetched = node.link->fetch(name, *node.objects, {}, {});
    ASSERT_TRUE(fetched) << fetched.error().to_string();
    EXPECT_EQ(proxy.connections(), 1);  // session and object share it
}

TEST(Proxy, of_the_environment_is_used_where_none_is_given_and_left_alone_where_none_is_wanted) {
    Coordinator coordinator;
    Relay proxy({.connect = true});
    ::setenv("https_proxy", ("http://" + proxy.address()).c_str(), 1);
    {
        NodeOptions options;
        options.coordinator.proxy = "";
        Node direct("st-mary", coordinator.address(), std::move(options));
        EXPECT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
        EXPECT_EQ(proxy.connections(), 0);
    }
    const auto peers = std::make_unique<Peers>();
    Enroller enroller{{coordinator.address(), std::nullopt}, authority().root().pem(), peers.get()};
    EXPECT_TRUE(enroller.enrol(SiteId("st-mary"), "the secret", "request"));
    EXPECT_EQ(proxy.connections(), 1);
    ::unsetenv("https_proxy");
}

}  // namespace
}  // namespace huizhen::rpc
