// TLS with certificates made for the test.

#include <thread>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <huizhen/base/file.h>
#include <huizhen/test_support/data.h>

#include "client.h"
#include "handlers.h"

namespace huizhen::mllp {
namespace {

namespace fs = std::filesystem;

struct Pair {
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key{nullptr, EVP_PKEY_free};
    std::unique_ptr<X509, void (*)(X509*)> certificate{nullptr, X509_free};
};

// Signed by `issuer`, or by itself; valid from `from` to `until` seconds from now.
Pair make(const char* name, const Pair* issuer, long from = -3600, long until = 3600) {
    Pair made;
    made.key.reset(EVP_EC_gen("P-256"));
    made.certificate.reset(X509_new());
    X509* raw = made.certificate.get();
    X509_set_version(raw, 2);
    static long serial = 1;
    ASN1_INTEGER_set(X509_get_serialNumber(raw), serial++);
    X509_gmtime_adj(X509_getm_notBefore(raw), from);
    X509_gmtime_adj(X509_getm_notAfter(raw), until);
    X509_set_pubkey(raw, made.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(raw, X509_get_subject_name(issuer == nullptr ? raw : issuer->certificate.get()));
    if (issuer == nullptr) {
        X509_EXTENSION* extension =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
        X509_add_ext(raw, extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(raw, issuer == nullptr ? made.key.get() : issuer->key.get(), EVP_sha256());
    return made;
}

std::string pem(const X509* certificate) {
    const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_X509(memory.get(), const_cast<X509*>(certificate));
    char* text = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}
std::string pem(EVP_PKEY* key) {
    const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

class MllpTls : public ::testing::Test {
  protected:
    MllpTls() : authority(make("Authority", nullptr)), server_pair(make("node", &authority)) {
        files = TlsFiles{folder.path() / "server.pem", folder.path() / "key.pem",
                         folder.path() / "authority.pem"};
        EXPECT_TRUE(write_file_atomically(files.certificate_file, pem(server_pair.certificate.get())));
        EXPECT_TRUE(write_file_atomically(files.key_file, pem(server_pair.key.get())));
        EXPECT_TRUE(write_file_atomically(files.authority_file, pem(authority.certificate.get())));
        settings.port = 0;
        settings.tls = files;
    }

    // What the server answers to "ping"; nothing where it does not.
    std::optional<std::string> ask(std::uint16_t port, const Pair* client, int newest = TLS1_3_VERSION,
                                   const char* suites = nullptr) {
        const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                                   SSL_CTX_free);
        SSL_CTX_set_security_level(context.get(), 0);
        SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context.get(), newest);
        if (suites != nullptr) SSL_CTX_set_cipher_list(context.get(), suites);
        if (client != nullptr) {
            SSL_CTX_use_certificate(context.get(), client->certificate.get());
            SSL_CTX_use_PrivateKey(context.get(), client->key.get());
        }
        Client tcp(port);
        const std::unique_ptr<SSL, void (*)(SSL*)> session(SSL_new(context.get()), SSL_free);
        SSL_set_fd(session.get(), tcp.socket());
        const std::string ping = framed("ping");
        if (SSL_connect(session.get()) != 1) return std::nullopt;
        if (SSL_write(session.get(), ping.data(), static_cast<int>(ping.size())) <= 0) return std::nullopt;
        Framer framer;
        for (;;) {
            char buffer[1000];
            const int got = SSL_read(session.get(), buffer, sizeof buffer);
            if (got <= 0 || !framer.push(std::string_view(buffer, static_cast<std::size_t>(got))))
                return std::nullopt;
            if (auto message = framer.next()) return message;
        }
    }

    testing::TemporaryFolder folder;
    Pair authority, server_pair;
    TlsFiles files;
    ServerSettings settings;
};

TEST_F(MllpTls, serves_who_shows_a_certificate_that_is_known) {
    const Pair client = make("lis.hospital", &authority);
    Kept kept;
    const auto server = Server::start(settings, kept).value();
    std::optional<std::string> answer;
    std::thread asking([&] { answer = ask(server->port(), &client); });
    EXPECT_EQ(kept.wait_for(1), 1u);
    EXPECT_EQ(kept.at(0).text, "ping");
    EXPECT_EQ(kept.at(0).peer.certificate, "CN=lis.hospital");
    kept.at(0).answer->send("pong");
    asking.join();
    EXPECT_EQ(answer, "pong");
}

TEST_F(MllpTls, speaks_tls_1_2_with_good_suites_alone) {
    const Pair client = make("lis", &authority);
    Echo echo;
    const auto server = Server::start(settings, echo).value();
    EXPECT_EQ(ask(server->port(), &client, TLS1_2_VERSION), "re ping");
    EXPECT_EQ(ask(server->port(), &client, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA"), std::nullopt);
    EXPECT_EQ(ask(server->port(), &client, TLS1_1_VERSION), std::nullopt);
}

TEST_F(MllpTls, refuses_who_shows_none_or_another_ones_or_one_that_has_ended) {
    const Pair stranger = make("Other", nullptr);
    const Pair foreign = make("lis", &stranger), ended = make("lis", &authority, -7200, -3600);
    const Pair* const none = nullptr;
    for (const Pair* client : {none, &foreign, &ended}) {
        Kept kept;
        const auto server = Server::start(settings, kept).value();
        EXPECT_EQ(ask(server->port(), client), std::nullopt);
        EXPECT_EQ(kept.wait_for_refusal(), "tls-failed");
        EXPECT_EQ(kept.count(), 0u);
    }
}

TEST_F(MllpTls, refuses_plain_text) {
    Kept kept;
    const auto server = Server::start(settings, kept).value();
    Client client(server->port());
    client.send("ping");
    EXPECT_EQ(client.receive(), std::nullopt);
    EXPECT_EQ(kept.wait_for_refusal(), "tls-failed");
}

TEST_F(MllpTls, names_the_file_that_is_wrong) {
    Echo echo;
    const auto why = [&] {
        const auto server = Server::start(settings, echo);
        return server ? "started" : server.error().message();
    };
    settings.tls->key_file = folder.path() / "gone.pem";
    EXPECT_NE(why().find("gone.pem is not there"), std::string::npos) << why();
    const Pair other = make("other", &authority);
    EXPECT_TRUE(write_file_atomically(folder.path() / "other.pem", pem(other.key.get())));
    settings.tls->key_file = folder.path() / "other.pem";
    EXPECT_NE(why().find("other.pem holds no key of the server"), std::string::npos) << why();
}

}  // namespace
}  // namespace huizhen::mllp
