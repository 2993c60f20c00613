#pragma once

// Every maximum of the transport, by name.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace huizhen::rpc {

inline constexpr std::uint32_t kProtocolVersion = 1;  // the newest that this software speaks
inline constexpr std::uint32_t kOldestProtocolVersion = 1;

inline constexpr std::size_t kMaxSiteNameBytes = 128;
inline constexpr std::size_t kMaxPlanNameBytes = 128;
inline constexpr std::size_t kMaxDetailBytes = 256;
inline constexpr std::size_t kMaxPositions = 256;
inline constexpr std::size_t kMaxTasks = 64;
inline constexpr std::size_t kMaxSentenceBytes = 1024;
inline constexpr std::size_t kMaxHelloBytes = 64 << 10;
inline constexpr std::size_t kMaxEnrolmentBytes = 16 << 10;
inline constexpr std::size_t kMaxChunkBytes = 1 << 20;

struct Limits {
    std::size_t max_frame_bytes = 4 << 20;        // one round message with all that is around it
    std::size_t max_queued_frames = 256;          // per session, not yet handed to the network
    std::size_t max_queued_bytes = 16 << 20;      // per session
    std::size_t max_sessions = 4096;              // of different sites; a site has one
    std::size_t max_streams_per_connection = 16;  // a session, and transfers beside it
    std::size_t max_transfers = 256;              // objects under way, of all sites together
    std::size_t max_transfers_per_site = 4;
    std::uint64_t max_object_bytes = 1ULL << 40;      // 1 TiB
    std::uint64_t durable_every_bytes = 64ULL << 20;  // an upload is flushed to the disk so often
    std::size_t max_memory_bytes = 1ULL << 30;        // what gRPC may buffer for all connections together
    unsigned enrolments_per_minute = 60;              // of callers without a certificate, all together
    unsigned polls_per_minute = 1200;                 // of those whose request waits for approval
    std::size_t max_enrolment_calls = 128;            // that wait for the program's answer, all together
    std::size_t max_enrolment_calls_per_site = 8;
    std::size_t max_enrolment_calls_of_strangers = 32;  // all together

    std::chrono::milliseconds handshake{20'000};  // TCP to the end of TLS
    std::chrono::milliseconds hello{20'000};      // from the opened stream to the hello
    std::chrono::milliseconds heartbeat_period{15'000};
    std::chrono::milliseconds silence_limit{90'000};   // must be several heartbeats
    std::chrono::milliseconds keepalive_time{30'000};  // HTTP/2 ping on a quiet connection
    std::chrono::milliseconds keepalive_timeout{
        60'000};                                    // its answer may wait behind bulk data on a slow link
    std::chrono::milliseconds sweep_period{1'000};  // how often live sessions are checked again
};

}  // namespace huizhen::rpc
