#include "secure_aggregation_entry.h"

#include <algorithm>

#include <huizhen/base/check.h>

#include "phase_messages.h"

namespace huizhen::fuzz {

namespace {

using namespace secagg;

class Credulous final : public Directory {
  public:
    Status verify(const SiteId&, BytesView, BytesView) const override { return {}; }
};

template <typename Value, typename Write>
bool check(const Result<Value>& read, BytesView bytes, Write write) {
    if (read) {
        const Bytes again = write(*read);
        HZ_CHECK(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()),
                 "one way to write a message");
    } else {
        HZ_CHECK(is_refusal(read.error(), Refusal::kTruncated) ||
                     is_refusal(read.error(), Refusal::kMalformed) ||
                     is_refusal(read.error(), Refusal::kDuplicate) ||
                     is_refusal(read.error(), Refusal::kOutOfOrder) ||
                     is_refusal(read.error(), Refusal::kWrongRound) ||
                     is_refusal(read.error(), Refusal::kReusedKey) ||
                     is_refusal(read.error(), Refusal::kUnsupportedVersion),
                 "a refusal by name");
    }
    return read.has_value();
}

}  // namespace

bool read_secure_aggregation(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return false;
    const BytesView rest = bytes.subspan(1);
    const Credulous credulous;
    const Sha256Digest context{};
    switch (bytes[0] % 9) {
        case 0: return check(read_shares(rest), rest, write_shares);
        case 1:
            return check(read_delivery(rest), rest, [](const auto& boxes) { return write_delivery(boxes); });
        case 2: return check(read_upload(rest), rest, write_upload);
        case 3: return check(read_survivors(rest), rest, write_survivors);
        case 4:
            return check(read_signatures(rest), rest,
                         [](const auto& list) { return write_signatures(list); });
        case 5:
            return check(read_unmasking(rest), rest, [](const auto& list) { return write_unmasking(list); });
        case 6:
            return check(
                read_coordinator_frame(rest, MessageKind::kSurvivors, context), rest,
                [&](BytesView body) { return frame_of_coordinator(MessageKind::kSurvivors, context, body); });
        case 7: {
            const auto frame = read_site_frame(rest, MessageKind::kShares, context, credulous);
            return check(frame, rest, [&](const Frame& read) {
                // Everything but the signature, which only the site can make.
                Bytes text = signed_part(MessageKind::kShares, context, read.sender, read.body);
                text.insert(text.end(), rest.begin() + static_cast<std::ptrdiff_t>(text.size()), rest.end());
                return text;
            });
        }
        default: {
            // Signatures that nobody checks here are lost in reading: only that it returns, by name.
            const auto roster = read_roster(rest, context, credulous);
            return check(roster, rest, [&](const Roster& read) {
                HZ_CHECK(read.members.size() == read.shape.sites, "as many members as the shape says");
                return Bytes(rest.begin(), rest.end());
            });
        }
    }
}

}  // namespace huizhen::fuzz
