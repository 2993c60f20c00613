#include "records_mllp_entry.h"

#include <vector>

#include <huizhen/base/check.h>
#include <huizhen/mllp/framer.h>

namespace huizhen::fuzz {
namespace {

constexpr std::size_t kMaxFrameBytes = 4096;

struct Found {
    std::vector<std::string> frames;
    bool good = true, open = false;
};

Found read(std::string_view stream, std::size_t piece) {
    mllp::Framer framer(kMaxFrameBytes);
    Found found;
    while (!stream.empty() && found.good) {
        found.good = framer.push(stream.substr(0, piece)).has_value();
        stream.remove_prefix(std::min(piece, stream.size()));
        while (auto frame = framer.next()) {
            HZ_CHECK(frame->size() <= kMaxFrameBytes, "no longer than may be");
            HZ_CHECK(frame->find_first_of("\x0B\x1C") == std::string::npos, "no frame in a frame");
            found.frames.push_back(std::move(*frame));
        }
    }
    HZ_CHECK(!found.good || framer.waiting_bytes() <= kMaxFrameBytes, "holds no more than may be");
    found.open = framer.within_frame();
    return found;
}

}  // namespace

bool read_records_mllp(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return false;
    const std::string_view stream(reinterpret_cast<const char*>(bytes.data()) + 1, bytes.size() - 1);
    const Found whole = read(stream, stream.size() + 1), pieces = read(stream, bytes.front() % 97u + 1);
    HZ_CHECK(whole.good == pieces.good && whole.frames == pieces.frames, "the same however it is cut");
    return whole.good && !whole.open && !whole.frames.empty();
}

}  // namespace huizhen::fuzz
