#include "authority/key_folder.h"

#include <fstream>

#include <gtest/gtest.h>

#include <huizhen/identity/peer_verifier.h>
#include <huizhen/test_support/data.h>

namespace huizhen::coordinator {
namespace {

namespace fs = std::filesystem;
using identity::SecretText;

const SecretText& passphrase() {
    static const SecretText text("correct horse battery staple");
    return text;
}

class KeyFolderTest : public ::testing::Test {
  protected:
    Status create() {
        return create_keys(keys_, {"Test federation", {"fed.example", "127.0.0.1"}}, root_key_, passphrase(),
                           system_random(), now_);
    }
    testing::TemporaryFolder folder_;
    fs::path keys_ = folder_.path() / "keys", root_key_ = folder_.path() / "root-key.pem";
    identity::Time now_ = std::chrono::system_clock::now();
};

TEST_F(KeyFolderTest, makes_keys_only_their_owner_may_read) {
    ASSERT_TRUE(create());
    EXPECT_EQ(fs::status(keys_).permissions(), fs::perms::owner_all);
    for (const auto& entry : fs::directory_iterator(keys_))
        EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
            << entry.path();
    const auto keys = KeyFolder::open(keys_);
    ASSERT_TRUE(keys) << keys.error().to_string();
    const auto server = keys->server();
    ASSERT_TRUE(server) << server.error().to_string();
    const auto verifier = identity::PeerVerifier::create(keys->authority().root());
    EXPECT_TRUE(verifier->verify(server->chain_pem, identity::Role::kCoordinator, now_, {}));
}

TEST_F(KeyFolderTest, never_writes_over_keys) {
    ASSERT_TRUE(create());
    EXPECT_TRUE(create().error().message().starts_with("already-there"));
    EXPECT_TRUE(KeyFolder::open(keys_));
}

TEST_F(KeyFolderTest, says_what_to_do_where_there_are_none) {
    const auto none = KeyFolder::open(keys_);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code(), ErrorCode::kNotFound);
    EXPECT_NE(none.error().message().find("huizhen-coordinator init"), std::string::npos);
}

TEST_F(KeyFolderTest, a_new_issuer_stands_under_the_same_root) {
    ASSERT_TRUE(create());
    const auto before = KeyFolder::open(keys_);
    const auto old_server = before->server();
    EXPECT_TRUE(
        replace_issuer(keys_, root_key_, SecretText("not the passphrase"), {"h"}, system_random(), now_)
            .error()
            .message()
            .starts_with("passphrase-wrong"));
    ASSERT_TRUE(replace_issuer(keys_, root_key_, passphrase(), {"fed.example"}, system_random(), now_));
    const auto after = KeyFolder::open(keys_);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->authority().root().fingerprint(), before->authority().root().fingerprint());
    EXPECT_NE(after->authority().certificate().fingerprint(),
              before->authority().certificate().fingerprint());
    const auto verifier = identity::PeerVerifier::create(before->authority().root());
    EXPECT_TRUE(verifier->verify(after->server()->chain_pem, identity::Role::kCoordinator, now_, {}));
    EXPECT_TRUE(verifier->verify(old_server->chain_pem, identity::Role::kCoordinator, now_, {}));
}

TEST_F(KeyFolderTest, renews_the_server_with_a_new_key) {
    ASSERT_TRUE(create());
    const auto keys = KeyFolder::open(keys_);
    const std::string before = keys->server()->chain_pem;
    ASSERT_TRUE(keys->renew_server({"fed.example"}, system_random(), now_));
    EXPECT_NE(keys->server()->chain_pem, before);
}

TEST_F(KeyFolderTest, the_roots_owner_revokes_an_issuing_key_that_was_replaced) {
    ASSERT_TRUE(create());
    const std::string stolen = to_hex(KeyFolder::open(keys_)->authority().certificate().serial());
    const auto revoke = [&](std::string_view serial, const SecretText& word = passphrase()) {
        return revoke_issuer(keys_, root_key_, word, serial, now_);
    };
    EXPECT_TRUE(revoke(stolen).error().message().starts_with("issuer-in-use"));
    ASSERT_TRUE(replace_issuer(keys_, root_key_, passphrase(), {"h"}, system_random(), now_));
    EXPECT_TRUE(revoke("00").error().message().starts_with("issuer-unknown"));
    EXPECT_NE(revoke("00").error().message().find(stolen), std::string::npos);
    EXPECT_TRUE(
        revoke(stolen, SecretText("not the passphrase")).error().message().starts_with("passphrase-wrong"));
    EXPECT_TRUE(KeyFolder::open(keys_)->revoked_issuers().entries().empty());

    ASSERT_TRUE(revoke(stolen));
    ASSERT_TRUE(revoke(stolen));  // twice is once
    ASSERT_TRUE(replace_issuer(keys_, root_key_, passphrase(), {"h"}, system_random(), now_));
    const auto keys = KeyFolder::open(keys_);
    ASSERT_TRUE(keys) << keys.error().to_string();
    const auto entries = keys->revoked_issuers().entries();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(to_hex(entries.front().serial), stolen);
    EXPECT_EQ(entries.front().reason, identity::RevocationReason::kCaCompromise);
}

TEST_F(KeyFolderTest, a_list_that_the_root_did_not_sign_revokes_nobody_and_is_not_passed_over) {
    ASSERT_TRUE(create());
    const auto keys = KeyFolder::open(keys_);
    const std::vector<identity::Revocation> one{
        {identity::Serial{1}, identity::RevocationReason::kUnspecified, now_}};
    const std::string list =
        keys->authority().revocation_list_pem(one, {now_, now_ + std::chrono::hours(1), 1});
    std::ofstream(keys_ / "revoked-issuers.pem") << list;
    const auto refused = KeyFolder::open(keys_);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message().starts_with("list-forged")) << refused.error().message();
}

}  // namespace
}  // namespace huizhen::coordinator
