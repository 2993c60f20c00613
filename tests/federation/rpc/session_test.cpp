#include "federation.h"
#include "raw_call.h"
#include "relay.h"

namespace huizhen::rpc {
namespace {

const SiteId kMary("st-mary");

std::string frame(FrameOrder& order, std::variant<Positions, RoundMessage, Notice> content) {
    return write_from_node(order.frame(std::move(content)), Limits()).value();
}

TEST(Session, carries_messages_both_ways) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(node.handler.diary.wait("connected"));
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    EXPECT_EQ(coordinator.server->counters().sessions, 1u);

    ASSERT_TRUE(coordinator.server->send(kMary, round_message("propose", 1)));
    ASSERT_TRUE(node.handler.diary.wait("message plan/1/1 propose"));
    ASSERT_TRUE(node.link->send(round_message("keys", 2)));
    ASSERT_TRUE(coordinator.sessions.diary.wait("message st-mary plan/1/2 keys"));

    node.stop();
    EXPECT_TRUE(node.ended) << node.ended.error().to_string();
    ASSERT_TRUE(coordinator.sessions.diary.wait("closed st-mary"));
    const Status late = coordinator.server->send(kMary, round_message("late"));
    ASSERT_FALSE(late);
    EXPECT_TRUE(is_refusal(late.error(), Refusal::kNotConnected));
}

TEST(Session, heartbeats_say_where_each_side_is) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    node.handler.set_positions({{"plan", 3, 7, {}}});
    node.link->positions_changed();
    ASSERT_TRUE(coordinator.sessions.diary.wait("heartbeat st-mary plan/3/7"));
    ASSERT_TRUE(coordinator.server->send_heartbeat(kMary, {{"plan", 3, 8, {}}}));
    ASSERT_TRUE(node.handler.diary.wait("heartbeat plan/3/8"));
    // And on their own, by the clock of the welcome.
    ASSERT_TRUE(coordinator.sessions.diary.wait("heartbeat st-mary plan/3/7", 2));
}

TEST(Session, keeps_the_order_of_many_messages) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    for (int i = 0; i < 1000; ++i) {
        while (!coordinator.server->send(kMary, round_message(std::to_string(i)))) std::this_thread::yield();
    }
    ASSERT_TRUE(node.handler.diary.wait("message", 1000));
    int next = 0;
    for (const auto& line : node.handler.diary.lines()) {
        if (!line.starts_with("message")) continue;
        EXPECT_EQ(line, "message plan/1/2 " + std::to_string(next++));
    }
}

TEST(Session, comes_back_after_the_connection_was_cut) {
    Coordinator coordinator;
    Relay relay({.target_port = coordinator.server->port()});
    Node node("st-mary", relay.address());
    for (std::size_t time = 1; time <= 3; ++time) {
        ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary", time));
        ASSERT_TRUE(node.handler.diary.wait("connected", time));
        relay.cut_now();
        ASSERT_TRUE(coordinator.sessions.diary.wait("closed st-mary", time));
        ASSERT_TRUE(node.handler.diary.wait("disconnected", time));
    }
    ASSERT_TRUE(node.handler.diary.wait("connected", 4));
    ASSERT_TRUE(node.link->send(round_message("after all that")));
    ASSERT_TRUE(coordinator.sessions.diary.wait("message st-mary plan/1/2 after all that"));
}

TEST(Session, of_the_same_site_replaces_the_first) {
    Coordinator coordinator;
    const auto identity = authority().site("st-mary");
    RawCall first(channel_to(coordinator.address(), identity), RawCall::kSession);
    ASSERT_FALSE(first.open("st-mary").empty());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    RawCall second(channel_to(coordinator.address(), identity), RawCall::kSession);
    ASSERT_FALSE(second.open("st-mary").empty());
    EXPECT_TRUE(first.refusal().starts_with("replaced: "));
    ASSERT_TRUE(coordinator.sessions.diary.wait("closed st-mary replaced: "));
    EXPECT_EQ(coordinator.server->counters().sessions, 1u);
    ASSERT_TRUE(coordinator.server->send(kMary, round_message("to the second")));
    EXPECT_TRUE(second.read());
}

