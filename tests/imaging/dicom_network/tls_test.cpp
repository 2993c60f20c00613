// Associations over TLS: dcmtk's programs and our client with good certificates, and everybody with others.

#include "tls.h"

#include <huizhen/base/file.h>

#include "raw_peer.h"
#include "site.h"

namespace huizhen::imaging::testing_site {
namespace {

namespace fs = std::filesystem;
using huizhen::testing::TemporaryFolder;

// Made once by the openssl program: two authorities, and ends of theirs.
class Certificates {
  public:
    Certificates() {
        authority("ca");
        authority("other");
        sign("node", "ca", "node.hospital", 10);
        sign("pacs", "ca", "pacs.hospital", 10);
        sign("expired", "ca", "pacs.hospital", -1);
        sign("foreign", "other", "pacs.hospital", 10);
        sign("elsewhere", "ca", "ris.hospital", 10);
    }
    TlsFiles files(const std::string& name, const std::string& trusted = "ca") const {
        return {path(name + ".pem"), path(name + ".key"), path(trusted + ".pem"), {}};
    }
    fs::path path(const std::string& file) const { return folder_.path() / file; }
    std::string arguments(const std::string& name) const {
        return " +tls '" + path(name + ".key").string() + "' '" + path(name + ".pem").string() + "' +cf '" +
               path("ca.pem").string() + "' ";
    }

  private:
    void authority(const std::string& name) const {
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout " + name + ".key -out " + name +
                ".pem -subj /CN=" + name + " -days 10");
    }
    void sign(const std::string& name, const std::string& by, const std::string& dns, int days) const {
        openssl("req -newkey rsa:2048 -nodes -keyout " + name + ".key -out " + name +
                ".csr -subj /CN=" + name);
        ASSERT_TRUE(
            write_file_atomically(path(name + ".ext"), "subjectAltName=DNS:" + dns + ",IP:127.0.0.1\n"));
        openssl("x509 -req -in " + name + ".csr -CA " + by + ".pem -CAkey " + by +
                ".key -CAcreateserial -days " + std::to_string(days) + " -extfile " + name + ".ext -out " +
                name + ".pem");
        fs::permissions(path(name + ".key"), fs::perms::owner_read | fs::perms::owner_write);
    }
    void openssl(const std::string& arguments) const {
        const auto said = run("cd '" + folder_.path().string() + "' && openssl " + arguments);
        ASSERT_EQ(said.code, 0) << said.text;
    }
    TemporaryFolder folder_;
};

const Certificates& certificates() {
    static const Certificates made;
    return made;
}

class Tls : public ::testing::Test {
  protected:
    void SetUp() override {
        HZ_NEED_PROGRAM("openssl");
        site = std::make_unique<Site>([](ServerOptions& options) {
            options.tls = certificates().files("node");
            options.peers = {{"PACS", {}, {"pacs.hospital"}}};
            options.limits.negotiation = std::chrono::seconds(2);
        });
        site->start();
        ASSERT_TRUE(site->server);
    }
    Destination destination(const std::string& with,
                            std::vector<std::string> names = {"node.hospital"}) const {
        Destination to = site->destination();
        to.tls = certificates().files(with);
        to.certificate_names = std::move(names);
        return to;
    }
    void expect_still_serving() const { EXPECT_TRUE(client().echo(destination("pacs"))); }
    std::unique_ptr<Site> site;
};

TEST_F(Tls, our_client_and_echoscu_are_served_with_a_good_certificate) {
    const auto said = client().echo(destination("pacs"));
    EXPECT_TRUE(said) << said.error().to_string() << site->notes.text();
    EXPECT_TRUE(site->notes.wait_for_ends(1).at(0).over_tls);
    HZ_NEED_PROGRAM("echoscu");
    const auto echo = run("echoscu" + certificates().arguments("pacs") + "-aet PACS -aec HUIZHEN 127.0.0.1 " +
                          std::to_string(site->port()));
    EXPECT_EQ(echo.code, 0) << echo.text << site->notes.text();
}

TEST_F(Tls, expired_and_foreign_certificates_are_refused) {
    for (const char* name : {"expired", "foreign"}) {
        const std::size_t before = site->notes.count(RefusalReason::kTls);
        EXPECT_FALSE(client().echo(destination(name))) << name;
        EXPECT_TRUE(site->notes.wait_for(RefusalReason::kTls, before + 1)) << name << site->notes.text();
    }
    EXPECT_TRUE(site->notes.wait_for_ends(0).empty());
    expect_still_serving();
}

TEST_F(Tls, a_good_certificate_of_somebody_else_is_refused) {
    const auto said = client().echo(destination("elsewhere"));
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().code(), ErrorCode::kPermissionDenied);
    EXPECT_TRUE(site->notes.wait_for(RefusalReason::kCertificateName));
    expect_still_serving();
}

