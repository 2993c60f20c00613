#include <gtest/gtest.h>

#include <huizhen/identity/certificate_authority.h>
#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/key_code.h>
#include <huizhen/rpc/refusal.h>
#include <huizhen/test_support/data.h>

#include "enrolment/enrolling.h"

namespace huizhen::site {
namespace {

identity::Time now() { return std::chrono::system_clock::now(); }

struct Federation {
    identity::RootAuthority root = identity::RootAuthority::create("Test", system_random(), now()).value();
    identity::IssuingAuthority issuing = root.certify_issuer(system_random(), now()).value();

    std::string code(const char* site = "st-mary", identity::Role role = identity::Role::kSite) const {
        const auto invited =
            identity::invite(role, site, "fed.example.org:7443", root.certificate().fingerprint(),
                             system_random(), now(), std::chrono::hours(1));
        return std::string(identity::invitation_text(invited->invitation).reveal_secret("typed in a test"));
    }
};

// A coordinator's answers, by hand.
struct Calls final : EnrolmentCalls {
    Calls(Federation& of, int waits) : federation(of), polls_before_answer(waits) {}
    Result<std::string> root_pem() override {
        return shown_root.value_or(federation.root.certificate().pem());
    }
    Result<rpc::EnrolReply> enrol(const identity::Certificate&, const std::string&, std::string_view,
                                  std::string_view request_pem) override {
        if (busy_calls-- > 0) return rpc::refuse(rpc::Refusal::kBusy, "try again later");
        ++*enrolments;
        request = std::string(request_pem);
        return answer();
    }
    Result<rpc::EnrolReply> poll(const identity::Certificate&, std::string_view ticket) override {
        EXPECT_EQ(ticket, "a ticket");
        if (busy_polls-- > 0) return rpc::refuse(rpc::Refusal::kBusy, "try again later");
        return answer();
    }
    Result<rpc::EnrolReply> answer() {
        if (refuses) return rpc::EnrolReply{rpc::EnrolReply::State::kRejected, "", "", "", "not on our list"};
        if (polls_before_answer-- > 0)
            return rpc::EnrolReply{rpc::EnrolReply::State::kWaiting, "a ticket", "", "", ""};
        const identity::Bytes pem(request.begin(), request.end());
        auto read = identity::read_request(pem).value();
        if (other_name) read.name = "north";
        const auto leaf =
            federation.issuing.issue(read, system_random(), now(), identity::Lifetimes{}.site).value();
        return rpc::EnrolReply{rpc::EnrolReply::State::kIssued, "", federation.issuing.chain_pem(leaf), "",
                               ""};
    }
    Federation& federation;
    int polls_before_answer;
    bool refuses = false, other_name = false;
    std::optional<std::string> shown_root;
    std::string request;
    int* enrolments = nullptr;  // of the test, which outlives the calls
    int busy_polls = 0, busy_calls = 0;
};

struct Enrol : ::testing::Test {
    EnrolParts parts(int waits = 0) {
        EnrolParts parts;
        parts.state = folder.path() / "state";
        parts.call = [this, waits](const std::string&, const std::optional<std::string>&) {
            auto made = std::make_unique<Calls>(federation, waits);
            if (change) change(*made);
            if (!request.empty()) made->request = request;
            made->enrolments = &enrolments;
            called = true;
            return made;
        };
        parts.dialogue.invitation = [this]() -> Result<identity::SecretText> {
            return identity::SecretText(code);
        };
        parts.dialogue.show = [this](const std::string& coordinator, const std::string& site,
                                     const std::string& key) {
            EXPECT_EQ(coordinator, "fed.example.org:7443");
            EXPECT_EQ(site, "st-mary");
            shown_key = key;
        };
        parts.dialogue.wait = [this] {
            return --patience < 0 ? fail(ErrorCode::kCancelled, "enough") : Status();
        };
        return parts;
    }
    Membership state() {
        const auto connection = open_for_reading(folder.path() / "state").value();
        return MembershipStore(*connection).enrolment().value()->state;
    }

