#pragma once

// One direction of a slow line, as arithmetic over packets and times: no clock, no sockets, no threads.

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <vector>

namespace huizhen::slow_link {

using Time = std::chrono::nanoseconds;  // since the line was opened
using Packet = std::vector<std::uint8_t>;

struct Outage {
    Time start, length;
    bool covers(Time at) const { return at >= start && at < start + length; }
};

struct LineSettings {
    double bits_per_second = 0;  // of whole IP packets; 0: as fast as it goes
    Time delay{};                // one way
    double loss = 0;             // 0 to 1, each packet by itself
    std::size_t queue_bytes = 64 << 10;
    std::vector<Outage> outages;
    std::uint64_t seed = 1;
};

struct LineCounts {
    std::uint64_t packets = 0, bytes = 0;  // delivered
    std::uint64_t lost = 0;                // by chance
    std::uint64_t overflowed = 0;          // no room in the queue
    std::uint64_t cut = 0;                 // by an outage
};

// A packet waits until those before it are sent, takes its bits over the rate to be sent, and arrives `delay`
// later. It is lost by the dice, where the queue is full, or where it is sent or would arrive in an outage.
// The dice are cast once a packet, in order: the same packets are lost in every run.
class Line {
  public:
    explicit Line(LineSettings settings) : settings_(std::move(settings)), dice_(settings_.seed) {}

    void push(Packet packet, Time now);
    std::optional<Time> next_arrival() const;
    std::optional<Packet> take(Time now);  // what has arrived by now, oldest first

    const LineCounts& counts() const { return counts_; }

  private:
    struct Flying {
        Time arrival;
        Packet packet;
    };
    bool lost();
    bool cut(Time at) const;

    LineSettings settings_;
    std::mt19937_64 dice_;
    std::deque<Flying> flying_;
    Time free_at_{};
    LineCounts counts_;
};

}  // namespace huizhen::slow_link
