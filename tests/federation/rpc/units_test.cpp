#include <random>
#include <set>

#include <huizhen/rpc/backoff.h>
#include <huizhen/rpc/services.h>

#include "federation.h"
#include "frame_order.h"
#include "raw_call.h"
#include "transfer_window.h"
#include "unix_time.h"

namespace huizhen::rpc {
namespace {

using std::chrono::milliseconds;

TEST(UnixTime, whatever_a_peer_says_is_a_moment) {
    constexpr std::int64_t kThen = 1'700'000'000'123;
    EXPECT_EQ(to_unix_ms(from_unix_ms(kThen)), kThen);
    EXPECT_EQ(to_unix_ms(from_unix_ms(-1)), 0);
    const auto last = from_unix_ms(std::numeric_limits<std::int64_t>::max());
    EXPECT_GT(last, from_unix_ms(9'000'000'000'000));
    EXPECT_EQ(from_unix_ms(to_unix_ms(last)), last);
}

TEST(Codec, gives_back_what_was_written) {
    const Hello hello{{1, 2}, "1.2", SiteId("st-mary"), {"nodules"}, {{"plan", 4, 5, {6, 7}}}};
    const std::string bytes = write_hello(hello).value();
    const auto read =
        read_from_node({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, Limits());
    EXPECT_EQ(std::get<Hello>(read.value()), hello);
    FrameOrder order(std::string(kSessionBytes, 's'), SiteId("st-mary"));
    const RoundMessage message{"plan", 1ULL << 40, 3, random_bytes(100'000)};
    const std::string frame = write_from_node(order.frame(message), Limits()).value();
    const auto again =
        read_from_node({reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size()}, Limits());
    EXPECT_EQ(std::get<RoundMessage>(std::get<Frame>(again.value()).content), message);
    EXPECT_EQ(std::get<Frame>(again.value()).sequence, 1u);
}

TEST(Codec, writes_nothing_that_it_would_not_read) {
    const SiteId site("st-mary");
    EXPECT_FALSE(write_hello({{}, "1", site, {}, {}}));
    EXPECT_FALSE(write_hello({{1}, "1", SiteId(""), {}, {}}));
    EXPECT_FALSE(write_hello({{1}, "1", SiteId("st\nmary"), {}, {}}));
    EXPECT_FALSE(write_hello({{1}, "1", SiteId(std::string(200, 'x')), {}, {}}));
    EXPECT_FALSE(write_hello({{1}, "1", site, {}, Positions(kMaxPositions + 1, Position{"plan", 1, 1, {}})}));
    EXPECT_FALSE(write_hello({{1}, "1", site, {}, {{"plan", 1, 1, Bytes(kMaxDetailBytes + 1)}}}));
    FrameOrder order(std::string(kSessionBytes, 's'), site);
    EXPECT_FALSE(write_from_node(order.frame(RoundMessage{"", 1, 1, {}}), Limits()));
    EXPECT_FALSE(write_from_node(order.frame(Notice{"n", std::string(2000, 'x')}), Limits()));
}

TEST(Codec, takes_the_control_characters_out_of_what_people_will_see) {
    FrameOrder order(std::string(kSessionBytes, 's'), SiteId("st-mary"));
    const std::string bytes =
        write_from_node(order.frame(Notice{"name", "red \x1b[31m text"}), Limits()).value();
    const auto read =
        read_from_node({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, Limits());
    EXPECT_EQ(std::get<Notice>(std::get<Frame>(read.value()).content).sentence, "red  [31m text");
}

TEST(Refusals, have_one_name_each_and_cross_the_network) {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(Refusal::kUnreachable); ++i) {
        const auto refusal = static_cast<Refusal>(i);
        EXPECT_TRUE(names.insert(refusal_name(refusal)).second);
        const Error error = refuse(refusal, "because").value();
        const Error back = from_grpc(to_grpc(error));
        EXPECT_EQ(back.code(), error.code());
        EXPECT_EQ(back.message(), error.message());
        EXPECT_TRUE(is_refusal(back, refusal));
    }
    for (int code = 1; code <= 13; ++code) {
        const Error error(static_cast<ErrorCode>(code), "name: a sentence");
        EXPECT_EQ(from_grpc(to_grpc(error)).code(), error.code());
    }
}

TEST(Refusals, of_grpc_itself_get_a_name) {
    EXPECT_TRUE(
        is_refusal(from_grpc({grpc::StatusCode::UNAVAILABLE, "failed to connect"}), Refusal::kUnreachable));
    EXPECT_TRUE(
        is_refusal(from_grpc({grpc::StatusCode::RESOURCE_EXHAUSTED, "larger than max"}), Refusal::kTooLarge));
    EXPECT_EQ(from_grpc({grpc::StatusCode::CANCELLED, "x"}).code(), ErrorCode::kCancelled);
    EXPECT_EQ(to_grpc(Error(ErrorCode::kIo, std::string(10'000, 'x') + "\x1b")).error_message().size(),
              1024u);
}

TEST(Backoff, doubles_to_its_longest_and_is_drawn_from_the_upper_half) {
    Backoff backoff(milliseconds(100), milliseconds(1000), system_random());
    for (const int most : {100, 200, 400, 800, 1000, 1000}) {
        const auto wait = backoff.wait().count();
        EXPECT_GE(wait, most / 2);
        EXPECT_LE(wait, most);
    }
    backoff.reset();
    EXPECT_LE(backoff.wait().count(), 100);
}

// A link of `rate` bytes a second and `trip` there and back, always full: how much ends up under way.
std::uint64_t settled_window(double rate, double trip) {
    SteadyTime now{};
    TransferWindow window(now);
    double arrived = 0;
    for (int i = 0; i < 400; ++i) {
        const double bytes = static_cast<double>(window.bytes());
        const double seconds = std::max(trip, bytes / rate);  // one window's time on the link
        arrived += bytes;
        now += std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
        window.arrived(static_cast<std::uint64_t>(arrived), now);
    }
    return window.bytes();
}

TEST(TransferWindow, is_about_a_second_of_the_link) {
    const std::uint64_t slow = settled_window(125'000, 0.6);  // 1 Mbit/s
    EXPECT_GE(slow, 64u << 10);
    EXPECT_LE(slow, 160'000u);
    EXPECT_GE(settled_window(12'500'000, 0.1), 6'000'000u);  // 100 Mbit/s: more than the 1.25 MB it holds
    EXPECT_EQ(settled_window(1e9, 0.0002), 8u << 20);
    EXPECT_LE(TransferWindow(SteadyTime{}).bytes(), 256u << 10);  // before anything is known
}

}  // namespace
}  // namespace huizhen::rpc
