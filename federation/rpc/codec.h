#pragma once

// Bytes of the session stream to plain values and back. Every limit of session.proto is checked here, on the
// way in; a reader trusts nothing, and what it returns is within its bounds.

#include <string>
#include <variant>

#include <huizhen/rpc/frame.h>
#include <huizhen/rpc/limits.h>
#include <huizhen/rpc/refusal.h>

namespace huizhen::rpc {

inline constexpr std::size_t kSessionBytes = 16;

using Positions = std::vector<Position>;

struct Frame {
    std::string session;  // kSessionBytes
    std::uint64_t sequence = 0;
    std::uint64_t ack = 0;
    SiteId site;
    std::variant<Positions, RoundMessage, Notice> content;
};

struct WelcomeMessage {
    Welcome welcome;
    std::string session;
};

using FromNode = std::variant<Hello, Frame>;
using FromCoordinator = std::variant<WelcomeMessage, Frame>;

// Protobuf writes a line to standard error for every text that is no UTF-8, as many as a stranger likes.
// Never again after the first call, in this process.
void silence_protobuf();

// "malformed", "too-large".
Result<FromNode> read_from_node(BytesView bytes, const Limits& limits);
Result<FromCoordinator> read_from_coordinator(BytesView bytes, const Limits& limits);

// kInvalidArgument, "malformed": beyond a limit that the reader would refuse.
Result<std::string> write_hello(const Hello& hello);
std::string write_welcome(const WelcomeMessage& welcome);
Result<std::string> write_from_node(const Frame& frame, const Limits& limits);
Result<std::string> write_from_coordinator(const Frame& frame, const Limits& limits);

}  // namespace huizhen::rpc
