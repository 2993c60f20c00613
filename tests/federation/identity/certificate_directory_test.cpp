#include <huizhen/identity/remembered_signatures.h>
#include <huizhen/secure_aggregation/refusal.h>

#include "authority.h"

namespace huizhen::identity {
namespace {

using secagg::SiteId;

class Directories : public ::testing::Test {
  protected:
    CertificateDirectory build(const std::vector<Bytes>& certificates) const {
        return CertificateDirectory::build(verifier, certificates, kNow, revocations, pins);
    }
    Authority authority;
    PeerVerifier verifier = authority.verifier();
    Revocations revocations;
    SitePins pins;
    const Bytes message = bytes_of("a message of a round");
};

TEST_F(Directories, a_sites_signature_is_its_certificates) {
    const Enrolled a = authority.enrol("a"), b = authority.enrol("b");
    const auto directory = build({a.certificate.der(), bytes_of(b.certificate.pem())});
    const auto signer = SiteSigner::create(a.key, a.peer).value();
    EXPECT_EQ(signer.site(), SiteId("a"));
    EXPECT_EQ(directory.sites().size(), 2u);
    EXPECT_TRUE(directory.verify(SiteId("a"), message, signer.sign(message)));
    const auto as_b = directory.verify(SiteId("b"), message, signer.sign(message));
    EXPECT_TRUE(secagg::is_refusal(as_b.error(), secagg::Refusal::kForged));
    const auto as_c = directory.verify(SiteId("c"), message, signer.sign(message));
    EXPECT_TRUE(secagg::is_refusal(as_c.error(), secagg::Refusal::kUnknownSite));
    EXPECT_TRUE(refused(SiteSigner::create(a.key, b.peer), refusal::kKeyOfAnother));
}

TEST_F(Directories, who_does_not_hold_is_left_out_and_named) {
    Authority elsewhere(2);
    const Enrolled good = authority.enrol("good"), gone = authority.enrol("gone"),
                   old = authority.enrol("old", Role::kSite, kNow - days(200)),
                   false_site = elsewhere.enrol("false"), person = authority.enrol("li", Role::kOperator);
    revocations.ban(Role::kSite, "gone", kNow);
    const auto directory = build({good.certificate.der(), gone.certificate.der(), old.certificate.der(),
                                  false_site.certificate.der(), person.certificate.der(), Bytes(3)});
    ASSERT_EQ(directory.sites().size(), 1u);
    EXPECT_EQ(directory.sites()[0].name, "good");
    ASSERT_EQ(directory.refused().size(), 5u);
    const std::pair<const char*, const Refusal*> expected[] = {{"gone", &refusal::kCertificateRevoked},
                                                               {"old", &refusal::kCertificateExpired},
                                                               {"false", &refusal::kCertificateUntrusted},
                                                               {"li", &refusal::kCertificateOtherRole},
                                                               {"", &refusal::kCertificateMalformed}};
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(directory.refused()[i].name, expected[i].first);
        EXPECT_TRUE(expected[i].second->is(directory.refused()[i].reason)) << i;
    }
    const auto verdict = directory.verify(SiteId("gone"), message, gone.key.sign(message));
    EXPECT_TRUE(secagg::is_refusal(verdict.error(), secagg::Refusal::kUnknownSite));
}

TEST_F(Directories, both_keys_of_a_renewing_site_count_and_no_third) {
    const Enrolled one = authority.enrol("a"), two = authority.enrol("a"), three = authority.enrol("a");
    const auto directory =
        build({one.certificate.der(), one.certificate.der(), two.certificate.der(), three.certificate.der()});
    EXPECT_TRUE(directory.verify(SiteId("a"), message, one.key.sign(message)));
    EXPECT_TRUE(directory.verify(SiteId("a"), message, two.key.sign(message)));
    EXPECT_FALSE(directory.verify(SiteId("a"), message, three.key.sign(message)));
    EXPECT_EQ(directory.refused().size(), 1u);
}

// A coordinator that certifies sites of its own, against a site that knows whom it works with.
TEST_F(Directories, pins_refuse_false_sites_and_exchanged_keys) {
    const Enrolled known = authority.enrol("known"), pinned = authority.enrol("pinned"),
                   invented = authority.enrol("invented"), exchanged = authority.enrol("pinned");
    pins = SitePins(SitePins::Others::kRefuse);
    pins.know("known");
    pins.pin("pinned", pinned.peer.public_key);
    const auto directory = build({known.certificate.der(), pinned.certificate.der(),
                                  invented.certificate.der(), exchanged.certificate.der()});
    EXPECT_EQ(directory.sites().size(), 2u);
    ASSERT_EQ(directory.refused().size(), 2u);
    EXPECT_TRUE(refusal::kSiteUnlisted.is(directory.refused()[0].reason));
    EXPECT_TRUE(refusal::kSiteKeyChanged.is(directory.refused()[1].reason));
}

TEST_F(Directories, a_pin_follows_a_renewal_that_the_site_signed) {
    const Enrolled first = authority.enrol("a"), second = authority.enrol("a"), third = authority.enrol("a");
    pins.pin("a", first.peer.public_key);
    EXPECT_TRUE(refused(pins.check(second.peer), refusal::kSiteKeyChanged));
    const Bytes request = make_request(second.key, Role::kSite, "a").value();
    EXPECT_TRUE(
        refused(pins.follow("a", request, prove_renewal(request, third.key)), refusal::kRenewalForged));
    EXPECT_TRUE(
        refused(pins.follow("b", request, prove_renewal(request, first.key)), refusal::kSiteUnlisted));
    ASSERT_TRUE(pins.follow("a", request, prove_renewal(request, first.key)));
    EXPECT_TRUE(pins.check(first.peer));
    EXPECT_TRUE(pins.check(second.peer));
    const Bytes again = make_request(third.key, Role::kSite, "a").value();
    ASSERT_TRUE(pins.follow("a", again, prove_renewal(again, second.key)));
    EXPECT_TRUE(pins.check(third.peer));
    EXPECT_TRUE(refused(pins.check(first.peer), refusal::kSiteKeyChanged));
    EXPECT_TRUE(pins.check(authority.enrol("b").peer));  // not pinned
}

// Many sites that each look at all certificates: each chain's signatures are checked once.
TEST_F(Directories, remember_what_was_verified) {
    std::vector<Bytes> certificates;
    for (int i = 0; i < 200; ++i) {
        certificates.push_back(authority.enrol("s" + std::to_string(i)).certificate.der());
    }
    for (int i = 0; i < 200; ++i) ASSERT_EQ(build(certificates).sites().size(), 200u);
    EXPECT_EQ(verifier.signature_checks(), 200u);
}

class Counting final : public secagg::Directory {
  public:
    Status verify(const SiteId&, BytesView, BytesView signature) const override {
        ++asked;
        return signature.front() == 1 ? Status() : secagg::refuse(secagg::Refusal::kForged, "not 1");
    }
    mutable int asked = 0;
};

TEST(RememberedSignatures, ask_once_for_what_was_right_and_every_time_for_what_was_not) {
    const Counting counting;
    const RememberedSignatures remembered(counting);
    const Bytes good{1, 2}, bad{2, 2}, message{5}, longer{5, 1};
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(remembered.verify(SiteId("a"), message, good));
    EXPECT_EQ(counting.asked, 1);
    for (int i = 0; i < 3; ++i) {
        const auto verdict = remembered.verify(SiteId("a"), message, bad);
        EXPECT_TRUE(secagg::is_refusal(verdict.error(), secagg::Refusal::kForged));
    }
    EXPECT_EQ(counting.asked, 4);
    // Another site, another message, another cut between message and signature.
    EXPECT_TRUE(remembered.verify(SiteId("b"), message, good));
    EXPECT_TRUE(remembered.verify(SiteId("a"), good, good));
    EXPECT_FALSE(remembered.verify(SiteId("a"), longer, Bytes{2}));
    EXPECT_EQ(counting.asked, 7);
}

}  // namespace
}  // namespace huizhen::identity
