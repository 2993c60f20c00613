#include <openssl/x509.h>

#include "authority.h"
#include "certificate_builder.h"

namespace huizhen::identity {
namespace {

using Extended = std::vector<std::pair<int, const char*>>;
const Extended kSiteExtensions{{NID_basic_constraints, "critical,CA:FALSE"},
                               {NID_key_usage, "critical,digitalSignature"},
                               {NID_ext_key_usage, "clientAuth"},
                               {NID_subject_alt_name, "URI:huizhen:site:b"},
                               {NID_subject_key_identifier, "hash"},
                               {NID_authority_key_identifier, "keyid:always"}};

class Verification : public ::testing::Test {
  protected:
    Result<PeerIdentity> verify(const Certificate& leaf, Role role = Role::kSite, Time now = kNow) const {
        return verify_peer(authority.chain(leaf), role, now, revocations, authority.root.certificate());
    }
    // What a holder of `key` could sign with it.
    static Certificate signed_by(const PrivateKey& key, const Certificate& issuer, Extended extensions,
                                 const PublicKey& subject) {
        CertificatePlan plan;
        plan.extensions = std::move(extensions);
        plan.common_name = "x";
        plan.key = subject;
        plan.serial[0] = 9;
        plan.begin = kNow - 10min;
        plan.end = kNow + 48h;
        return sign_certificate(plan, {key, parse(issuer).get()}).value();
    }
    Authority authority;
    Revocations revocations;
};

TEST_F(Verification, accepts_what_leads_to_the_pinned_root) {
    const Enrolled site = authority.enrol("a");
    EXPECT_EQ(verify(site.certificate).value(), site.peer);
    const PeerVerifier verifier = PeerVerifier::create(authority.root.certificate()).value();
    EXPECT_EQ(verifier.verify(authority.issuing.chain_pem(site.certificate), Role::kSite, kNow, revocations)
                  .value(),
              site.peer);
    // The leaf alone, where the issuing certificate is known, or was seen with that leaf.
    EXPECT_TRUE(
        authority.verifier().verify(std::vector<Bytes>{site.certificate.der()}, Role::kSite, kNow, {}));
    EXPECT_TRUE(verifier.verify(std::vector<Bytes>{site.certificate.der()}, Role::kSite, kNow, revocations));
    EXPECT_TRUE(refused(verifier.verify(std::vector<Bytes>{authority.enrol("b").certificate.der()},
                                        Role::kSite, kNow, revocations),
                        refusal::kCertificateUntrusted));
    EXPECT_TRUE(verify(authority.server().certificate, Role::kCoordinator));
    EXPECT_TRUE(verify(authority.enrol("li", Role::kOperator).certificate, Role::kOperator));
}

TEST_F(Verification, another_root_is_another_federation) {
    Authority other(2);
    const Enrolled stranger = other.enrol("a");
    EXPECT_TRUE(refused(verify(stranger.certificate), refusal::kCertificateUntrusted));
    EXPECT_TRUE(refused(verify_peer(other.chain(stranger.certificate), Role::kSite, kNow, revocations,
                                    authority.root.certificate()),
                        refusal::kCertificateUntrusted));
    EXPECT_TRUE(refused(check_root(other.root.certificate(), authority.root.certificate().fingerprint()),
                        refusal::kOtherRoot));
    EXPECT_TRUE(check_root(other.root.certificate(), other.root.certificate().fingerprint()));
    // No root at all.
    EXPECT_TRUE(refused(PeerVerifier::create(stranger.certificate), refusal::kCertificateUntrusted));
    EXPECT_TRUE(refused(PeerVerifier::create(other.issuing.certificate()), refusal::kCertificateUntrusted));
}

TEST_F(Verification, a_role_is_not_another) {
    EXPECT_TRUE(
        refused(verify(authority.enrol("a", Role::kOperator).certificate), refusal::kCertificateOtherRole));
    EXPECT_TRUE(refused(verify(authority.server().certificate), refusal::kCertificateOtherRole));
    EXPECT_TRUE(refused(verify(authority.enrol("a").certificate, Role::kCoordinator),
                        refusal::kCertificateOtherRole));
}

TEST_F(Verification, dates_hold_to_the_second) {
    const Enrolled site = authority.enrol("a");
    EXPECT_TRUE(refused(verify(site.certificate, Role::kSite, kNow - 11min), refusal::kCertificateTooEarly));
    EXPECT_TRUE(verify(site.certificate, Role::kSite, site.peer.not_before));
    EXPECT_TRUE(verify(site.certificate, Role::kSite, site.peer.not_after));
    EXPECT_TRUE(refused(verify(site.certificate, Role::kSite, site.peer.not_after + 1s),
                        refusal::kCertificateExpired));
}

TEST_F(Verification, a_revocation_takes_effect_with_the_next_call) {
    const Enrolled site = authority.enrol("a"), renewed = authority.enrol("a"), other = authority.enrol("b");
    const PeerVerifier verifier = authority.verifier();
    const auto ask = [&](const Enrolled& who) {
        return verifier.verify(std::vector<Bytes>{who.certificate.der()}, Role::kSite, kNow, revocations);
    };
    EXPECT_TRUE(ask(site));
    revocations.add({site.peer.serial, RevocationReason::kKeyCompromise, kNow});
    EXPECT_TRUE(refused(ask(site), refusal::kCertificateRevoked));
    EXPECT_TRUE(ask(renewed));
    revocations.ban(Role::kSite, "a", kNow);
    EXPECT_TRUE(refused(ask(renewed), refusal::kCertificateRevoked));
    EXPECT_TRUE(ask(other));
    revocations.lift(Role::kSite, "a");
    EXPECT_TRUE(ask(renewed));
    EXPECT_TRUE(refused(ask(site), refusal::kCertificateRevoked));
    // The issuing key itself.
    revocations.add({authority.issuing.certificate().serial(), RevocationReason::kCaCompromise, kNow});
    EXPECT_TRUE(refused(ask(other), refusal::kCertificateRevoked));
    revocations.add({site.peer.serial, RevocationReason::kCessation, kNow + 1h});  // the first entry stays
    EXPECT_EQ(revocations.find(site.peer.serial)->reason, RevocationReason::kKeyCompromise);
    EXPECT_EQ(revocations.entries().size(), 2u);
}

TEST_F(Verification, a_new_issuing_key_needs_no_site_to_do_anything) {
    const Enrolled before = authority.enrol("a");
    const std::vector<Bytes> old_chain = authority.chain(before.certificate);
    authority.issuing = authority.root.certify_issuer(authority.random, kNow).value();
    const Enrolled after = authority.enrol("b");
    const auto& root = authority.root.certificate();
    EXPECT_TRUE(verify_peer(old_chain, Role::kSite, kNow, revocations, root));
    EXPECT_TRUE(verify_peer(authority.chain(after.certificate), Role::kSite, kNow, revocations, root));
    const std::vector<Bytes> crossed{before.certificate.der(), authority.issuing.certificate().der()};
    EXPECT_TRUE(
        refused(verify_peer(crossed, Role::kSite, kNow, revocations, root), refusal::kCertificateUntrusted));
}

TEST_F(Verification, a_site_cannot_certify_others) {
    const Enrolled site = authority.enrol("a");
    Authority other(2);
    const Enrolled victim = other.enrol("b");
    const Certificate below = signed_by(site.key, site.certificate, kSiteExtensions, victim.key.public_key());
    ASSERT_TRUE(read_identity(below));
    const std::vector<Bytes> chain{below.der(), site.certificate.der(),
                                   authority.issuing.certificate().der()};
    EXPECT_TRUE(refused(verify_peer(chain, Role::kSite, kNow, revocations, authority.root.certificate()),
                        refusal::kCertificateUntrusted));
}

TEST_F(Verification, the_root_certifies_nobody_directly) {
    const SecretText pass("correct horse battery");
    const std::string sealed = authority.root.sealed_key(pass, authority.random).value();
    const PrivateKey root_key = PrivateKey::unseal(sealed, pass).value();
    const Certificate leaf = signed_by(root_key, authority.root.certificate(), kSiteExtensions,
                                       authority.enrol("a").key.public_key());
    ASSERT_TRUE(read_identity(leaf));
    EXPECT_TRUE(refused(verify(leaf), refusal::kCertificateUntrusted));
}

TEST_F(Verification, a_certificate_ends_with_the_key_that_signed_it) {
    authority.issuing = authority.root.certify_issuer(authority.random, kNow, days(1)).value();
    const Certificate leaf = signed_by(authority.issuing.key(), authority.issuing.certificate(),
                                       kSiteExtensions, authority.enrol("a").key.public_key());
    EXPECT_TRUE(verify(leaf, Role::kSite, kNow + 24h));
    EXPECT_TRUE(refused(verify(leaf, Role::kSite, kNow + 24h + 1s), refusal::kCertificateExpired));
}

TEST_F(Verification, an_issuing_key_certifies_no_authority) {
    const PrivateKey mine = PrivateKey::generate(authority.random);
    const Certificate deeper = signed_by(authority.issuing.key(), authority.issuing.certificate(),
                                         Extended{{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                                  {NID_key_usage, "critical,keyCertSign"},
                                                  {NID_subject_key_identifier, "hash"},
                                                  {NID_authority_key_identifier, "keyid:always"}},
                                         mine.public_key());
    const Certificate leaf = signed_by(mine, deeper, kSiteExtensions, mine.public_key());
    const std::vector<Bytes> chain{leaf.der(), deeper.der(), authority.issuing.certificate().der()};
    EXPECT_TRUE(refused(verify_peer(chain, Role::kSite, kNow, revocations, authority.root.certificate()),
                        refusal::kCertificateUntrusted));
    EXPECT_TRUE(refused(IssuingAuthority::open(mine.clone(), deeper, authority.root.certificate()),
                        refusal::kCertificateUntrusted));
}

TEST_F(Verification, a_certificate_with_two_names_is_nobodys) {
    const auto with_names = [&](const char* names, const char* usage = "clientAuth") {
        return signed_by(authority.issuing.key(), authority.issuing.certificate(),
                         Extended{{NID_basic_constraints, "critical,CA:FALSE"},
                                  {NID_key_usage, "critical,digitalSignature"},
                                  {NID_ext_key_usage, usage},
                                  {NID_subject_alt_name, names},
                                  {NID_subject_key_identifier, "hash"},
                                  {NID_authority_key_identifier, "keyid:always"}},
                         authority.enrol("a").key.public_key());
    };
    EXPECT_TRUE(verify(with_names("URI:huizhen:site:a")));
    EXPECT_TRUE(verify(with_names("URI:huizhen:site:a,URI:https://example.org,DNS:a.example")));
    for (const char* bad : {"URI:huizhen:site:a,URI:huizhen:site:b", "URI:huizhen:site:a,URI:huizhen:site:a",
                            "URI:huizhen:site:", "URI:huizhen:site:A", "URI:huizhen:other:a", "DNS:a",
                            "URI:huizhen:site:a,URI:huizhen:operator:a", "URI:HUIZHEN:site:a"}) {
        EXPECT_TRUE(refused(verify(with_names(bad)), refusal::kCertificateNameless)) << bad;
    }
    EXPECT_TRUE(
        refused(verify(with_names("URI:huizhen:site:a", "serverAuth")), refusal::kCertificateNameless));
    EXPECT_TRUE(refused(verify(with_names("URI:huizhen:site:a", "clientAuth,serverAuth")),
                        refusal::kCertificateNameless));
}

TEST_F(Verification, every_changed_byte_of_a_certificate_is_noticed) {
    const Enrolled site = authority.enrol("a");
    for (std::size_t at = 0; at < site.certificate.der().size(); ++at) {
        std::vector<Bytes> chain = authority.chain(site.certificate);
        chain[0][at] ^= 1;
        EXPECT_FALSE(verify_peer(chain, Role::kSite, kNow, revocations, authority.root.certificate())) << at;
    }
}

TEST_F(Verification, chains_that_are_none) {
    const auto ask = [&](const std::vector<Bytes>& chain) {
        return verify_peer(chain, Role::kSite, kNow, revocations, authority.root.certificate());
    };
    const Bytes der = authority.enrol("a").certificate.der();
    EXPECT_TRUE(refused(ask({}), refusal::kCertificateMalformed));
    EXPECT_TRUE(refused(ask({der, der, der, der, der}), refusal::kCertificateTooLarge));
    EXPECT_TRUE(refused(ask({Bytes(1'000'000)}), refusal::kCertificateTooLarge));
    EXPECT_TRUE(refused(ask({der, Bytes(10)}), refusal::kCertificateMalformed));
    EXPECT_TRUE(refused(ask({authority.issuing.certificate().der()}), refusal::kCertificateNameless));
}

}  // namespace
}  // namespace huizhen::identity