TEST(Session, without_a_version_in_common_is_refused_with_what_to_do) {
    Coordinator coordinator;
    RawCall call(channel_to(coordinator.address(), authority().site("st-mary")), RawCall::kSession);
    call.write(write_hello({{7, 8}, "test", kMary, {}, {}}).value());
    EXPECT_EQ(call.refusal(),
              "unsupported-version: this coordinator speaks protocol versions 1 to 1; one of the two sides "
              "needs an update");
    EXPECT_EQ(coordinator.sessions.diary.lines().size(), 0u);
}

TEST(Session, whose_name_is_not_the_certificates_is_refused_and_not_tried_again) {
    Coordinator coordinator;
    NodeOptions options;
    options.identity = authority().site("st-john");
    Node node("st-mary", coordinator.address(), std::move(options));
    node.thread.join();
    ASSERT_FALSE(node.ended);
    EXPECT_TRUE(is_refusal(node.ended.error(), Refusal::kWrongSite)) << node.ended.error().to_string();
}

TEST(Session, the_programs_own_no_reaches_the_node) {
    Coordinator coordinator;
    coordinator.sessions.door = [](const Peer&, const Hello&) -> Status {
        return fail(ErrorCode::kPermissionDenied, "not-invited: no plan has this site");
    };
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(node.handler.diary.wait("disconnected not-invited: no plan has this site"));
    EXPECT_EQ(coordinator.sessions.diary.lines().size(), 0u);
}

struct BadFrame {
    const char* name;
    void (*spoil)(Frame&);
    const char* refusal;
};

TEST(Session, frames_out_of_order_repeated_or_of_others_are_refused_by_name) {
    const BadFrame cases[] = {
        {"skipped", [](Frame& f) { ++f.sequence; }, "out-of-order: "},
        {"repeated", [](Frame& f) { --f.sequence; }, "repeated: "},
        {"other session", [](Frame& f) { f.session[3] ^= 1; }, "wrong-session: "},
        {"other site", [](Frame& f) { f.site = SiteId("st-john"); }, "wrong-site: "},
        {"acknowledges the future", [](Frame& f) { f.ack = 100; }, "malformed: "},
    };
    Coordinator coordinator;
    for (const auto& bad : cases) {
        RawCall call(channel_to(coordinator.address(), authority().site("st-mary")), RawCall::kSession);
        FrameOrder order(call.open("st-mary"), kMary);
        ASSERT_TRUE(call.write(frame(order, round_message("good"))));
        Frame next = order.frame(round_message("bad"));
        bad.spoil(next);
        call.write(write_from_node(next, Limits()).value());
        EXPECT_TRUE(call.refusal().starts_with(bad.refusal)) << bad.name;
    }
    EXPECT_EQ(coordinator.sessions.diary.count("message st-mary plan/1/2 good"), std::size(cases));
    EXPECT_EQ(coordinator.sessions.diary.count("message st-mary plan/1/2 bad"), 0u);
}

TEST(Session, a_frame_before_the_hello_and_a_second_hello_are_refused) {
    Coordinator coordinator;
    {
        RawCall call(channel_to(coordinator.address(), authority().site("st-mary")), RawCall::kSession);
        FrameOrder order(std::string(kSessionBytes, 'x'), kMary);
        call.write(frame(order, Positions()));
        EXPECT_TRUE(call.refusal().starts_with("out-of-order: "));
    }
    RawCall call(channel_to(coordinator.address(), authority().site("st-mary")), RawCall::kSession);
    ASSERT_FALSE(call.open("st-mary").empty());
    call.write(write_hello({{1}, "test", kMary, {}, {}}).value());
    EXPECT_TRUE(call.refusal().starts_with("out-of-order: "));
}

TEST(Session, that_says_nothing_ends) {
    Limits limits = Coordinator::quick();
    limits.hello = std::chrono::milliseconds(300);
    limits.silence_limit = std::chrono::milliseconds(600);
    Coordinator coordinator(limits);
    RawCall dumb(channel_to(coordinator.address(), authority().site("st-mary")), RawCall::kSession);
    EXPECT_EQ(dumb.refusal(), "silent: no hello in time");
    RawCall silent(channel_to(coordinator.address(), authority().site("st-mary")), RawCall::kSession);
    ASSERT_FALSE(silent.open("st-mary").empty());
    EXPECT_EQ(silent.refusal(), "silent: nothing heard from st-mary");
}

