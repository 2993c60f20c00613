#pragma once

// MLLP, release 1: a message between VT (0x0B) and FS CR (0x1C 0x0D), in a stream of bytes.

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include <huizhen/base/result.h>

namespace huizhen::mllp {

inline constexpr std::size_t kMaxFrameBytes = std::size_t{16} << 20;

// Takes a stream apart, however it was cut into pieces. One thread at a time.
class Framer {
  public:
    explicit Framer(std::size_t max_frame_bytes = kMaxFrameBytes) : max_frame_bytes_(max_frame_bytes) {}

    // Errors end the stream: what follows cannot be told apart. kMalformedInput "outside-frame" where bytes
    // other than blanks and line ends stand before VT, "frame-cut" where a VT stands within a frame;
    // kLimitExceeded "frame-too-large". The CR behind FS is not waited for, since some senders leave it out.
    Status push(std::string_view bytes);
    // What is whole, in order.
    std::optional<std::string> next();
    bool within_frame() const { return open_; }
    std::size_t waiting_bytes() const { return bytes_; }

  private:
    std::size_t max_frame_bytes_;
    std::deque<std::string> whole_;
    std::string partial_;
    std::size_t bytes_ = 0;  // of all that waits
    bool open_ = false;
};

std::string framed(std::string_view message);

}  // namespace huizhen::mllp
