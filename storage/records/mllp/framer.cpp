#include <huizhen/mllp/framer.h>

namespace huizhen::mllp {
namespace {

constexpr char kStart = '\x0B', kEnd = '\x1C';

}  // namespace

Status Framer::push(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!open_) {
            const std::size_t start = bytes.find_first_not_of(" \t\r\n");
            if (start == std::string_view::npos) return {};
            if (bytes[start] != kStart)
                return fail(ErrorCode::kMalformedInput,
                            "outside-frame: bytes that no VT begins; is this MLLP?");
            open_ = true;
            bytes.remove_prefix(start + 1);
            continue;
        }
        const std::size_t stop = bytes.find_first_of(std::string_view("\x0B\x1C"));
        const std::string_view part = bytes.substr(0, stop);
        if (partial_.size() + part.size() > max_frame_bytes_)
            return fail(ErrorCode::kLimitExceeded, "frame-too-large: a message of more bytes than are read");
        partial_ += part;
        bytes_ += part.size();
        if (stop == std::string_view::npos) return {};
        if (bytes[stop] != kEnd)
            return fail(ErrorCode::kMalformedInput, "frame-cut: a message begins within another");
        whole_.push_back(std::move(partial_));
        partial_.clear();
        open_ = false;
        bytes.remove_prefix(stop + 1);
    }
    return {};
}

std::optional<std::string> Framer::next() {
    if (whole_.empty()) return std::nullopt;
    std::string message = std::move(whole_.front());
    whole_.pop_front();
    bytes_ -= message.size();
    return message;
}

std::string framed(std::string_view message) {
    std::string frame;
    frame.reserve(message.size() + 3);
    frame += kStart;
    frame += message;
    frame += kEnd;
    frame += '\r';
    return frame;
}

}  // namespace huizhen::mllp
