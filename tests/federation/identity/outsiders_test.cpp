// The same files in the hands of a program that is not ours: openssl's command line.

#include <cstdio>
#include <cstdlib>

#include <huizhen/base/file.h>
#include <huizhen/test_support/data.h>

#include "authority.h"

namespace huizhen::identity {
namespace {

struct Said {
    int code = -1;
    std::string text;  // both outputs
    bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
};

Said run(const std::string& command) {
    Said said;
    FILE* pipe = ::popen(("exec 2>&1; " + command).c_str(), "r");
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said.text += static_cast<char>(c);
    const int status = ::pclose(pipe);
    said.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return said;
}

class Outsiders : public ::testing::Test {
  protected:
    void SetUp() override {
        if (run("openssl version").code != 0) GTEST_SKIP() << "skipped: no openssl program";
        write("root.pem", authority.root.certificate().pem());
        write("issuing.pem", authority.issuing.certificate().pem());
        write("site.pem", site.certificate.pem());
        write("site.key", std::string(site.key.to_pem().reveal_secret("a test's key")));
        write("server.pem", server.certificate.pem());
        write("server.key", std::string(server.key.to_pem().reveal_secret("a test's key")));
    }
    void write(const char* name, const std::string& text) const {
        ASSERT_TRUE(write_file_atomically(folder.path() / name, text));
    }
    Said openssl(const std::string& arguments) const {
        return run("cd '" + folder.path().string() + "' && openssl " + arguments);
    }
    // Dates are this machine's own here: the program has no injected clock.
    Time today = std::chrono::system_clock::now();
    Authority authority = [&] {
        Authority made;
        made.root = RootAuthority::create("Lung federation", made.random, today).value();
        made.issuing = made.root.certify_issuer(made.random, today).value();
        return made;
    }();
    Enrolled site = authority.enrol("shanghai-1", Role::kSite, today);
    Enrolled server = [&] {
        PrivateKey key = PrivateKey::generate(authority.random);
        const std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
        auto certificate =
            authority.issuing.issue_server(key.public_key(), "main", hosts, authority.random, today, days(90))
                .value();
        auto peer = read_identity(certificate).value();
        return Enrolled{std::move(key), std::move(certificate), std::move(peer)};
    }();
    testing::TemporaryFolder folder;
};

TEST_F(Outsiders, verify_the_chain_strictly_and_by_purpose) {
    const std::string verify = "verify -x509_strict -CAfile root.pem -untrusted issuing.pem ";
    for (const char* good : {"-purpose sslclient site.pem", "-purpose sslserver server.pem",
                             "-verify_hostname localhost server.pem", "-verify_ip 127.0.0.1 server.pem"}) {
        const Said said = openssl(verify + good);
        EXPECT_EQ(said.code, 0) << said.text;
        EXPECT_TRUE(said.has(": OK")) << said.text;
    }
    for (const char* bad : {"-purpose sslserver site.pem", "-purpose sslclient server.pem",
                            "-verify_hostname example.org server.pem"}) {
        EXPECT_NE(openssl(verify + bad).code, 0) << bad;
    }
    EXPECT_NE(openssl("verify -CAfile root.pem site.pem").code, 0);  // not without the issuing key's
}

TEST_F(Outsiders, read_the_fields) {
    const Said said = openssl("x509 -in site.pem -noout -text");
    for (const char* part : {"Signature Algorithm: ED25519", "Subject: O = Lung federation, CN = shanghai-1",
                             "CA:FALSE", "X509v3 Key Usage: critical", "Digital Signature",
                             "TLS Web Client Authentication", "URI:huizhen:site:shanghai-1", "Version: 3"}) {
        EXPECT_TRUE(said.has(part)) << part << "\n" << said.text;
    }
    const Said hosts = openssl("x509 -in server.pem -noout -text");
    EXPECT_TRUE(hosts.has("DNS:localhost, IP Address:127.0.0.1")) << hosts.text;
    EXPECT_TRUE(openssl("x509 -in issuing.pem -noout -text").has("CA:TRUE, pathlen:0"));
    EXPECT_TRUE(openssl("x509 -in root.pem -noout -text").has("CA:TRUE, pathlen:1"));
}

TEST_F(Outsiders, verify_our_request_and_we_theirs) {
    write("site.csr", request_pem(make_request(site.key, Role::kSite, "shanghai-1").value()));
    const Said said = openssl("req -in site.csr -verify -noout -text");
    EXPECT_EQ(said.code, 0);
    EXPECT_TRUE(said.has("verify OK") && said.has("URI:huizhen:site:shanghai-1")) << said.text;
    const auto theirs = [&](const std::string& arguments) {
        const Said made = openssl("req -new -subj /CN=a -out theirs.csr " + arguments);
        EXPECT_EQ(made.code, 0) << made.text;
        const auto bytes = read_file(folder.path() / "theirs.csr", 1 << 16).value();
        const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
        return read_request(BytesView(data, bytes.size()));
    };
    const auto good = theirs("-key site.key -addext subjectAltName=URI:huizhen:site:beijing");
    ASSERT_TRUE(good) << good.error().to_string();
    EXPECT_EQ(good->name, "beijing");
    EXPECT_EQ(good->public_key, site.key.public_key());
    EXPECT_TRUE(refused(theirs("-key site.key"), refusal::kRequestMalformed));
    EXPECT_TRUE(
        refused(theirs("-key site.key -addext subjectAltName=DNS:beijing"), refusal::kRequestMalformed));
    EXPECT_TRUE(refused(theirs("-key site.key -addext subjectAltName=URI:huizhen:site:a,URI:huizhen:site:b"),
                        refusal::kRequestMalformed));
    EXPECT_TRUE(refused(theirs("-key site.key -addext subjectAltName=URI:huizhen:site:a,DNS:example.org"),
                        refusal::kRequestMalformed));
    // More than the name.
    EXPECT_TRUE(refused(theirs("-key site.key -addext subjectAltName=URI:huizhen:site:a "
                               "-addext basicConstraints=CA:TRUE"),
                        refusal::kRequestMalformed));
    for (const char* other : {"rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256"}) {
        EXPECT_TRUE(refused(theirs(std::string("-nodes -keyout other.key -newkey ") + other +
                                   " -addext subjectAltName=URI:huizhen:site:a"),
                            refusal::kRequestUnsupported));
    }
}

TEST_F(Outsiders, open_the_sealed_root_key) {
    write("root.key",
          authority.root.sealed_key(SecretText("correct horse battery"), authority.random).value());
    const Said said = openssl("pkey -in root.key -passin 'pass:correct horse battery' -pubout");
    const Said expected = openssl("x509 -in root.pem -noout -pubkey");
    EXPECT_EQ(said.code, 0) << said.text;
    EXPECT_EQ(said.text, expected.text);
    EXPECT_NE(openssl("pkey -in root.key -passin pass:wrong -noout").code, 0);
    EXPECT_TRUE(openssl("asn1parse -in root.key").has("scrypt"));
}

TEST_F(Outsiders, obey_the_lists_of_revocations) {
    const ListDates dates{today, today + 24h, 7};
    const std::vector<Revocation> none, gone{{site.peer.serial, RevocationReason::kKeyCompromise, today},
                                             {Serial{1, 2, 3}, RevocationReason::kUnspecified, today}};
    write("none.crl", authority.issuing.revocation_list_pem(none, dates));
    write("gone.crl", authority.issuing.revocation_list_pem(gone, dates));
    const Said list = openssl("crl -in gone.crl -CAfile issuing.pem -noout -text");
    EXPECT_EQ(list.code, 0);
    EXPECT_TRUE(list.has("verify OK") && list.has("Key Compromise")) << list.text;
    const std::string verify = "verify -crl_check -CAfile root.pem -untrusted issuing.pem -CRLfile ";
    EXPECT_EQ(openssl(verify + "none.crl site.pem").code, 0);
    const Said revoked = openssl(verify + "gone.crl site.pem");
    EXPECT_NE(revoked.code, 0);
    EXPECT_TRUE(revoked.has("certificate revoked")) << revoked.text;
    // The root's own list, of issuing keys.
    const std::vector<Revocation> key{
        {authority.issuing.certificate().serial(), RevocationReason::kCaCompromise, today}};
    write("root.crl", authority.root.revocation_list_pem(key, dates));
    EXPECT_TRUE(openssl("verify -crl_check -CAfile root.pem -CRLfile root.crl issuing.pem")
                    .has("certificate revoked"));
}

// A server of theirs on a port of its choice, which answers one connection.
class TheirServer {
  public:
    TheirServer(const std::filesystem::path& folder, const std::string& certificate) {
        pipe_ = ::popen(("cd '" + folder.string() +
                         "' && exec 2>&1 && exec openssl s_server -accept 127.0.0.1:0"
                         " -naccept 1 -www -tls1_3 -Verify 2 -verify_return_error -CAfile root.pem -cert " +
                         certificate + ".pem -key " + certificate + ".key -cert_chain issuing.pem")
                            .c_str(),
                        "r");
        std::array<char, 512> line{};
        while (std::fgets(line.data(), line.size(), pipe_) != nullptr) {
            const std::string_view text(line.data());
            if (!text.starts_with("ACCEPT")) continue;
            port_ = std::atoi(line.data() + text.rfind(':') + 1);
            break;
        }
    }
    ~TheirServer() { ::pclose(pipe_); }
    TheirServer(const TheirServer&) = delete;
    TheirServer& operator=(const TheirServer&) = delete;
    std::string port() const { return std::to_string(port_); }

