#include <thread>

#include <gtest/gtest.h>

#include "client.h"
#include "handlers.h"

namespace huizhen::mllp {
namespace {

std::unique_ptr<Server> started(MessageHandler& handler, ServerSettings settings = {},
                                const Clock& clock = system_clock()) {
    settings.port = 0;
    return Server::start(settings, handler, clock).value();
}

TEST(MllpServer, answers_each_message) {
    Echo echo;
    const auto server = started(echo);
    Client client(server->port());
    for (const std::string text : {"one", "two\rlines\r", ""}) {
        client.send(text);
        EXPECT_EQ(client.receive(), "re " + text);
    }
    Client other(server->port());
    other.send("three");
    EXPECT_EQ(other.receive(), "re three");
}

TEST(MllpServer, answers_in_order_whoever_is_answered_first) {
    Kept kept;
    const auto server = started(kept);
    Client client(server->port());
    client.send_bytes(framed("a") + framed("b") + framed("c"));
    ASSERT_EQ(kept.wait_for(3), 3u);
    kept.at(2).answer->send("C");
    kept.at(0).answer->none();  // this one wants no answer
    kept.at(1).answer->send("B");
    EXPECT_EQ(client.receive(), "B");
    EXPECT_EQ(client.receive(), "C");
}

TEST(MllpServer, closes_where_a_message_is_not_answered) {
    Kept kept;
    const auto server = started(kept);
    Client client(server->port());
    client.send("a");
    ASSERT_EQ(kept.wait_for(1), 1u);
    kept.at(0).answer.reset();
    EXPECT_EQ(client.receive(), std::nullopt);
    EXPECT_EQ(kept.wait_for_refusal(), "not-answered");
}

TEST(MllpServer, takes_no_more_than_it_may_owe) {
    Kept kept;
    ServerSettings settings;
    settings.max_unanswered = 3;
    const auto server = started(kept, settings);
    Client client(server->port());
    std::string many;
    for (int i = 0; i < 10; ++i) many += framed(std::to_string(i));
    client.send_bytes(many);
    ASSERT_EQ(kept.wait_for(3), 3u);
    for (std::size_t i = 0; i < 10; ++i) {
        ASSERT_GT(kept.wait_for(i + 1), i);
        EXPECT_LE(kept.count(), i + 3);
        kept.at(i).answer->send(std::to_string(i));
        EXPECT_EQ(client.receive(), std::to_string(i));
    }
}

TEST(MllpServer, bounds_what_all_may_have_it_hold) {
    Kept kept;
    ServerSettings settings;
    settings.max_unanswered_bytes = 1000;
    const auto server = started(kept, settings);
    Client first(server->port()), second(server->port());
    first.send_bytes(framed(std::string(2000, 'a')) + framed("b"));
    ASSERT_EQ(kept.wait_for(1), 1u);
    second.send_bytes(framed("c") + framed("d"));  // one it may, since it is owed nothing
    ASSERT_EQ(kept.wait_for(2), 2u);
    EXPECT_EQ(kept.at(1).text, "c");
    EXPECT_EQ(kept.count(), 2u);
    kept.at(0).answer->send("A");
    ASSERT_EQ(kept.wait_for(4), 4u);
    for (std::size_t i = 1; i < 4; ++i) kept.at(i).answer->send("x");
    EXPECT_EQ(first.receive(), "A");
    EXPECT_EQ(first.receive(), "x");
    EXPECT_EQ(second.receive(), "x");
    EXPECT_EQ(second.receive(), "x");
}

TEST(MllpServer, refuses_addresses_that_are_not_on_its_list) {
    Kept kept;
    ServerSettings settings;
    settings.allowed = {"10.0.0.0/8"};
    const auto server = started(kept, settings);
    Client client(server->port());
    EXPECT_EQ(client.receive(), std::nullopt);
    EXPECT_EQ(kept.wait_for_refusal(), "not-allowed");
}

TEST(MllpServer, refuses_more_connections_than_it_serves) {
    for (const bool each : {false, true}) {
        Kept kept;
        ServerSettings settings;
        (each ? settings.max_connections_per_address : settings.max_connections) = 1;
        const auto server = started(kept, settings);
        Client first(server->port());
        first.send("a");
        ASSERT_EQ(kept.wait_for(1), 1u);
        Client second(server->port());
        EXPECT_EQ(second.receive(), std::nullopt);
        EXPECT_EQ(kept.wait_for_refusal(), "too-many-connections");
        kept.at(0).answer->send("A");
        EXPECT_EQ(first.receive(), "A");
    }
}

TEST(MllpServer, breaks_off_what_is_no_mllp_and_goes_on) {
    for (const auto& [bytes, name] : std::vector<std::pair<std::string, std::string>>{
             {"GET / HTTP/1.1\r\n\r\n", "outside-frame"},
             {"\x0Bone\x0Btwo", "frame-cut"},
             {"\x0B" + std::string(2000, 'x'), "frame-too-large"}}) {
        Kept kept;
        ServerSettings settings;
        settings.max_frame_bytes = 1000;
        const auto server = started(kept, settings);
        Client client(server->port());
        client.send_bytes(bytes);
        EXPECT_EQ(client.receive(), std::nullopt);
        EXPECT_EQ(kept.wait_for_refusal(), name);
        Client next(server->port());
        next.send("a");
        ASSERT_EQ(kept.wait_for(1), 1u);
        kept.at(0).answer->send("A");
        EXPECT_EQ(next.receive(), "A");
    }
}

TEST(MllpServer, tells_of_a_sender_that_left_within_a_message) {
    Kept kept;
    const auto server = started(kept);
    {
        Client client(server->port());
        client.send_bytes("\x0Bhalf");
    }
    EXPECT_EQ(kept.wait_for_refusal(), "frame-cut");
    EXPECT_EQ(kept.count(), 0u);
}

TEST(MllpServer, answers_a_sender_that_sends_no_more) {
    Kept kept;
    const auto server = started(kept);
    Client client(server->port());
    client.send("a");
    client.send_no_more();
    ASSERT_EQ(kept.wait_for(1), 1u);
    kept.at(0).answer->send("A");
    EXPECT_EQ(client.receive(), "A");
    EXPECT_EQ(client.receive(), std::nullopt);
}

// The server's thread reads it while the test moves it.
class SharedClock final : public Clock {
  public:
    std::chrono::system_clock::time_point now() const override { return {}; }
    std::chrono::steady_clock::time_point steady_now() const override {
        return std::chrono::steady_clock::time_point(std::chrono::seconds(seconds_.load()));
    }
    void advance(int seconds) { seconds_ += seconds; }

