#pragma once

// One sender: its frames in, its answers out, in order. The server's thread alone.

#include <deque>

#include "channel.h"

namespace huizhen::mllp {

using TimePoint = std::chrono::steady_clock::time_point;

class Connection {
  public:
    Connection(Channel channel, std::string address, std::size_t max_frame_bytes, bool secured, TimePoint now)
        : channel_(std::move(channel)), framer_(max_frame_bytes), handshaking_(secured), active_(now) {
        peer_.address = std::move(address);
    }

    enum class Life { kGoesOn, kOver };
    struct Step {
        Life life = Life::kGoesOn;
        std::optional<Error> why;  // where it ends by somebody's fault
    };

    // What the socket is ready for. Reads at most one buffer, so that nobody is left waiting.
    Step receive(TimePoint now, std::span<char> buffer);
    Step flush(TimePoint now);

    // Messages that came whole; each has a number, under which its answer comes.
    std::optional<std::string> next_message() { return framer_.next(); }
    std::uint64_t expect_answer(std::size_t bytes);
    // False where it closes the connection.
    bool answer(std::uint64_t message, std::optional<std::string> text, bool close);

    std::size_t unanswered() const { return slots_.size(); }
    std::size_t unanswered_bytes() const { return unanswered_bytes_; }
    bool has_output() const { return !output_.empty(); }
    std::size_t output_bytes() const { return output_.size(); }
    bool wants_to_write() const { return has_output() || channel_.wants_to_write(); }
    bool handshaking() const { return handshaking_; }
    bool ended() const { return ended_; }  // the sender sends no more, and waits for its answers
    TimePoint active() const { return active_; }
    const Peer& peer() const { return peer_; }
    int descriptor() const { return channel_.descriptor(); }
    void say_goodbye() { channel_.say_goodbye(); }

  private:
    struct Slot {
        std::size_t bytes;
        bool answered = false;
        std::optional<std::string> text;
    };
    Step shake_hands(TimePoint now);
    Channel channel_;
    Framer framer_;
    Peer peer_;
    std::deque<Slot> slots_;        // messages in order, the oldest without an answer first
    std::uint64_t first_slot_ = 0;  // its number
    std::size_t unanswered_bytes_ = 0;
    std::string output_;
    bool handshaking_, ended_ = false;
    TimePoint active_;
};

}  // namespace huizhen::mllp
