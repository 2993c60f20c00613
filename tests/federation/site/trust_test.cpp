#include "service/trust.h"

#include <gtest/gtest.h>

#include <huizhen/identity/certificate_authority.h>
#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/issuance_log.h>
#include <huizhen/identity/refusal.h>
#include <huizhen/test_support/data.h>

namespace huizhen::site {
namespace {

namespace refusal = identity::refusal;

struct TrustTest : ::testing::Test {
    TrustTest() {
        EXPECT_TRUE(migrate_state(*connection, system_clock()));
        for (const char* name : {"a", "b", "c"}) issue(name);
    }

    identity::Time now() const { return std::chrono::system_clock::now(); }

    void issue(const std::string& name) {
        const auto key = identity::PrivateKey::generate(system_random());
        const auto request =
            identity::read_request(identity::make_request(key, identity::Role::kSite, name).value()).value();
        const auto leaf = issuing.issue(request, system_random(), now(), identity::Lifetimes{}.site).value();
        leaves.push_back(leaf);
        log.push_back({rpc::SiteId(name), issuing.chain_pem(leaf), now(), {}});
    }
    rpc::RosterPage page(std::uint64_t skip = 0) const {
        rpc::RosterPage page;
        identity::LogHead head;
        for (const auto& one : log) {
            const auto who =
                identity::read_identity(identity::read_chain(one.certificate_pem)->front()).value();
            head = identity::append(head, identity::log_entry(who, one.issued));
            if (head.count > skip) page.certificates.push_back(one);
        }
        page.count = head.count;
        page.head.assign(reinterpret_cast<const char*>(head.hash.data()), head.hash.size());
        return page;
    }
    std::unique_ptr<Trust> open(const std::set<rounds::SiteId>& known = {}) {
        return Trust::open(root.certificate(), log[0].certificate_pem, known, store, system_clock()).value();
    }
    rounds::Proposal proposal() const {
        rounds::Proposal proposal;
        for (std::size_t i = 0; i < leaves.size(); ++i)
            proposal.invited.push_back({log[i].site, leaves[i].der()});
        return proposal;
    }
    identity::PeerIdentity self() const { return identity::read_identity(leaves[0]).value(); }

