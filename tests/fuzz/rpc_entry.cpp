#include "rpc_entry.h"

#include <huizhen/base/check.h>

#include "codec.h"

namespace huizhen::fuzz {

namespace {

using namespace rpc;

BytesView view(const std::string& bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

bool refused(const Error& error) {
    HZ_CHECK(is_refusal(error, Refusal::kMalformed) || is_refusal(error, Refusal::kTooLarge),
             "a refusal by name");
    return false;
}

bool same(const Frame& a, const Frame& b) {
    return a.session == b.session && a.sequence == b.sequence && a.ack == b.ack && a.site == b.site &&
           a.content == b.content;
}

bool read_up(BytesView bytes) {
    const auto message = read_from_node(bytes, Limits());
    if (!message) return refused(message.error());
    const auto* hello = std::get_if<Hello>(&*message);
    const auto written =
        hello != nullptr ? write_hello(*hello) : write_from_node(std::get<Frame>(*message), Limits());
    HZ_CHECK(written.has_value(), "what was read can be written");
    const auto again = read_from_node(view(*written), Limits());
    HZ_CHECK(again.has_value(), "and read again");
    HZ_CHECK(hello != nullptr ? std::get<Hello>(*again) == *hello
                              : same(std::get<Frame>(*again), std::get<Frame>(*message)),
             "as the same");
    return true;
}

bool read_down(BytesView bytes) {
    const auto message = read_from_coordinator(bytes, Limits());
    if (!message) return refused(message.error());
    if (const auto* frame = std::get_if<Frame>(&*message)) {
        const auto written = write_from_coordinator(*frame, Limits());
        HZ_CHECK(written.has_value(), "what was read can be written");
        const auto again = read_from_coordinator(view(*written), Limits());
        HZ_CHECK(again && same(std::get<Frame>(*again), *frame), "and read again, as the same");
    } else {
        const auto& welcome = std::get<WelcomeMessage>(*message);
        HZ_CHECK(read_from_coordinator(view(write_welcome(welcome)), Limits()).has_value(), "and read again");
    }
    return true;
}

}  // namespace

bool read_rpc(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return false;
    return bytes[0] % 2 == 0 ? read_up(bytes.subspan(1)) : read_down(bytes.subspan(1));
}

}  // namespace huizhen::fuzz
