#include "line.h"

#include "options.h"

namespace huizhen::slow_link {
namespace {

using namespace std::chrono_literals;

LineSettings one_mbit() {
    LineSettings settings;
    settings.bits_per_second = 1e6;
    settings.delay = 150ms;
    return settings;
}

std::vector<Time> arrivals(Line& line) {
    std::vector<Time> times;
    while (const auto next = line.next_arrival()) {
        times.push_back(*next);
        EXPECT_FALSE(line.take(*next - 1ns));
        EXPECT_TRUE(line.take(*next));
    }
    return times;
}

TEST(Line, takes_its_bits_over_the_rate_and_the_delay) {
    Line line(one_mbit());
    for (int i = 0; i < 3; ++i) line.push(Packet(1250), 10ms);  // 10 ms each
    EXPECT_EQ(arrivals(line), (std::vector<Time>{170ms, 180ms, 190ms}));
    line.push(Packet(125), 500ms);
    EXPECT_EQ(arrivals(line), (std::vector<Time>{651ms}));
    EXPECT_EQ(line.counts().packets, 4u);
    EXPECT_EQ(line.counts().bytes, 3 * 1250u + 125u);
}

TEST(Line, without_a_rate_only_delays) {
    LineSettings settings;
    settings.delay = 5ms;
    Line line(settings);
    for (int i = 0; i < 1000; ++i) line.push(Packet(1500), 1ms);
    EXPECT_EQ(arrivals(line), std::vector<Time>(1000, 6ms));
}

TEST(Line, has_a_queue_that_ends) {
    LineSettings settings = one_mbit();
    settings.queue_bytes = 10'000;
    Line line(settings);
    for (int i = 0; i < 20; ++i) line.push(Packet(1000), 0ms);
    EXPECT_EQ(line.counts().overflowed, 10u);
    line.push(Packet(1000), 8ms);  // the first has left
    EXPECT_EQ(line.counts().overflowed, 10u);
    EXPECT_EQ(arrivals(line).size(), 11u);
}

TEST(Line, loses_the_same_packets_in_every_run) {
    LineSettings settings;
    settings.loss = 0.02;
    std::array<std::vector<std::uint8_t>, 3> runs;
    for (std::size_t run = 0; run < 3; ++run) {
        settings.seed = run < 2 ? 7 : 8;
        Line line(settings);
        for (int i = 0; i < 100'000; ++i) {
            line.push(Packet(20), 0ms);
            runs[run].push_back(line.take(0ms).has_value());
        }
        // Binomial: mean 2000, deviation 44.
        EXPECT_NEAR(static_cast<double>(line.counts().lost), 2000, 5 * 44);
    }
    EXPECT_EQ(runs[0], runs[1]);
    EXPECT_NE(runs[0], runs[2]);
}

TEST(Line, carries_nothing_in_an_outage) {
    LineSettings settings;
    settings.delay = 10ms;
    settings.outages = {{100ms, 50ms}, {1s, 1s}};
    Line line(settings);
    const auto passes = [&](Time at) {
        line.push(Packet(20), at);
        return line.take(at + 10ms).has_value();
    };
    EXPECT_TRUE(passes(89ms));
    EXPECT_FALSE(passes(90ms));  // it would arrive in it
    EXPECT_FALSE(passes(100ms));
    EXPECT_FALSE(passes(149ms));
    EXPECT_TRUE(passes(150ms));
    EXPECT_FALSE(passes(1500ms));
    EXPECT_TRUE(passes(2s));
    EXPECT_EQ(line.counts().cut, 4u);
}

std::variant<Options, std::string> parsed(std::vector<std::string> words) {
    words.insert(words.begin(), "slow_link");
    static std::vector<std::string> kept;
    kept = std::move(words);
    std::vector<char*> pointers;
    for (std::string& word : kept) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return parse(static_cast<int>(pointers.size()) - 1, pointers.data());
}

TEST(SlowLinkOptions, say_what_they_mean) {
    const auto result =
        parsed({"--rate", "1.5mbit", "--delay", "150ms", "--loss", "2%", "--queue", "32k", "--outage",
                "10s:6min", "--outage", "1s:2s", "--seed", "9", "--subnet", "3", "--", "echo"});
    ASSERT_TRUE(std::holds_alternative<Options>(result)) << std::get<std::string>(result);
    const Options& options = std::get<Options>(result);
    EXPECT_EQ(options.line.bits_per_second, 1.5e6);
    EXPECT_EQ(options.line.delay, 150ms);
    EXPECT_DOUBLE_EQ(options.line.loss, 0.02);
    EXPECT_EQ(options.line.queue_bytes, 32u << 10);
    ASSERT_EQ(options.line.outages.size(), 2u);
    EXPECT_EQ(options.line.outages[0].start, 10s);
    EXPECT_EQ(options.line.outages[0].length, 6min);
    EXPECT_EQ(options.line.seed, 9u);
    EXPECT_EQ(options.subnet, 3);
}

TEST(SlowLinkOptions, that_cannot_be_are_refused) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                  {"--rate", "1mbit"},
                                                  {"--rate", "1", "x"},
                                                  {"--rate", "fast", "x"},
                                                  {"--rate", "-1mbit", "x"},
                                                  {"--delay", "1", "x"},
                                                  {"--loss", "2", "x"},
                                                  {"--loss", "101%", "x"},
                                                  {"--outage", "5s", "x"},
                                                  {"--outage", "5s:", "x"},
                                                  {"--subnet", "256", "x"},
                                                  {"--speed", "1", "x"},
                                                  {"--rate", "nanmbit", "x"},
                                                  {"--server", "", "x"}}) {
        EXPECT_TRUE(std::holds_alternative<std::string>(parsed(words))) << ::testing::PrintToString(words);
    }
}

}  // namespace
}  // namespace huizhen::slow_link