TEST_F(Tls, a_plain_text_client_and_one_without_a_certificate_are_refused) {
    RawPeer plain(site->port());
    plain.send(associate_request("HUIZHEN", "PACS", {{"1.2.840.10008.1.1"}}));
    EXPECT_NE(plain.receive().first, 2);
    EXPECT_TRUE(site->notes.wait_for(RefusalReason::kTls));
    const auto bare = run("echo | openssl s_client -connect 127.0.0.1:" + std::to_string(site->port()) +
                          " -CAfile '" + certificates().path("ca.pem").string() + "'");
    EXPECT_TRUE(site->notes.wait_for(RefusalReason::kTls, 2)) << bare.text;
    RawPeer silent(site->port());
    EXPECT_EQ(silent.receive().first, 0);
    EXPECT_TRUE(site->notes.wait_for(RefusalReason::kTimeLimit));
    expect_still_serving();
}

TEST_F(Tls, old_versions_of_the_protocol_are_refused) {
    for (const char* version : {"-tls1", "-tls1_1"}) {
        const std::size_t before = site->notes.count(RefusalReason::kTls);
        run("echo | openssl s_client " + std::string(version) +
            " -cipher ALL@SECLEVEL=0 -connect 127.0.0.1:" + std::to_string(site->port()) + " -cert '" +
            certificates().path("pacs.pem").string() + "' -key '" + certificates().path("pacs.key").string() +
            "'");
        EXPECT_TRUE(site->notes.wait_for(RefusalReason::kTls, before + 1)) << version;
    }
    expect_still_serving();
}

TEST_F(Tls, the_client_minds_whom_it_talks_to) {
    const auto other_name = client().echo(destination("pacs", {"archive.hospital"}));
    ASSERT_FALSE(other_name);
    EXPECT_EQ(other_name.error().code(), ErrorCode::kPermissionDenied);
    EXPECT_TRUE(client().echo(destination("pacs", {})));  // by its address, which the certificate names
    Destination to = destination("pacs");
    to.tls->trusted = certificates().path("other.pem");
    EXPECT_FALSE(client().echo(to));
    Site plain;
    plain.start();
    Destination unprotected = plain.destination();
    unprotected.tls = certificates().files("pacs");
    EXPECT_FALSE(client(ClientLimits{.negotiation = std::chrono::seconds(2)}).echo(unprotected));
    EXPECT_TRUE(client().echo(plain.destination()));
}

TEST_F(Tls, a_fingerprint_names_a_certificate) {
    const auto said = run("openssl x509 -in '" + certificates().path("node.pem").string() +
                          "' -noout -fingerprint -sha256 | cut -d= -f2 | tr -d ':\\n'");
    EXPECT_TRUE(client().echo(destination("pacs", {"sha256:" + said.text})));
    EXPECT_FALSE(client().echo(destination("pacs", {"sha256:" + std::string(64, 'a')})));
}

TEST_F(Tls, keys_that_others_may_read_are_refused) {
    fs::copy_file(certificates().path("node.key"), certificates().path("open.key"),
                  fs::copy_options::overwrite_existing);
    fs::permissions(certificates().path("open.key"), fs::perms::others_read, fs::perm_options::add);
    TlsFiles files = certificates().files("node");
    files.key = certificates().path("open.key");
    const auto made = TlsContext::make(files, TlsRole::kServer);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::kPermissionDenied);
    files.key = certificates().path("pacs.key");  // another's
    EXPECT_FALSE(TlsContext::make(files, TlsRole::kServer));
}

}  // namespace
}  // namespace huizhen::imaging::testing_site