    testing::TemporaryFolder folder;
    Federation federation;
    std::string code = federation.code();
    std::string shown_key, request;
    int patience = 100;
    int enrolments = 0;  // asked for
    bool called = false;
    std::function<void(Calls&)> change;
};

TEST_F(Enrol, ends_with_a_certificate_for_the_key_that_was_shown) {
    const auto done = enrol(parts(3));
    ASSERT_TRUE(done) << done.error().to_string();
    EXPECT_EQ(state(), Membership::kEnrolled);
    const auto keys = KeyFolder::open(folder.path() / "state").value();
    const auto certificate = keys.certificate();
    ASSERT_TRUE(certificate) << certificate.error().to_string();
    EXPECT_EQ(certificate->who.name, "st-mary");
    EXPECT_TRUE(identity::is_code_of(shown_key, certificate->key.public_key()));
    EXPECT_EQ(keys.root()->fingerprint(), federation.root.certificate().fingerprint());
    const auto mode = std::filesystem::status(folder.path() / "state/keys/certificate.pem").permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto again = enrol(parts());
    ASSERT_FALSE(again);
    EXPECT_TRUE(again.error().message().starts_with("already-enrolled")) << again.error().message();
}

TEST_F(Enrol, goes_on_with_the_same_key_after_it_was_broken_off) {
    patience = 2;
    ASSERT_FALSE(enrol(parts(1000)));
    EXPECT_EQ(state(), Membership::kWaiting);
    const std::string first = shown_key;
    request = [&] {
        const auto key = KeyFolder::open(folder.path() / "state")->request_key(system_random()).value();
        return identity::request_pem(identity::make_request(key, identity::Role::kSite, "st-mary").value());
    }();
    EnrolParts second = parts(0);
    second.dialogue.invitation = []() -> Result<identity::SecretText> {
        ADD_FAILURE() << "the code was typed once already";
        return fail(ErrorCode::kInvalidArgument, "none");
    };
    const auto done = enrol(second);
    ASSERT_TRUE(done) << done.error().to_string();
    EXPECT_EQ(shown_key, first);
    EXPECT_EQ(enrolments, 1) << "the request was there already";
}

TEST_F(Enrol, waits_on_where_the_coordinator_is_busy) {
    change = [](Calls& made) { made.busy_polls = made.busy_calls = 3; };
    EXPECT_TRUE(enrol(parts(1)));
}

TEST_F(Enrol, another_root_than_the_invitations_gets_nothing) {
    Federation other;
    change = [&](Calls& made) { made.shown_root = other.root.certificate().pem(); };
    const auto done = enrol(parts());
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().message().starts_with("other-root")) << done.error().message();
    EXPECT_EQ(enrolments, 0);
}

TEST_F(Enrol, a_refusal_is_told_with_its_reason) {
    change = [](Calls& made) { made.refuses = true; };
    const auto done = enrol(parts());
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message().find("not on our list"), std::string::npos);
    EXPECT_EQ(state(), Membership::kRefused);
    change = nullptr;
    EXPECT_TRUE(enrol(parts())) << "a new invitation";
}

TEST_F(Enrol, a_certificate_of_another_name_is_refused) {
    change = [](Calls& made) { made.other_name = true; };
    const auto done = enrol(parts());
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().message().starts_with("other-name")) << done.error().message();
}

TEST_F(Enrol, a_mistyped_code_or_a_consoles_is_refused_before_anything_is_sent) {
    code[8] = code[8] == 'A' ? 'B' : 'A';
    ASSERT_FALSE(enrol(parts()));
    code = federation.code("ann", identity::Role::kOperator);
    const auto done = enrol(parts());
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().message().starts_with("invitation-other-site")) << done.error().message();
    EXPECT_FALSE(called);
}

}  // namespace
}  // namespace huizhen::site