  private:
    std::atomic<int> seconds_{1000};
};

TEST(MllpServer, lets_idle_connections_go) {
    Kept kept;
    SharedClock clock;
    const auto server = started(kept, {}, clock);
    Client client(server->port());
    client.send("a");
    ASSERT_EQ(kept.wait_for(1), 1u);
    clock.advance(301);  // it waits for our answer: not idle
    kept.at(0).answer->send("A");
    EXPECT_EQ(client.receive(), "A");
    clock.advance(301);
    EXPECT_EQ(client.receive(), std::nullopt);
    EXPECT_EQ(kept.wait_for_refusal(), "idle");
}

TEST(MllpServer, that_stops_gives_the_answers_it_owes) {
    Kept kept;
    const auto server = started(kept);
    Client client(server->port());
    client.send("a");
    ASSERT_EQ(kept.wait_for(1), 1u);
    std::thread stopping([&] { server->stop(); });
    kept.at(0).answer->send("A");
    EXPECT_EQ(client.receive(), "A");
    stopping.join();
    EXPECT_EQ(client.receive(), std::nullopt);
    EXPECT_THROW(Client(server->port()), std::runtime_error);
}

TEST(MllpServer, that_is_gone_is_answered_to_no_harm) {
    Kept kept;
    ServerSettings settings;
    settings.drain = std::chrono::seconds(0);
    auto server = started(kept, settings);
    Client client(server->port());
    client.send("a");
    ASSERT_EQ(kept.wait_for(1), 1u);
    server.reset();
    kept.at(0).answer->send("A");
    EXPECT_EQ(client.receive(), std::nullopt);
}

TEST(MllpServer, says_what_keeps_it_from_listening) {
    Echo echo;
    const auto first = started(echo);
    ServerSettings settings;
    settings.port = first->port();
    EXPECT_EQ(Server::start(settings, echo).error().message().substr(0, 12), "port-in-use:");
    settings.address = "nowhere";
    EXPECT_EQ(Server::start(settings, echo).error().message().substr(0, 8), "address:");
    settings.address = "127.0.0.1";
    settings.allowed = {"x"};
    EXPECT_EQ(Server::start(settings, echo).error().message().substr(0, 8), "address:");
}

TEST(MllpServer, counts) {
    Echo echo;
    const auto server = started(echo);
    Client client(server->port());
    for (int i = 0; i < 5; ++i) {
        client.send("x");
        client.receive();
    }
    const auto counts = server->counts();
    EXPECT_EQ(counts.accepted, 1u);
    EXPECT_EQ(counts.messages, 5u);
    EXPECT_EQ(counts.answers, 5u);
}

TEST(MllpServer, keeps_many_senders_apart) {
    Echo echo;
    const auto server = started(echo);
    std::vector<std::thread> senders;
    std::atomic<int> right{0};
    for (int sender = 0; sender < 8; ++sender) {
        senders.emplace_back([&, sender] {
            Client client(server->port());
            for (int i = 0; i < 200; ++i) {
                const std::string text = std::to_string(sender) + "/" + std::to_string(i);
                client.send(text);
                if (client.receive() == "re " + text) ++right;
            }
        });
    }
    for (auto& each : senders) each.join();
    EXPECT_EQ(right, 1600);
}

}  // namespace
}  // namespace huizhen::mllp
