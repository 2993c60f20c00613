#include "connection.h"

namespace huizhen::mllp {
namespace {

Connection::Step over(std::optional<Error> why = std::nullopt) {
    return {Connection::Life::kOver, std::move(why)};
}

}  // namespace

Connection::Step Connection::shake_hands(TimePoint now) {
    switch (channel_.handshake()) {
        case Channel::State::kDone:
            handshaking_ = false;
            peer_.certificate = channel_.certificate_name();
            active_ = now;
            return {};
        case Channel::State::kWait: return {};
        default:
            return over(Error(ErrorCode::kPermissionDenied,
                              "tls-failed: no TLS 1.2 or newer, or no certificate that is known here"));
    }
}

Connection::Step Connection::receive(TimePoint now, std::span<char> buffer) {
    if (handshaking_) {
        Step step = shake_hands(now);
        if (handshaking_ || step.life == Life::kOver) return step;
    }
    const Channel::Moved moved = channel_.read(buffer);
    switch (moved.state) {
        case Channel::State::kWait: return {};
        case Channel::State::kBroken: return over(Error(ErrorCode::kIo, "broken-off: the connection failed"));
        case Channel::State::kClosed:
            if (framer_.within_frame())
                return over(Error(ErrorCode::kMalformedInput, "frame-cut: the sender left within a message"));
            ended_ = true;
            return slots_.empty() && output_.empty() ? over() : Step();
        case Channel::State::kDone: break;
    }
    active_ = now;
    const Status pushed = framer_.push(std::string_view(buffer.data(), moved.bytes));
    return pushed ? Step() : over(pushed.error());
}

Connection::Step Connection::flush(TimePoint now) {
    if (handshaking_) return shake_hands(now);
    std::size_t sent = 0;
    while (sent < output_.size()) {
        const Channel::Moved moved = channel_.write(std::string_view(output_).substr(sent));
        if (moved.state == Channel::State::kWait) break;
        if (moved.state != Channel::State::kDone)
            return over(Error(ErrorCode::kIo, "broken-off: the sender left before its answer"));
        sent += moved.bytes;
    }
    if (sent > 0) active_ = now;
    output_.erase(0, sent);
    return ended_ && output_.empty() && slots_.empty() ? over() : Step();
}

std::uint64_t Connection::expect_answer(std::size_t bytes) {
    slots_.push_back({bytes, false, std::nullopt});
    unanswered_bytes_ += bytes;
    return first_slot_ + slots_.size() - 1;
}

bool Connection::answer(std::uint64_t message, std::optional<std::string> text, bool close) {
    if (close) return false;
    Slot& slot = slots_[message - first_slot_];
    slot.answered = true;
    slot.text = std::move(text);
    while (!slots_.empty() && slots_.front().answered) {
        if (slots_.front().text) output_ += framed(*slots_.front().text);
        unanswered_bytes_ -= slots_.front().bytes;
        slots_.pop_front();
        ++first_slot_;
    }
    return true;
}

}  // namespace huizhen::mllp
