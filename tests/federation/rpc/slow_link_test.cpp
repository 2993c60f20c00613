// Control messages beside bulk data on one narrow connection. What stands in front of a message is counted in
// bytes that the link carried meanwhile, not in time.

#include "federation.h"
#include "relay.h"

namespace huizhen::rpc {
namespace {

constexpr double kBytesPerSecond = 250'000;
// A second of the link, twice while the window settles, and the buffers around it.
constexpr std::uint64_t kInFront = 700'000;

RelayOptions narrow(const Coordinator& coordinator) {
    return {.target_port = coordinator.server->port(),
            .delay = std::chrono::milliseconds(100),
            .bytes_per_second = kBytesPerSecond};
}

// Sends and waits, one after the other, until `ended`; the most bytes that the relay carried in between.
std::uint64_t worst_wait(const Relay& relay, const std::atomic<bool>& ended,
                         const std::function<Status()>& send,
                         const std::function<bool(std::size_t)>& arrived) {
    std::uint64_t worst = 0;
    for (std::size_t sent = 1; !ended; ++sent) {
        const std::uint64_t before = relay.carried();
        if (!send() || !arrived(sent)) return ~0ULL;
        worst = std::max(worst, relay.carried() - before);
    }
    return worst;
}

TEST(SlowLink, a_download_does_not_hold_up_the_coordinators_messages) {
    Coordinator coordinator;
    Relay relay(narrow(coordinator));
    Node node("st-mary", relay.address());
    const Bytes model = random_bytes(1'500'000);
    const Sha256Digest name = coordinator.objects->add(model).value();
    coordinator.grants.allow_get("st-mary", name);
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    std::atomic<bool> ended = false;
    Status fetched;
    std::jthread bulk([&] {
        fetched = node.link->fetch(name, *node.objects, {}, {});
        ended = true;
    });
    const std::uint64_t worst = worst_wait(
        relay, ended, [&] { return coordinator.server->send(SiteId("st-mary"), round_message("x")); },
        [&](std::size_t n) { return node.handler.diary.wait("message", n); });
    bulk.join();
    ASSERT_TRUE(fetched) << fetched.error().to_string();
    EXPECT_LT(worst, kInFront);
    EXPECT_EQ(relay.connections(), 1);
    RecordProperty("most_bytes_in_front", std::to_string(worst));
}

TEST(SlowLink, an_upload_does_not_hold_up_the_nodes_messages) {
    Coordinator coordinator;
    Relay relay(narrow(coordinator));
    Node node("st-mary", relay.address());
    const Bytes update = random_bytes(1'500'000);
    const Sha256Digest name = digest_of(update);
    coordinator.grants.expect("st-mary", name, update.size());
    ASSERT_TRUE(coordinator.sessions.diary.wait("opened st-mary"));
    ASSERT_TRUE(node.handler.diary.wait("connected"));
    std::atomic<bool> ended = false;
    Status put;
    std::jthread bulk([&] {
        MemorySource source(update);
        put = node.link->put(name, source, {}, {});
        ended = true;
    });
    const std::uint64_t worst = worst_wait(
        relay, ended, [&] { return node.link->send(round_message("x")); },
        [&](std::size_t n) { return coordinator.sessions.diary.wait("message", n); });
    bulk.join();
    ASSERT_TRUE(put) << put.error().to_string();
    EXPECT_LT(worst, kInFront);
    EXPECT_EQ(relay.connections(), 1);
    RecordProperty("most_bytes_in_front", std::to_string(worst));
}

}  // namespace
}  // namespace huizhen::rpc
