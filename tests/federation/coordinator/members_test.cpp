#include "members/members.h"

#include <gtest/gtest.h>

#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/test_support/data.h>

#include "state/schema.h"

namespace huizhen::coordinator {
namespace {

using identity::InvitationSecret;
using identity::PrivateKey;

class MembersTest : public ::testing::Test {
  protected:
    MembersTest()
        : connection_(*database::Connection::open(folder_.path() / "c.db", database::Access::kWrite)),
          root_(*identity::RootAuthority::create("Test", system_random(), now_)),
          issuer_(*root_.certify_issuer(system_random(), now_)),
          members_(*connection_, issuer_, system_random()) {
        EXPECT_TRUE(migrate_state(*connection_, system_clock()));
    }

    identity::Invitation invited(std::string_view name) {
        auto text = members_.invite(Role::kSite, name, "fed.example:7443", std::chrono::hours(1), now_);
        EXPECT_TRUE(text) << text.error().to_string();
        auto invitation = identity::read_invitation(text->reveal_secret("a test types it in"));
        EXPECT_TRUE(invitation);
        return std::move(*invitation);
    }
    static identity::Bytes request_of(const PrivateKey& key, std::string_view name) {
        return *identity::make_request(key, Role::kSite, name);
    }
    Admission enrol(std::string_view name, const PrivateKey& key) {
        const identity::Invitation invitation = invited(name);
        const auto request = request_of(key, name);
        EXPECT_TRUE(members_.request(Role::kSite, name, invitation.secret, request, now_));
        EXPECT_TRUE(members_.approve(Role::kSite, name, key.public_key(), now_));
        auto admitted = members_.request(Role::kSite, name, invitation.secret, request, now_);
        EXPECT_TRUE(admitted) << admitted.error().to_string();
        return std::move(*admitted);
    }

    testing::TemporaryFolder folder_;
    Time now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    std::unique_ptr<database::Connection> connection_;
    identity::RootAuthority root_;
    identity::IssuingAuthority issuer_;
    Members members_;
};

TEST_F(MembersTest, invited_asked_approved_and_the_answer_may_be_lost) {
    const PrivateKey key = PrivateKey::generate(system_random());
    const identity::Invitation invitation = invited("site-a");
    const auto request = request_of(key, "site-a");
    const auto waiting = members_.request(Role::kSite, "site-a", invitation.secret, request, now_);
    ASSERT_TRUE(waiting);
    EXPECT_EQ(waiting->state, MemberState::kWaiting);
    const auto member = members_.find(Role::kSite, "site-a");
    ASSERT_TRUE(member && *member);
    EXPECT_EQ((*member)->waiting_key, key.public_key());

    ASSERT_TRUE(members_.approve(Role::kSite, "site-a", key.public_key(), now_));
    std::string first;
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto admitted = members_.request(Role::kSite, "site-a", invitation.secret, request, now_);
        ASSERT_TRUE(admitted);
        EXPECT_EQ(admitted->state, MemberState::kEnrolled);
        if (attempt == 0) first = admitted->chain_pem;
        EXPECT_EQ(admitted->chain_pem, first);
    }
    const auto verifier = identity::PeerVerifier::create(issuer_.root());
    ASSERT_TRUE(verifier);
    const auto peer = verifier->verify(first, Role::kSite, now_, *members_.revocations());
    ASSERT_TRUE(peer) << peer.error().to_string();
    EXPECT_EQ(peer->name, "site-a");
    EXPECT_EQ(members_.issued(0)->size(), 1U);
    EXPECT_EQ(members_.issued(1)->size(), 0U);
}

TEST_F(MembersTest, an_invitation_lets_one_key_in_once) {
    const PrivateKey key = PrivateKey::generate(system_random()),
                     other = PrivateKey::generate(system_random());
    const identity::Invitation invitation = invited("site-a");
    ASSERT_TRUE(members_.request(Role::kSite, "site-a", invitation.secret, request_of(key, "site-a"), now_));
    const auto second =
        members_.request(Role::kSite, "site-a", invitation.secret, request_of(other, "site-a"), now_);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().message().starts_with("invitation-used")) << second.error().message();
    // What a person compared is what is signed.
    EXPECT_TRUE(members_.approve(Role::kSite, "site-a", other.public_key(), now_)
                    .error()
                    .message()
                    .starts_with("request-changed"));
}

TEST_F(MembersTest, a_newer_invitation_withdraws_the_older) {
    const PrivateKey key = PrivateKey::generate(system_random());
    const identity::Invitation old = invited("site-a");
    const identity::Invitation fresh = invited("site-a");
    EXPECT_TRUE(members_.request(Role::kSite, "site-a", old.secret, request_of(key, "site-a"), now_)
                    .error()
                    .message()
                    .starts_with("invitation-withdrawn"));
    EXPECT_TRUE(members_.request(Role::kSite, "site-a", fresh.secret, request_of(key, "site-a"), now_));
}

