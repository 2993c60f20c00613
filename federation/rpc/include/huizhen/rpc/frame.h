#pragma once

// What a session carries, as plain values.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <huizhen/secure_aggregation/signature.h>

namespace huizhen::rpc {

using secagg::Bytes;
using secagg::BytesView;
using secagg::SiteId;

// Where a side stands in a plan. The transport carries it and does not read it.
struct Position {
    std::string plan;         // at most kMaxPlanNameBytes
    std::uint64_t round = 0;  // counted from 1; 0: none yet
    std::uint32_t step = 0;   // number of a step of the round's state machine
    Bytes detail;             // at most kMaxDetailBytes
    bool operator==(const Position&) const = default;
};

struct RoundMessage {
    std::string plan;
    std::uint64_t round = 0;
    std::uint32_t step = 0;
    Bytes body;  // the round's own encoding
    bool operator==(const RoundMessage&) const = default;
};

// What a person or a log should know; never changes a round.
struct Notice {
    std::string name;      // stable: "replaced", "busy", "shutting-down"
    std::string sentence;  // at most kMaxSentenceBytes
    bool operator==(const Notice&) const = default;
};

struct Hello {
    std::vector<std::uint32_t> protocol_versions;
    std::string software_version;
    SiteId site;
    std::vector<std::string> tasks;
    std::vector<Position> positions;
    bool operator==(const Hello&) const = default;
};

struct Welcome {
    std::uint32_t protocol_version = 0;
    std::chrono::system_clock::time_point server_time;
    std::chrono::milliseconds heartbeat_period{};
    std::chrono::milliseconds silence_limit{};
};

}  // namespace huizhen::rpc