  private:
    FILE* pipe_;
    int port_ = 0;
};

class Handshakes : public Outsiders {
  protected:
    Said connect(const std::string& server_certificate, const std::string& client) const {
        const TheirServer theirs(folder.path(), server_certificate);
        return run("cd '" + folder.path().string() +
                   "' && printf 'GET / HTTP/1.0\\r\\n\\r\\n' | openssl s_client -ign_eof -tls1_3 "
                   "-verify_return_error -verify_hostname localhost -CAfile root.pem -connect 127.0.0.1:" +
                   theirs.port() + " " + client);
    }
};

TEST_F(Handshakes, of_tls_1_3_succeed_both_ways) {
    const Said said = connect("server", "-cert site.pem -key site.key -cert_chain issuing.pem");
    EXPECT_EQ(said.code, 0);
    EXPECT_TRUE(said.has("Verification: OK") && said.has("New, TLSv1.3")) << said.text;
    EXPECT_TRUE(said.has("HTTP/1.0 200 ok")) << said.text;  // it took our client's certificate
}

TEST_F(Handshakes, fail_without_a_certificate_or_with_anothers) {
    EXPECT_FALSE(connect("server", "").has("200 ok"));
    Authority elsewhere(2);
    elsewhere.root = RootAuthority::create("Others", elsewhere.random, today).value();
    elsewhere.issuing = elsewhere.root.certify_issuer(elsewhere.random, today).value();
    const Enrolled stranger = elsewhere.enrol("shanghai-1", Role::kSite, today);
    write("stranger.pem", elsewhere.issuing.chain_pem(stranger.certificate));
    write("stranger.key", std::string(stranger.key.to_pem().reveal_secret("a test's key")));
    EXPECT_FALSE(
        connect("server", "-cert stranger.pem -cert_chain stranger.pem -key stranger.key").has("200 ok"));
    // A server's certificate is no client's, and a site's no server's.
    EXPECT_FALSE(connect("server", "-cert server.pem -key server.key -cert_chain issuing.pem").has("200 ok"));
    EXPECT_FALSE(connect("site", "-cert site.pem -key site.key -cert_chain issuing.pem").has("200 ok"));
}

}  // namespace
}  // namespace huizhen::identity