TEST_F(MembersTest, invitations_are_for_one_name_and_end) {
    const PrivateKey key = PrivateKey::generate(system_random());
    const identity::Invitation invitation = invited("site-a");
    invited("site-b");
    EXPECT_FALSE(members_.request(Role::kSite, "site-b", invitation.secret, request_of(key, "site-b"), now_));
    EXPECT_FALSE(members_.request(Role::kSite, "site-a", invitation.secret, request_of(key, "site-b"), now_));
    EXPECT_FALSE(members_.request(Role::kSite, "site-a", invitation.secret, request_of(key, "site-a"),
                                  now_ + std::chrono::hours(2)));
    EXPECT_FALSE(
        members_.request(Role::kSite, "site-a", InvitationSecret(), request_of(key, "site-a"), now_));
    EXPECT_TRUE(members_.request(Role::kSite, "site-a", invitation.secret, request_of(key, "site-a"), now_));
}

TEST_F(MembersTest, a_refused_request_gets_no_certificate) {
    const PrivateKey key = PrivateKey::generate(system_random());
    const identity::Invitation invitation = invited("site-a");
    const auto request = request_of(key, "site-a");
    ASSERT_TRUE(members_.request(Role::kSite, "site-a", invitation.secret, request, now_));
    ASSERT_TRUE(members_.refuse(Role::kSite, "site-a", "not the key that was read out", now_));
    const auto answer = members_.request(Role::kSite, "site-a", invitation.secret, request, now_);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->state, MemberState::kRefused);
    EXPECT_EQ(answer->why, "not the key that was read out");
    EXPECT_TRUE(answer->chain_pem.empty());
    EXPECT_FALSE(members_.approve(Role::kSite, "site-a", key.public_key(), now_));
}

TEST_F(MembersTest, renewal_gives_the_new_key_a_certificate_once) {
    const PrivateKey key = PrivateKey::generate(system_random()),
                     next = PrivateKey::generate(system_random());
    const Admission admitted = enrol("site-a", key);
    const auto peer = identity::read_identity(identity::read_chain(admitted.chain_pem)->front());
    ASSERT_TRUE(peer);
    const auto request = request_of(next, "site-a");
    const auto proof = identity::prove_renewal(request, key);
    const auto renewed = members_.renew(*peer, request, proof, now_);
    ASSERT_TRUE(renewed) << renewed.error().to_string();
    EXPECT_EQ(*members_.renew(*peer, request, proof, now_), *renewed);
    EXPECT_EQ(members_.issued(0)->size(), 2U);
    EXPECT_FALSE(members_.renew(*peer, request, identity::prove_renewal(request, next), now_));
}

TEST_F(MembersTest, revocation_reaches_every_certificate_of_the_name) {
    const PrivateKey key = PrivateKey::generate(system_random());
    const Admission admitted = enrol("site-a", key);
    const auto verifier = identity::PeerVerifier::create(issuer_.root());
    ASSERT_TRUE(verifier->verify(admitted.chain_pem, Role::kSite, now_, *members_.revocations()));
    ASSERT_TRUE(
        members_.revoke(Role::kSite, "site-a", identity::RevocationReason::kKeyCompromise, "stolen", now_));
    const auto refused = verifier->verify(admitted.chain_pem, Role::kSite, now_, *members_.revocations());
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message().starts_with("certificate-revoked"));
    EXPECT_EQ((*members_.find(Role::kSite, "site-a"))->state, MemberState::kRevoked);
    // It may be invited again, and starts anew.
    const PrivateKey fresh = PrivateKey::generate(system_random());
    EXPECT_EQ(enrol("site-a", fresh).state, MemberState::kEnrolled);
    EXPECT_FALSE(members_.revoke(Role::kSite, "nobody", identity::RevocationReason::kUnspecified, "", now_));
}

TEST_F(MembersTest, a_revoked_site_is_given_no_certificate_that_it_asked_for_before) {
    const PrivateKey key = PrivateKey::generate(system_random()),
                     next = PrivateKey::generate(system_random());
    const Admission admitted = enrol("site-a", key);
    const auto peer = identity::read_identity(identity::read_chain(admitted.chain_pem)->front());
    ASSERT_TRUE(members_.revoke(Role::kSite, "site-a", identity::RevocationReason::kUnspecified, "", now_));
    const auto request = request_of(next, "site-a");
    const auto renewed = members_.renew(*peer, request, identity::prove_renewal(request, key), now_);
    ASSERT_FALSE(renewed);
    EXPECT_TRUE(renewed.error().message().starts_with("revoked")) << renewed.error().message();
    EXPECT_EQ(members_.issued(0)->size(), 1U);
    EXPECT_EQ(members_.issued(0)->front().revoked, now_);
}

