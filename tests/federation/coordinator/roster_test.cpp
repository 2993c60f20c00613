#include "members/roster.h"

#include "small_coordinator.h"

namespace huizhen::coordinator {
namespace {

class RosterTest : public SmallCoordinator {
  protected:
    std::string chain_of(const std::string& name) {
        std::string chain;
        for (const auto& one : context_->roster.now()->certificates)
            if (one.site.str() == name) chain = one.certificate_pem;
        return chain;
    }
    std::string leaf_of(const std::string& name) {
        return identity::read_chain(chain_of(name))->front().pem();
    }
    void enrolled(const std::string& name) {
        enrol(name);
        context_->certificates_changed();
    }
};

TEST_F(RosterTest, shows_what_is_committed_page_by_page_under_the_logs_head) {
    enrolled("alpha");
    enrolled("beta");
    EXPECT_EQ(context_->roster.page(0, 10).count, 0U);
    commit();
    enrolled("gamma");
    commit();
    const auto issued = context_->members.issued(0);
    identity::LogHead head;
    for (const auto& one : *issued) head = identity::append(head, one.entry);
    const auto all = context_->roster.page(0, 10);
    ASSERT_EQ(all.certificates.size(), 3U);
    EXPECT_EQ(all.count, head.count);
    EXPECT_EQ(all.head, std::string(head.hash.begin(), head.hash.end()));
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(all.certificates[i].certificate_pem, (*issued)[i].chain_pem);
        EXPECT_EQ(all.certificates[i].issued, (*issued)[i].entry.issued);
    }
    const auto part = context_->roster.page(1, 1);
    ASSERT_EQ(part.certificates.size(), 1U);
    EXPECT_EQ(part.certificates.front().site.str(), "beta");
    EXPECT_EQ(part.count, 3U);
    EXPECT_TRUE(context_->roster.page(7, 10).certificates.empty());
}

TEST_F(RosterTest, is_read_again_only_where_something_changed) {
    enrolled("alpha");
    commit();
    const auto before = context_->roster.now();
    ASSERT_TRUE(context_->roster.refresh(context_->members));
    EXPECT_EQ(context_->roster.now(), before);
    ASSERT_TRUE(context_->members.revoke(Role::kSite, "alpha", identity::RevocationReason::kUnspecified, "",
                                         clock_.now()));
    context_->certificates_changed();
    commit();
    EXPECT_NE(context_->roster.now(), before);
    EXPECT_EQ(context_->roster.page(0, 1).certificates.front().revoked, clock_.now());
}

TEST_F(RosterTest, a_question_that_is_undone_changes_nothing) {
    const Status failed = ask([this](Context&) -> Status {
        enrolled("alpha");
        return fail(ErrorCode::kInvalidArgument, "no");
    });
    EXPECT_FALSE(failed);
    commit();
    EXPECT_EQ(context_->roster.page(0, 10).count, 0U);
}

TEST_F(RosterTest, only_what_was_issued_here_is_let_in) {
    enrolled("alpha");
    commit();
    const auto peer = context_->peers.check(leaf_of("alpha"));
    ASSERT_TRUE(peer) << peer.error().to_string();
    EXPECT_EQ(peer->name, "alpha");

    // By somebody with a copy of the issuing key.
    const auto key = identity::PrivateKey::generate(system_random());
    const auto forged = context_->keys.authority().issue({Role::kSite, "alpha", key.public_key()},
                                                         system_random(), clock_.now(), identity::days(1));
    ASSERT_TRUE(forged) << forged.error().to_string();
    const auto refused = context_->peers.check(forged->pem());
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message().starts_with("certificate-not-issued")) << refused.error().message();

    const std::string leaf = leaf_of("alpha");
    ASSERT_TRUE(context_->members.revoke(Role::kSite, "alpha", identity::RevocationReason::kUnspecified, "",
                                         clock_.now()));
    EXPECT_TRUE(context_->peers.check(leaf));
    context_->certificates_changed();
    commit();
    EXPECT_TRUE(context_->peers.check(leaf).error().message().starts_with("certificate-revoked"));
    open();  // and after a restart
    EXPECT_FALSE(context_->peers.check(leaf));
    EXPECT_FALSE(context_->peers.check(forged->pem()));
}

TEST_F(RosterTest, what_a_revoked_issuing_key_signed_falls_with_it) {
    enrolled("alpha");
    commit();
    const std::string stolen = to_hex(context_->keys.authority().certificate().serial());
    const std::string leaf = leaf_of("alpha");
    transaction_.reset();
    const auto root_key = folder_.path() / "root-key.pem";
    const identity::SecretText passphrase("correct horse battery staple");
    ASSERT_TRUE(
        replace_issuer(state() / "keys", root_key, passphrase, {"127.0.0.1"}, system_random(), clock_.now()));
    open();
    EXPECT_TRUE(context_->peers.check(leaf));
    enrolled("beta");
    commit();
    transaction_.reset();
    const Status revoked = revoke_issuer(state() / "keys", root_key, passphrase, stolen, clock_.now());
    ASSERT_TRUE(revoked) << revoked.error().to_string();
    open();
    EXPECT_TRUE(context_->peers.check(leaf).error().message().starts_with("certificate-revoked"));
    EXPECT_TRUE(context_->peers.check(leaf_of("beta")));
    EXPECT_EQ((*context_->members.find(Role::kSite, "alpha"))->state, MemberState::kRevoked);
    EXPECT_EQ((*context_->members.find(Role::kSite, "beta"))->state, MemberState::kEnrolled);
    EXPECT_EQ(context_->members.site_certificates()->size(), 1U);
    EXPECT_NE(context_->roster.page(0, 1).certificates.front().revoked, Time());
    enrolled("alpha");  // invited anew
    commit();
    EXPECT_TRUE(context_->peers.check(leaf_of("alpha")));
    open();
    EXPECT_EQ((*context_->members.find(Role::kSite, "alpha"))->state, MemberState::kEnrolled);
}

}  // namespace
}  // namespace huizhen::coordinator
