#include <huizhen/identity/invitation.h>

#include "authority.h"

namespace huizhen::identity {
namespace {

class Invitations : public ::testing::Test {
  protected:
    NewInvitation make(std::string_view name, Role role = Role::kSite) {
        return invite(role, name, "coordinator.example:7443", root, random, kNow, 24h).value();
    }
    static std::string text_of(const NewInvitation& made) {
        const SecretText text = invitation_text(made.invitation);
        return std::string(text.reveal_secret("a test's invitation"));
    }
    Result<std::size_t> use(const NewInvitation& made, Time now = kNow, std::string_view name = "a") {
        return redeem(records, Role::kSite, name, made.invitation.secret, key, now);
    }

    secagg::SeededRandom random = random_from(6);
    Sha256Digest root = sha256(std::as_bytes(std::span("root")));
    PublicKey key = PrivateKey::generate(random).public_key();
    std::vector<InvitationRecord> records;
};

TEST_F(Invitations, are_one_line_that_reads_back) {
    const NewInvitation made = make("shanghai-1");
    const std::string text = text_of(made);
    EXPECT_TRUE(text.starts_with("hz1-"));
    EXPECT_EQ(text.find_first_of("ILOU \n", 4), std::string::npos);
    const Invitation read = read_invitation(text).value();
    EXPECT_EQ(read.role, Role::kSite);
    EXPECT_EQ(read.coordinator, "coordinator.example:7443");
    EXPECT_EQ(read.name, "shanghai-1");
    EXPECT_EQ(read.root, root);
    EXPECT_TRUE(read.secret == made.invitation.secret);
}

TEST_F(Invitations, may_be_typed_as_people_type) {
    const NewInvitation made = make("a");
    std::string text = text_of(made), typed = " \t";
    for (const char c : text) {
        if (c == '-') {
            typed += typed.size() < 8 ? "-" : "  ";
        } else if (c == '0') {
            typed += 'o';
        } else if (c == '1' && typed.size() > 6) {
            typed += 'l';
        } else {
            typed += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        }
    }
    const auto read = read_invitation(typed + "\r\n");
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_TRUE(read->secret == made.invitation.secret);
}

// Every character exchanged, every pair of neighbours: each is found, and by the number of its group.
TEST_F(Invitations, a_typing_error_is_named_by_its_group) {
    const std::string text = text_of(make("a"));
    for (std::size_t at = 4; at < text.size(); ++at) {
        if (text[at] == '-') continue;
        const std::string group = "group " + std::to_string((at - 4) / 9 + 1);
        for (const char other : {'0', '7', 'K', 'Z'}) {
            if (other == text[at]) continue;
            std::string wrong = text;
            wrong[at] = other;
            const auto read = read_invitation(wrong);
            ASSERT_TRUE(refused(read, refusal::kInvitationMistyped)) << wrong;
            EXPECT_NE(read.error().message().find(group + " "), std::string::npos) << read.error().message();
        }
        if (at + 1 < text.size() && text[at + 1] != '-' && text[at + 1] != text[at]) {
            std::string swapped = text;
            std::swap(swapped[at], swapped[at + 1]);
            EXPECT_TRUE(refused(read_invitation(swapped), refusal::kInvitationMistyped)) << swapped;
        }
    }
    std::string groups = text;  // two groups exchanged
    for (std::size_t i = 0; i < 8; ++i) std::swap(groups[4 + i], groups[13 + i]);
    EXPECT_TRUE(refused(read_invitation(groups), refusal::kInvitationMistyped));
    for (std::size_t length = 0; length < text.size(); ++length) {
        EXPECT_TRUE(refused(read_invitation(text.substr(0, length)), refusal::kInvitationMistyped)) << length;
    }
    EXPECT_TRUE(refused(read_invitation(text + text.substr(3)), refusal::kInvitationMistyped));
    EXPECT_TRUE(refused(read_invitation(text + "U"), refusal::kInvitationMistyped));
    EXPECT_TRUE(refused(read_invitation("hz2-" + text.substr(4)), refusal::kInvitationTooNew));
    EXPECT_TRUE(refused(read_invitation(std::string(1'000'000, '0')), refusal::kInvitationMistyped));
}

TEST_F(Invitations, no_error_repeats_what_was_typed) {
    const std::string text = text_of(make("a"));
    std::string wrong = text;
    wrong[text.size() - 20] = '?';
    const std::string message = read_invitation(wrong).error().to_string();
    for (std::size_t at = 4; at + 8 <= text.size(); at += 9) {
        EXPECT_EQ(message.find(text.substr(at, 8)), std::string::npos);
    }
}

TEST_F(Invitations, let_one_key_in_once) {
    const NewInvitation made = make("a");
    records = {make("b").record, made.record, make("a").record};
    EXPECT_EQ(use(made).value(), 1u);
    EXPECT_EQ(records[1].used->key, key);
    EXPECT_EQ(records[1].used->at, kNow);
    EXPECT_EQ(use(made, kNow + 48h).value(), 1u);  // the same site, whose answer was lost
    EXPECT_EQ(records[1].used->at, kNow);
    key[0] ^= 1;
    EXPECT_TRUE(refused(use(made), refusal::kInvitationUsed));
}

TEST_F(Invitations, are_refused_by_name) {
    const NewInvitation made = make("a"), person = make("a", Role::kOperator);
    EXPECT_TRUE(refused(use(made), refusal::kInvitationUnknown));
    records = {made.record, person.record};
    EXPECT_TRUE(refused(use(make("a")), refusal::kInvitationUnknown));
    EXPECT_TRUE(refused(use(made, kNow, "b"), refusal::kInvitationOtherSite));
    EXPECT_TRUE(refused(use(person), refusal::kInvitationOtherSite));
    EXPECT_TRUE(refused(use(made, kNow + 24h), refusal::kInvitationExpired));
    EXPECT_FALSE(records[0].used);
    records[0].withdrawn = kNow;
    EXPECT_TRUE(refused(use(made), refusal::kInvitationWithdrawn));
    EXPECT_FALSE(records[0].used);
}

TEST_F(Invitations, that_cannot_be_are_not_made) {
    const auto make_with = [&](Role role, std::string_view name, std::string_view address,
                               std::chrono::seconds life) {
        return invite(role, name, address, root, random, kNow, life).has_value();
    };
    EXPECT_TRUE(make_with(Role::kSite, "a", "h:1", 1s));
    EXPECT_FALSE(make_with(Role::kCoordinator, "a", "h:1", 1s));
    EXPECT_FALSE(make_with(Role::kSite, "", "h:1", 1s));
    EXPECT_FALSE(make_with(Role::kSite, "a", "", 1s));
    EXPECT_FALSE(make_with(Role::kSite, "a", "h", 1s));
    EXPECT_FALSE(make_with(Role::kSite, "a", "h :1", 1s));
    EXPECT_FALSE(make_with(Role::kSite, "a", std::string(256, ':'), 1s));
    EXPECT_FALSE(make_with(Role::kSite, "a", "h:1", 0s));
}

}  // namespace
}  // namespace huizhen::identity