TEST_F(MembersTest, a_site_that_leaves_is_revoked_and_may_be_invited_again) {
    const Admission admitted = enrol("site-a", PrivateKey::generate(system_random()));
    ASSERT_TRUE(members_.leave("site-a", "a merger", now_));
    const auto member = members_.find(Role::kSite, "site-a").value();
    EXPECT_EQ(member->state, MemberState::kLeft);
    EXPECT_EQ(member->why, "a merger");
    const auto revoked = members_.revocations()->entries();
    ASSERT_EQ(revoked.size(), 1U);
    EXPECT_EQ(revoked[0].reason, identity::RevocationReason::kCessation);
    EXPECT_TRUE(members_.site_certificates()->empty());
    EXPECT_FALSE(members_.leave("site-a", "again", now_));
    EXPECT_FALSE(members_.leave("nobody", "", now_));
    EXPECT_EQ(enrol("site-a", PrivateKey::generate(system_random())).state, MemberState::kEnrolled);
    EXPECT_EQ(members_.find(Role::kSite, "site-a").value()->state, MemberState::kEnrolled);
}

TEST_F(MembersTest, a_site_cannot_fill_the_log_with_renewals) {
    const PrivateKey key = PrivateKey::generate(system_random());
    const Admission admitted = enrol("site-a", key);
    const auto peer = identity::read_identity(identity::read_chain(admitted.chain_pem)->front());
    for (int i = 0; i < 50; ++i) {
        const auto request = request_of(PrivateKey::generate(system_random()), "site-a");
        const auto renewed = members_.renew(*peer, request, identity::prove_renewal(request, key), now_);
        if (renewed) continue;
        EXPECT_TRUE(renewed.error().message().starts_with("renewed-too-often")) << renewed.error().message();
    }
    EXPECT_EQ(members_.issued(0)->size(), 4U);
}

TEST_F(MembersTest, a_used_invitation_ends_with_the_membership) {
    const PrivateKey stolen = PrivateKey::generate(system_random()),
                     fresh = PrivateKey::generate(system_random());
    const identity::Invitation old = invited("site-a");
    const auto request = request_of(stolen, "site-a");
    ASSERT_TRUE(members_.request(Role::kSite, "site-a", old.secret, request, now_));
    ASSERT_TRUE(members_.approve(Role::kSite, "site-a", stolen.public_key(), now_));
    ASSERT_TRUE(
        members_.revoke(Role::kSite, "site-a", identity::RevocationReason::kKeyCompromise, "stolen", now_));
    const identity::Invitation again = invited("site-a");
    EXPECT_TRUE(members_.request(Role::kSite, "site-a", old.secret, request, now_)
                    .error()
                    .message()
                    .starts_with("invitation-withdrawn"));
    EXPECT_EQ((*members_.find(Role::kSite, "site-a"))->state, MemberState::kInvited);
    EXPECT_TRUE(members_.request(Role::kSite, "site-a", again.secret, request_of(fresh, "site-a"), now_));
}

TEST_F(MembersTest, a_new_issuing_key_leaves_what_the_old_one_signed_good) {
    const Admission admitted = enrol("site-a", PrivateKey::generate(system_random()));
    const auto leaf = identity::read_chain(admitted.chain_pem)->front().pem();
    const auto next = root_.certify_issuer(system_random(), now_);
    const Members members(*connection_, *next, system_random());
    const auto issuers = members.issuers();
    ASSERT_TRUE(issuers) << issuers.error().to_string();
    EXPECT_EQ(issuers->size(), 2U);
    const auto verifier = identity::PeerVerifier::create(issuer_.root(), *issuers);
    ASSERT_TRUE(verifier);
    EXPECT_TRUE(verifier->verify(leaf, Role::kSite, now_, {}));
    EXPECT_EQ(members_.issuers()->size(), 1U);
}

TEST_F(MembersTest, an_enrolled_site_is_not_invited_over) {
    enrol("site-a", PrivateKey::generate(system_random()));
    const auto again =
        members_.invite(Role::kSite, "site-a", "fed.example:7443", std::chrono::hours(1), now_);
    ASSERT_FALSE(again);
    EXPECT_TRUE(again.error().message().starts_with("already-enrolled"));
}

}  // namespace
}  // namespace huizhen::coordinator
