// Ten thousand messages that nobody of good will sends, at a coordinator that goes on working.

#include <fstream>
#include <random>

#include "federation.h"
#include "federation/v1/objects.pb.h"
#include "federation/v1/session.pb.h"
#include "raw_call.h"

namespace huizhen::rpc {
namespace {

namespace v1 = federation::v1;

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t all = 0, resident = 0;
    statm >> all >> resident;
    return resident * 4096;
}

std::string spoilt(std::string bytes, std::mt19937& random) {
    const auto at = [&] { return bytes.empty() ? 0 : random() % bytes.size(); };
    for (unsigned i = 0, edits = 1 + random() % 4; i < edits; ++i) {
        switch (random() % 6) {
            case 0: bytes.insert(at(), 1, static_cast<char>(random())); break;
            case 1: bytes.resize(at()); break;
            case 2: bytes.insert(at(), std::string(9, '\xFF') + '\x01'); break;  // 2^64 - 1, as a varint
            case 3: bytes += bytes.substr(at()); break;
            case 4: bytes += std::string(random() % 3000, static_cast<char>(random())); break;
            default: bytes[at()] = static_cast<char>(random());
        }
        if (bytes.empty()) bytes = "\x08";
    }
    return bytes;
}

// More of something than anybody has.
std::string huge(std::mt19937& random) {
    v1::FromNode message;
    v1::Hello& hello = *message.mutable_hello();
    hello.set_site("st-mary");
    hello.add_protocol_versions(1);
    switch (random() % 4) {
        case 0:
            for (int i = 0; i < 20'000; ++i) hello.add_positions()->set_plan("plan");
            break;
        case 1:
            for (int i = 0; i < 20'000; ++i) hello.add_tasks("t");
            break;
        case 2:
            for (int i = 0; i < 100'000; ++i) hello.add_protocol_versions(static_cast<unsigned>(i));
            break;
        default: hello.set_software_version(std::string(1 << 20, 'v'));
    }
    return message.SerializeAsString();
}

class Malformed : public ::testing::Test {
  protected:
    void one(std::mt19937& random) {
        const SiteId site("st-mary");
        const std::string hello = write_hello({{1}, "test", site, {"task"}, {{"plan", 1, 2, {3}}}}).value();
        switch (random() % 5) {
            case 0: {
                RawCall call(channel, RawCall::kSession);
                call.write(random() % 50 == 0 ? huge(random) : spoilt(hello, random));
                if (call.read()) return;  // spoilt into something right
                count(call);
                return;
            }
            case 1:
            case 2: {
                RawCall call(channel, RawCall::kSession);
                const std::string session = call.open("st-mary");
                if (session.empty()) return count(call);  // "busy": too many at once
                FrameOrder order(session, site);
                call.write(
                    spoilt(write_from_node(order.frame(round_message("body")), Limits()).value(), random));
                call.write(write_from_node(order.frame(Notice{"last", ""}), Limits()).value() + "\xFF");
                count(call);
                return;
            }
            case 3: {
                v1::GetRequest request;
                request.set_digest(std::string(32, 'd'));
                request.set_credit(random());
                RawCall call(channel, RawCall::kGet);
                call.write(spoilt(request.SerializeAsString(), random));
                count(call);
                return;
            }
            default: {
                v1::PutRequest request;
                request.set_digest(std::string(name.begin(), name.end()));
                request.set_size(1000);
                RawCall call(channel, RawCall::kPut);
                call.write(random() % 2 != 0 ? request.SerializeAsString()
                                             : spoilt(request.SerializeAsString(), random));
                request.Clear();
                request.set_chunk(std::string(500, 'c'));
                call.write(spoilt(request.SerializeAsString(), random));
                call.write("");
                count(call);
            }
        }
    }

    void count(RawCall& call) {
        const auto status = call.end();
        if (status.ok()) return;
        ++refused;
        const Error error = from_grpc(status);  // what gRPC says of itself becomes "unreachable"
        named += error.code() != ErrorCode::kInternal && !is_refusal(error, Refusal::kUnreachable);
    }

    Coordinator coordinator;
    std::shared_ptr<grpc::Channel> channel = channel_to(coordinator.address(), authority().site("st-mary"));
    const Sha256Digest name = digest_of(random_bytes(1000));
    int refused = 0, named = 0;
};

TEST_F(Malformed, ten_thousand_messages_are_refused_without_a_crash_or_growth) {
    coordinator.grants.expect("st-mary", name, 1000);
    std::mt19937 random(11);
    for (int i = 0; i < 1'000; ++i) one(random);
    const std::size_t before = resident_bytes();
    for (int i = 0; i < 9'000; ++i) one(random);
    const std::size_t after = resident_bytes();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep what was freed
    EXPECT_LT(after, before + (48 << 20));
#else
    static_cast<void>(before), static_cast<void>(after);
#endif
    EXPECT_GT(refused, 9'000);
    EXPECT_EQ(named, refused);
    Node good("st-mary", coordinator.address());
    ASSERT_TRUE(good.handler.diary.wait("connected"));
    ASSERT_TRUE(good.link->send(round_message("alive")));
    ASSERT_TRUE(coordinator.sessions.diary.wait("message st-mary plan/1/2 alive"));
}

TEST_F(Malformed, a_message_beyond_all_limits_never_gets_to_the_parser) {
    RawCall call(channel, RawCall::kSession);
    call.write(std::string(64 << 20, 'x'));
    EXPECT_TRUE(call.refusal().starts_with("too-large: "));
    RawCall next(channel, RawCall::kSession);
    EXPECT_FALSE(next.open("st-mary").empty());
}

TEST(Chunks, are_read_from_any_encoding_and_never_beyond_their_bytes) {
    std::mt19937 random(5);
    for (int trial = 0; trial < 10'000; ++trial) {
        v1::GetReply reply;
        reply.set_chunk(std::string(random() % 300, 'c'));
        std::string bytes = reply.SerializeAsString();
        if (trial % 2 != 0) bytes = spoilt(bytes, random);
        // In pieces, as the network hands them over.
        std::vector<grpc::Slice> pieces;
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t size = 1 + random() % 40;
            pieces.emplace_back(bytes.substr(at, size));
            at += size;
        }
        const grpc::ByteBuffer buffer(pieces.data(), pieces.size());
        const auto chunk = chunk_of(buffer, v1::GetReply::kChunkFieldNumber);
        if (!chunk) continue;
        std::string joined;
        for (const auto& slice : *chunk) joined.append(slice.begin(), slice.end());
        v1::GetReply read;
        ASSERT_TRUE(read.ParseFromString(bytes)) << trial;
        ASSERT_EQ(read.chunk(), joined) << trial;
    }
}

}  // namespace
}  // namespace huizhen::rpc
