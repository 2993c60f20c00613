#pragma once

// Sequence numbers of one session, both directions: nothing is repeated, skipped, or acknowledged that was
// never sent. One thread at a time.

#include "codec.h"

namespace huizhen::rpc {

class FrameOrder {
  public:
    FrameOrder(std::string session, SiteId site) : session_(std::move(session)), site_(std::move(site)) {}

    // The next frame to send, with its numbers.
    Frame frame(std::variant<Positions, RoundMessage, Notice> content) {
        return {session_, ++sent_, received_, site_, std::move(content)};
    }
    // The last frame() never left: it was beyond a limit.
    void take_back() { --sent_; }

    // "wrong-session", "wrong-site", "repeated", "out-of-order", "malformed".
    Status accept(const Frame& frame);

    std::uint64_t unacknowledged() const { return sent_ - acknowledged_; }

  private:
    std::string session_;
    SiteId site_;
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t acknowledged_ = 0;
};

}  // namespace huizhen::rpc
