#include "authority.h"

namespace huizhen::identity {
namespace {

class Certificates : public ::testing::Test {
  protected:
    Authority authority;
};

TEST_F(Certificates, a_site_says_who_it_is_and_for_how_long) {
    const Enrolled site = authority.enrol("shanghai-1");
    EXPECT_EQ(site.peer.role, Role::kSite);
    EXPECT_EQ(site.peer.name, "shanghai-1");
    EXPECT_EQ(site.peer.public_key, site.key.public_key());
    EXPECT_EQ(site.peer.not_before, kNow - 10min);
    EXPECT_EQ(site.peer.not_after, kNow + 24h * 90);
    EXPECT_NE(site.peer.serial, authority.enrol("shanghai-1").peer.serial);
    EXPECT_EQ(site.peer.fingerprint, sha256(std::as_bytes(std::span(site.certificate.der()))));
}

TEST_F(Certificates, pem_and_der_are_one_certificate) {
    const Enrolled site = authority.enrol("a");
    const auto pem = site.certificate.pem();
    EXPECT_EQ(read_identity(bytes_of(pem)).value(), site.peer);
    EXPECT_EQ(read_identity(bytes_of(pem + "\r\n \n")).value(), site.peer);
    EXPECT_EQ(read_identity(site.certificate.der()).value(), site.peer);
    EXPECT_TRUE(refused(read_identity(bytes_of(pem + "x")), refusal::kCertificateMalformed));
    EXPECT_TRUE(refused(read_identity(bytes_of(pem + pem)), refusal::kCertificateMalformed));
    Bytes longer = site.certificate.der();
    longer.push_back(0);
    EXPECT_TRUE(refused(read_identity(longer), refusal::kCertificateMalformed));
    EXPECT_TRUE(refused(read_identity(Bytes()), refusal::kCertificateMalformed));
    EXPECT_TRUE(refused(read_identity(Bytes(100'000)), refusal::kCertificateTooLarge));
    const std::string request = request_pem(make_request(site.key, Role::kSite, "a").value());
    EXPECT_TRUE(refused(read_identity(bytes_of(request)), refusal::kCertificateMalformed));
}

TEST_F(Certificates, authorities_are_nobody) {
    EXPECT_TRUE(refused(read_identity(authority.root.certificate()), refusal::kCertificateNameless));
    EXPECT_TRUE(refused(read_identity(authority.issuing.certificate()), refusal::kCertificateNameless));
}

TEST_F(Certificates, a_chain_reads_leaf_first) {
    const Enrolled site = authority.enrol("a");
    const std::string pem = authority.issuing.chain_pem(site.certificate);
    const auto chain = read_chain(pem).value();
    ASSERT_EQ(chain.size(), 2u);
    EXPECT_EQ(chain[0].der(), site.certificate.der());
    EXPECT_EQ(chain[1].der(), authority.issuing.certificate().der());
    EXPECT_TRUE(refused(read_chain(pem + pem + pem), refusal::kCertificateTooLarge));
    EXPECT_TRUE(refused(read_chain(pem + "x"), refusal::kCertificateMalformed));
    EXPECT_TRUE(refused(read_chain(""), refusal::kCertificateMalformed));
}

TEST_F(Certificates, names_are_few_letters) {
    for (const char* good : {"a", "0", "siemens", "lidc.ge-2"}) EXPECT_TRUE(check_name(good)) << good;
    for (const char* bad : {"", "-a", ".a", "A", "a b", "a:b", "a/b", "é", "a\n"}) {
        EXPECT_TRUE(refused(check_name(bad), refusal::kNameMalformed)) << bad;
    }
    EXPECT_TRUE(check_name(std::string(63, 'a')));
    EXPECT_TRUE(refused(check_name(std::string(64, 'a')), refusal::kNameMalformed));
    auto& random = authority.random;
    EXPECT_TRUE(refused(RootAuthority::create("", random, kNow), refusal::kNameMalformed));
    EXPECT_TRUE(refused(RootAuthority::create("a\xFF", random, kNow), refusal::kNameMalformed));
    EXPECT_TRUE(refused(RootAuthority::create("a\n", random, kNow), refusal::kNameMalformed));
    EXPECT_TRUE(RootAuthority::create("慧诊联邦", random, kNow));
}

TEST_F(Certificates, servers_have_hosts_that_can_be) {
    const auto issue = [&](std::string host) {
        return authority.issuing.issue_server(authority.enrol("a").key.public_key(), "main",
                                              std::vector{std::move(host)}, authority.random, kNow, days(90));
    };
    for (const char* good : {"coordinator.example", "10.0.0.1", "::1"}) EXPECT_TRUE(issue(good)) << good;
    for (const char* bad : {"", "a b", "a:443", "*", ".example", "a,DNS:b"}) {
        EXPECT_TRUE(refused(issue(bad), refusal::kNameMalformed)) << bad;
    }
}

TEST_F(Certificates, no_server_is_certified_on_request) {
    const auto request =
        read_request(make_request(authority.enrol("a").key, Role::kCoordinator, "main").value()).value();
    EXPECT_TRUE(refused(authority.issuing.issue(request, authority.random, kNow, days(90)),
                        refusal::kRequestOtherName));
}

TEST_F(Certificates, none_outlives_the_key_that_signed_it) {
    const Time late = authority.issuing.certificate().not_after() - 24h;
    EXPECT_EQ(authority.enrol("a", Role::kSite, late).peer.not_after, late + 24h);
    const auto request = read_request(make_request(authority.enrol("a").key, Role::kSite, "a").value());
    EXPECT_TRUE(refused(authority.issuing.issue(*request, authority.random, late + 24h, days(90)),
                        refusal::kCertificateExpired));
    EXPECT_TRUE(refused(authority.root.certify_issuer(authority.random, kNow + days(20 * 365)),
                        refusal::kCertificateExpired));
}

TEST_F(Certificates, a_key_goes_with_its_own_certificate) {
    const SecretText pass("correct horse battery");
    const std::string sealed = authority.root.sealed_key(pass, authority.random).value();
    const auto opened = RootAuthority::open(sealed, pass, authority.root.certificate());
    ASSERT_TRUE(opened);
    EXPECT_TRUE(opened->certify_issuer(authority.random, kNow));
    Authority other(2);
    EXPECT_TRUE(refused(RootAuthority::open(sealed, pass, other.root.certificate()), refusal::kKeyOfAnother));
    EXPECT_TRUE(refused(IssuingAuthority::open(other.issuing.key().clone(), authority.issuing.certificate(),
                                               authority.root.certificate()),
                        refusal::kKeyOfAnother));
    EXPECT_TRUE(refused(IssuingAuthority::open(other.issuing.key().clone(), other.issuing.certificate(),
                                               authority.root.certificate()),
                        refusal::kCertificateUntrusted));
    EXPECT_TRUE(IssuingAuthority::open(authority.issuing.key().clone(), authority.issuing.certificate(),
                                       authority.root.certificate()));
}

}  // namespace
}  // namespace huizhen::identity
