#include "federation.h"

namespace huizhen::rpc {
namespace {

TEST(Session, carries_messages_both_ways) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(node.handler.diary.wait("connected"));
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    EXPECT_EQ(coordinator.server->counters().sessions, 1u);

    ASSERT_TRUE(coordinator.server->send(SiteId("st-mary"), round_message("propose", 1)));
    ASSERT_TRUE(node.handler.diary.wait("message plan/1/1 propose"));
    ASSERT_TRUE(node.link->send(round_message("keys", 2)));
    ASSERT_TRUE(coordinator.sessions.diary.wait("message st-mary plan/1/2 keys"));

    node.stop();
    EXPECT_TRUE(node.ended) << node.ended.error().to_string();
    ASSERT_TRUE(coordinator.sessions.diary.wait("closed st-mary"));
}

TEST(Session, heartbeats_say_where_each_side_is) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    node.handler.set_positions({{"plan", 3, 7, {}}});
    node.link->positions_changed();
    ASSERT_TRUE(coordinator.sessions.diary.wait("heartbeat st-mary plan/3/7"));
    ASSERT_TRUE(coordinator.server->send_heartbeat(SiteId("st-mary"), {{"plan", 3, 8, {}}}));
    ASSERT_TRUE(node.handler.diary.wait("heartbeat plan/3/8"));
    // And on their own, by the clock of the welcome.
    ASSERT_TRUE(coordinator.sessions.diary.wait("heartbeat st-mary plan/3/7", 2));
}

TEST(Session, keeps_the_order_of_many_messages) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    int sent = 0;
    for (int i = 0; i < 1000; ++i) {
        while (!coordinator.server->send(SiteId("st-mary"), round_message(std::to_string(i))))
            std::this_thread::yield();
        ++sent;
    }
    ASSERT_TRUE(node.handler.diary.wait("message", 1000));
    int next = 0;
    for (const auto& line : node.handler.diary.lines()) {
        if (!line.starts_with("message")) continue;
        EXPECT_EQ(line, "message plan/1/2 " + std::to_string(next++));
    }
}

}  // namespace
}  // namespace huizhen::rpc
