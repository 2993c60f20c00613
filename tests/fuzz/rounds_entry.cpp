#include "rounds_entry.h"

#include <huizhen/base/check.h>
#include <huizhen/rpc/round_codec.h>

namespace huizhen::fuzz {

namespace {

template <typename Read>
bool refused(const Read& read) {
    const std::string& text = read.error().message();
    HZ_CHECK(text.starts_with("malformed: ") || text.starts_with("too-large: "), "a refusal by name");
    return false;
}

template <typename Decode>
bool check(Decode decode, std::span<const std::uint8_t> bytes) {
    const auto read = decode(bytes);
    if (!read) return refused(read);
    const secagg::Bytes written = rpc::encode(*read);
    const auto again = decode(written);
    // Not by ==: a NaN of a hostile plan is not itself.
    HZ_CHECK(again && rpc::encode(*again) == written, "what was read is written and read again");
    return true;
}

bool check_message(std::uint8_t step, std::span<const std::uint8_t> bytes) {
    const auto read = rpc::decode({"plan", 1, step, {bytes.begin(), bytes.end()}});
    if (!read) return refused(read);
    const rpc::RoundMessage written = rpc::encode_round_message(*read);
    const auto again = rpc::decode(written);
    HZ_CHECK(again && rpc::encode_round_message(*again) == written,
             "what was read is written and read again");
    return true;
}

}  // namespace

bool read_rounds(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return false;
    const auto rest = bytes.subspan(1);
    switch (bytes[0]) {
        case 17: return check(rpc::decode_plan, rest);
        case 18: return check(rpc::decode_setup, rest);
        case 19: return check(rpc::decode_coordinator_input, rest);
        case 20: return check(rpc::decode_result, rest);
        case 21: return check(rpc::decode_site_setup, rest);
        case 22: return check(rpc::decode_site_input, rest);
        default: return check_message(bytes[0], rest);
    }
}

}  // namespace huizhen::fuzz
