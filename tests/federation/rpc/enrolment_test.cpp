#include <future>

#include "enrolment_service.h"
#include "federation.h"

namespace huizhen::rpc {
namespace {

TEST(Enrolment, needs_no_certificate) {
    Coordinator coordinator;
    Peers peers;
    const Enroller enroller{{coordinator.address(), ""}, authority().root().pem(), &peers};
    const auto asked = enroller.enrol(SiteId("st-mary"), "the secret", "a request");
    ASSERT_TRUE(asked) << asked.error().to_string();
    EXPECT_EQ(asked->state, EnrolReply::State::kWaiting);
    const auto got = enroller.poll(asked->ticket);
    ASSERT_TRUE(got) << got.error().to_string();
    EXPECT_EQ(got->state, EnrolReply::State::kIssued);
    EXPECT_EQ(got->certificate_chain_pem, "certificate for ticket of st-mary for a request");
    const auto refused = enroller.enrol(SiteId("st-mary"), "a guess", "a request");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kPermissionDenied);
    EXPECT_EQ(refused.error().message(), "invitation-unknown: no such invitation");
}

TEST(Enrolment, the_root_is_shown_to_whoever_asks) {
    Coordinator coordinator;
    const auto root = unverified_root_pem({coordinator.address(), ""});
    ASSERT_TRUE(root) << root.error().to_string();
    EXPECT_EQ(*root, "the root");
    EXPECT_FALSE(unverified_root_pem({"127.0.0.1:1", ""}));
}

TEST(Enrolment, of_another_federations_coordinator_is_refused_by_the_hospital) {
    Coordinator coordinator;
    Peers peers(other_authority());
    const Enroller enroller{{coordinator.address(), ""}, other_authority().root().pem(), &peers};
    EXPECT_FALSE(enroller.enrol(SiteId("st-mary"), "the secret", "a request"));
}

TEST(Enrolment, too_much_at_once_is_refused) {
    Limits limits = Coordinator::quick();
    limits.enrolments_per_minute = 8;
    Coordinator coordinator(limits);
    Peers peers;
    const Enroller enroller{{coordinator.address(), ""}, authority().root().pem(), &peers};
    const auto large =
        enroller.enrol(SiteId("st-mary"), "the secret", std::string(kMaxEnrolmentBytes + 1, 'x'));
    ASSERT_FALSE(large);
    EXPECT_TRUE(is_refusal(large.error(), Refusal::kTooLarge)) << large.error().to_string();
    // The limit is of a minute, a part of it at once.
    const auto again = [&] { return enroller.enrol(SiteId("st-mary"), "the secret", "a request"); };
    ASSERT_TRUE(again());
    auto hasty = again();
    for (unsigned i = 0; hasty && i < limits.enrolments_per_minute; ++i) hasty = again();
    ASSERT_FALSE(hasty);
    EXPECT_TRUE(is_refusal(hasty.error(), Refusal::kBusy)) << hasty.error().to_string();
    // Those who wait for approval are counted apart.
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(enroller.poll("ticket"));
}

TEST(Enrolment, an_enrolled_site_renews_and_reads_the_logs) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    const auto renewed = node.link->renew("request", "proof");
    ASSERT_TRUE(renewed) << renewed.error().to_string();
    EXPECT_EQ(renewed->certificate_chain_pem, "st-mary request proof");
    const auto roster = node.link->roster(30);
    ASSERT_TRUE(roster) << roster.error().to_string();
    ASSERT_EQ(roster->certificates.size(), 420u);  // of several pages
    EXPECT_EQ(roster->certificates.front().site.str(), "site-30");
    EXPECT_EQ(roster->certificates.back().site.str(), "site-449");
    EXPECT_EQ(roster->count, 450u);
    EXPECT_EQ(node.link->revocation_list_pem().value(), "a list");
    EXPECT_EQ(node.link->lineage("nodules", 3)->records, std::vector<std::string>{"nodules3"});
}

TEST(Enrolment, a_site_leaves_without_a_session) {
    Coordinator coordinator;
    const Peers peers;
    const auto left =
        leave_federation({coordinator.address(), ""}, authority().site("st-mary"), peers, "a\nmerger");
    ASSERT_TRUE(left) << left.error().to_string();
    EXPECT_EQ(coordinator.enrolments.left, "st-mary: a merger");
    EXPECT_FALSE(leave_federation({coordinator.address(), ""}, {}, peers, "no certificate"));
}

TEST(Enrolment, that_waits_for_the_program_holds_up_no_session_and_is_bounded) {
    Limits limits = Coordinator::quick();
    limits.max_enrolment_calls_of_strangers = 6;
    Coordinator coordinator(limits);
    std::promise<void> thought;
    coordinator.enrolments.think = [until = thought.get_future().share()] { until.wait(); };
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));

    Peers peers;
    const Enroller enroller{{coordinator.address(), ""}, authority().root().pem(), &peers};
    // Each call is answered or refused; only the refused ones come back before the program has thought.
    std::vector<std::future<Result<EnrolReply>>> calls;
    for (int i = 0; i < 10; ++i)
        calls.push_back(std::async(std::launch::async, [&] { return enroller.poll("ticket"); }));
    const auto refused = [&] {
        return std::ranges::count_if(calls, [](const auto& call) {
            return call.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
        });
    };
    const auto patience = std::chrono::steady_clock::now() + kLong;
    while (refused() < 4 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
    EXPECT_EQ(refused(), 4);

    EXPECT_TRUE(node.link->send(round_message("meanwhile")));
    EXPECT_TRUE(coordinator.sessions.diary.wait("message st-mary plan/1/2 meanwhile", 1, kLong / 6));
    thought.set_value();
    int busy = 0;
    for (auto& call : calls) {
        const auto answer = call.get();
        if (answer) continue;
        EXPECT_TRUE(is_refusal(answer.error(), Refusal::kBusy)) << answer.error().to_string();
        ++busy;
    }
    EXPECT_EQ(busy, 4);
    EXPECT_TRUE(enroller.poll("ticket"));
}

TEST(RateLimit, gives_back_with_time) {
    ManualClock clock;
    RateLimit limit(60, clock);
    for (int i = 0; i < 15; ++i) EXPECT_TRUE(limit.take());
    EXPECT_FALSE(limit.take());
    clock.advance(std::chrono::seconds(2));
    EXPECT_TRUE(limit.take());
    EXPECT_TRUE(limit.take());
    EXPECT_FALSE(limit.take());
}

}  // namespace
}  // namespace huizhen::rpc