    testing::TemporaryFolder folder;
    std::unique_ptr<database::Connection> connection =
        database::Connection::open(folder.path() / kDatabaseName, database::Access::kWrite).value();
    MembershipStore store{*connection};
    identity::RootAuthority root = identity::RootAuthority::create("Test", system_random(), now()).value();
    identity::IssuingAuthority issuing = root.certify_issuer(system_random(), now()).value();
    std::vector<identity::Certificate> leaves;
    std::vector<rpc::IssuedCertificate> log;
};

TEST_F(TrustTest, believes_what_the_log_shows) {
    const auto trust = open();
    EXPECT_FALSE(trust->knows(proposal()).value());
    ASSERT_TRUE(trust->take(page(), 0));
    EXPECT_TRUE(trust->knows(proposal()).value());
    EXPECT_TRUE(trust->judge(proposal(), self()));
    EXPECT_EQ(trust->log_head()->count, 3U);
    issue("d");
    EXPECT_FALSE(trust->knows(proposal()).value());
    ASSERT_TRUE(trust->take(page(3), 3));
    EXPECT_TRUE(trust->judge(proposal(), self()));
    ASSERT_TRUE(trust->take(page(), 0)) << "the whole of it again";
}

TEST_F(TrustTest, a_log_that_was_rewritten_is_refused) {
    const auto trust = open();
    ASSERT_TRUE(trust->take(page(), 0));
    auto changed = log;
    std::swap(log[0], log[1]);
    EXPECT_TRUE(refusal::kLogRewritten.is(trust->take(page(), 0).error()));
    log = changed;
    log.pop_back();
    EXPECT_TRUE(refusal::kLogRewritten.is(trust->take(page(), 0).error()));
    log = changed;
    issue("d");
    auto wrong = page(3);
    wrong.head[0] = static_cast<char>(wrong.head[0] ^ 1);
    EXPECT_TRUE(refusal::kLogRewritten.is(trust->take(wrong, 3).error()));
    EXPECT_EQ(trust->log_head()->count, 3U);
}

TEST_F(TrustTest, a_certificate_that_stands_in_the_log_twice_is_not_seen_at_all) {
    const auto trust = open();
    ASSERT_TRUE(trust->take(page(), 0));
    const auto honest = log;
    issue("ghost");
    log.push_back(log.back());
    EXPECT_TRUE(refusal::kLogRewritten.is(trust->take(page(3), 3).error()));
    EXPECT_FALSE(trust->knows(proposal()).value()) << "it is under no head that hospitals can compare";
    log = honest;
    issue("d");
    EXPECT_TRUE(trust->take(page(3), 3)) << "and the log goes on";
}

TEST_F(TrustTest, a_revocation_takes_effect_with_the_next_look) {
    const auto trust = open();
    ASSERT_TRUE(trust->take(page(), 0));
    log[2].revoked = now();
    ASSERT_TRUE(trust->take(page(), 0));
    const auto judged = trust->judge(proposal(), self());
    ASSERT_FALSE(judged);
    EXPECT_TRUE(judged.error().message().starts_with("unknown-site: the certificate of c"))
        << judged.error().message();
}

TEST_F(TrustTest, with_an_issuing_key_falls_all_that_it_signed) {
    const auto trust = open();
    ASSERT_TRUE(trust->take(page(), 0));
    const auto key = identity::PrivateKey::generate(system_random());
    const std::array<std::string, 1> hosts{"fed.example.org"};
    const std::string false_server = issuing
                                         .issue_server(key.public_key(), "coordinator", hosts,
                                                       system_random(), now(), identity::Lifetimes{}.server)
                                         ->pem();
    EXPECT_TRUE(trust->check(false_server));
    const std::vector<identity::Revocation> revoked{
        {issuing.certificate().serial(), identity::RevocationReason::kCaCompromise, now()}};
    const identity::ListDates dates{now(), now() + std::chrono::hours(24), 1};
    ASSERT_TRUE(trust->take_lists(issuing.revocation_list_pem(revoked, dates)));
    EXPECT_TRUE(trust->check(false_server)) << "an issuing key says nothing of issuing keys";
    ASSERT_TRUE(
        trust->take_lists(issuing.revocation_list_pem({}, dates) + root.revocation_list_pem(revoked, dates)));
    EXPECT_FALSE(trust->check(false_server));
    EXPECT_FALSE(trust->judge(proposal(), self()));
    EXPECT_FALSE(open()->check(false_server)) << "and after a restart";
    EXPECT_FALSE(trust->take_lists("-----END X509 CRL-----"));
}

TEST_F(TrustTest, sites_that_the_policy_does_not_name_are_refused) {
    const auto trust = open({rounds::SiteId("a"), rounds::SiteId("b")});
    ASSERT_TRUE(trust->take(page(), 0));
    const auto judged = trust->judge(proposal(), self());
    ASSERT_FALSE(judged);
    EXPECT_NE(judged.error().message().find("site-unlisted"), std::string::npos) << judged.error().message();
}

TEST_F(TrustTest, another_sites_certificate_under_a_name_is_refused) {
    const auto trust = open();
    ASSERT_TRUE(trust->take(page(), 0));
    auto swapped = proposal();
    std::swap(swapped.invited[1].certificate, swapped.invited[2].certificate);
    EXPECT_FALSE(trust->judge(swapped, self()));
    auto other_self = self();
    other_self.public_key[0] ^= 1;
    EXPECT_FALSE(trust->judge(proposal(), other_self));
}

TEST_F(TrustTest, knows_a_coordinators_server_from_a_site) {
    const auto trust = open();
    const auto key = identity::PrivateKey::generate(system_random());
    const std::vector<std::string> hosts{"localhost"};
    const auto server = issuing.issue_server(key.public_key(), "main", hosts, system_random(), now(),
                                             identity::Lifetimes{}.server);
    EXPECT_EQ(trust->check(server->pem())->role, rpc::Role::kCoordinator);
    EXPECT_EQ(trust->check(leaves[1].pem())->role, rpc::Role::kSite);
    // Under an issuing key this site has not seen, with the way up to the root.
    const auto fresh = root.certify_issuer(system_random(), now()).value();
    const auto moved = fresh.issue_server(key.public_key(), "main", hosts, system_random(), now(),
                                          identity::Lifetimes{}.server);
    EXPECT_FALSE(trust->check(moved->pem()));
    EXPECT_EQ(trust->check(fresh.chain_pem(*moved))->role, rpc::Role::kCoordinator);
}

}  // namespace
}  // namespace huizhen::site