TEST(Session, a_message_that_the_program_refuses_comes_back_as_a_notice) {
    Coordinator coordinator;
    coordinator.sessions.judge = [](const RoundMessage& m) -> Status {
        if (m.step == 9) return fail(ErrorCode::kLimitExceeded, "busy: the inbox is full");
        return {};
    };
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(node.handler.diary.wait("connected"));
    ASSERT_TRUE(node.link->send(round_message("too much", 9)));
    ASSERT_TRUE(node.link->send(round_message("fine")));
    ASSERT_TRUE(node.handler.diary.wait("notice busy: busy: the inbox is full"));
    ASSERT_TRUE(coordinator.sessions.diary.wait("message st-mary plan/1/2 fine"));
}

TEST(Session, queues_are_bounded_where_the_other_side_does_not_read) {
    Limits limits = Coordinator::quick();
    limits.silence_limit = std::chrono::minutes(10);
    Coordinator coordinator(limits);
    RawCall call(channel_to(coordinator.address(), authority().site("st-mary")), RawCall::kSession);
    ASSERT_FALSE(call.open("st-mary").empty());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    const std::string body(1 << 20, 'x');
    int taken = 0;
    Status last;
    while (taken < 200 && (last = coordinator.server->send(kMary, round_message(body)))) ++taken;
    ASSERT_FALSE(last) << "200 MB were queued";
    EXPECT_TRUE(is_refusal(last.error(), Refusal::kBusy));
    EXPECT_LT(taken, 64);  // the queue's 16 MiB, and what the network holds
    for (int i = 0; i < taken; ++i) ASSERT_TRUE(call.read());
    EXPECT_TRUE(coordinator.server->send(kMary, round_message("room again")));
}

TEST(Session, too_large_a_message_is_refused_before_it_leaves) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(node.handler.diary.wait("connected"));
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    const std::string body(5 << 20, 'x');
    EXPECT_TRUE(is_refusal(node.link->send(round_message(body)).error(), Refusal::kTooLarge));
    EXPECT_TRUE(is_refusal(coordinator.server->send(kMary, round_message(body)).error(), Refusal::kTooLarge));
    ASSERT_TRUE(node.link->send(round_message("still in order")));
    ASSERT_TRUE(coordinator.sessions.diary.wait("message st-mary plan/1/2 still in order"));
}

TEST(Session, ends_by_name_when_the_coordinator_does) {
    auto coordinator = std::make_unique<Coordinator>();
    Node node("st-mary", coordinator->address());
    ASSERT_TRUE(node.handler.diary.wait("connected"));
    coordinator->server->stop();
    ASSERT_TRUE(node.handler.diary.wait("disconnected shutting-down: "));
}

TEST(Session, four_hundred_sites_need_no_thread_each) {
    Coordinator coordinator;
    std::vector<std::unique_ptr<RawCall>> calls;
    const auto threads = [] {
        const auto folder = std::filesystem::directory_iterator("/proc/self/task");
        return std::distance(begin(folder), end(folder));
    };
    const auto one_more = [&](int i) {
        const std::string name = "site-" + std::to_string(i);
        calls.push_back(std::make_unique<RawCall>(channel_to(coordinator.address(), authority().site(name)),
                                                  RawCall::kSession));
        return !calls.back()->open(name).empty();
    };
    ASSERT_TRUE(one_more(0));
    const auto before = threads();
    for (int i = 1; i < 400; ++i) ASSERT_TRUE(one_more(i)) << i;
    EXPECT_EQ(coordinator.server->counters().sessions, 400u);
    EXPECT_LT(threads(), before + 40);
    for (int i = 0; i < 400; ++i) {
        ASSERT_TRUE(coordinator.server->send(SiteId("site-" + std::to_string(i)), round_message("hello")));
    }
    for (auto& call : calls) ASSERT_TRUE(call->read());
}

}  // namespace
}  // namespace huizhen::rpc
