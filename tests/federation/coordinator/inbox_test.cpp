#include "service/inbox.h"

#include <gtest/gtest.h>

#include <huizhen/rpc/refusal.h>

namespace huizhen::coordinator {
namespace {

const rpc::SiteId kA("a"), kB("b");

std::vector<rpc::Position> at(std::uint64_t round) { return {{"plan", round, 1, {}}}; }

TEST(Inbox, weighs_what_waits_of_each_site) {
    Inbox inbox;
    std::vector<Inbox::Ticket> waiting;
    constexpr std::size_t kMessage = 1 << 20;
    for (;;) {
        auto ticket = inbox.enter(kA, kMessage);
        if (!ticket) {
            EXPECT_TRUE(rpc::is_refusal(ticket.error(), rpc::Refusal::kBusy)) << ticket.error().to_string();
            break;
        }
        waiting.push_back(std::move(*ticket));
        ASSERT_LE(waiting.size() * kMessage, Inbox::kMaxBytesOfSite);
    }
    EXPECT_GE(waiting.size(), 7U);
    EXPECT_TRUE(inbox.enter(kB, kMessage));
    waiting.pop_back();
    EXPECT_TRUE(inbox.enter(kA, kMessage));
}

TEST(Inbox, many_small_messages_weigh_too) {
    Inbox inbox;
    std::vector<Inbox::Ticket> waiting;
    while (waiting.size() < 100'000) {
        auto ticket = inbox.enter(kA, 1);
        if (!ticket) break;
        waiting.push_back(std::move(*ticket));
    }
    EXPECT_LT(waiting.size(), 1000U);
}

TEST(Inbox, all_sites_together_are_bounded) {
    Inbox inbox;
    std::vector<Inbox::Ticket> waiting;
    std::size_t sites = 0;
    for (; sites < 1000; ++sites) {
        auto ticket = inbox.enter(rpc::SiteId("site-" + std::to_string(sites)), 7 << 20);
        if (!ticket) break;
        waiting.push_back(std::move(*ticket));
    }
    EXPECT_LE(sites * (7 << 20), Inbox::kMaxBytes);
    EXPECT_FALSE(inbox.enter(kA, 7 << 20));
    waiting.clear();
    EXPECT_TRUE(inbox.enter(kA, 7 << 20));
}

TEST(Inbox, one_heartbeat_of_a_site_waits_the_newest) {
    Inbox inbox;
    EXPECT_TRUE(inbox.heartbeat(kA, at(1)));
    EXPECT_FALSE(inbox.heartbeat(kA, at(2)));
    EXPECT_FALSE(inbox.heartbeat(kA, at(3)));
    EXPECT_TRUE(inbox.heartbeat(kB, at(9)));
    EXPECT_EQ(inbox.take(kA).positions, at(3));
    EXPECT_TRUE(inbox.heartbeat(kA, at(4)));
    EXPECT_EQ(inbox.take(kA).positions, at(4));
    EXPECT_EQ(inbox.take(kB).positions, at(9));
}

TEST(Inbox, connections_are_counted_also_where_no_task_could_be_queued) {
    Inbox inbox;
    rpc::Hello hello;
    hello.software_version = "1";
    hello.positions = at(1);
    EXPECT_TRUE(inbox.connected(kA, hello));
    inbox.not_queued(kA);
    hello.software_version = "2";
    EXPECT_TRUE(inbox.connected(kA, hello));
    EXPECT_FALSE(inbox.heartbeat(kA, at(2)));
    const Inbox::News news = inbox.take(kA);
    EXPECT_EQ(news.connects, 2U);
    EXPECT_EQ(news.software, "2");
    EXPECT_EQ(news.positions, at(2));
    EXPECT_EQ(inbox.take(kA).connects, 0U);
}

}  // namespace
}  // namespace huizhen::coordinator
