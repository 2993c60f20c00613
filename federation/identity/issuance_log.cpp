#include <huizhen/identity/issuance_log.h>
#include <huizhen/identity/refusal.h>

#include "code_text.h"

namespace huizhen::identity {

namespace {

void put(Bytes& out, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(number >> shift));
}
void put(Bytes& out, BytesView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

LogEntry log_entry(const PeerIdentity& issued, Time at) {
    return {issued.role, issued.name, issued.serial, issued.fingerprint,
            std::chrono::floor<std::chrono::seconds>(at)};
}

LogHead append(const LogHead& head, const LogEntry& entry) {
    constexpr std::string_view kPurpose{"huizhen issuance 1\0", 19};
    Bytes text(kPurpose.begin(), kPurpose.end());
    put(text, BytesView(head.hash));
    put(text, head.count + 1);
    text.push_back(static_cast<std::uint8_t>(entry.role));
    text.push_back(static_cast<std::uint8_t>(entry.name.size()));
    text.insert(text.end(), entry.name.begin(), entry.name.end());
    put(text, BytesView(entry.serial));
    put(text, BytesView(entry.fingerprint));
    put(text, static_cast<std::uint64_t>(std::chrono::system_clock::to_time_t(entry.issued)));
    return {head.count + 1, sha256(std::as_bytes(std::span(text)))};
}

Result<LogHead> follow(const LogHead& known, std::span<const LogEntry> entries, const LogHead& claimed) {
    LogHead head = known;
    for (const LogEntry& entry : entries) {
        HZ_TRY(check_name(entry.name));
        head = append(head, entry);
    }
    if (head == claimed) return head;
    return refusal::kLogRewritten.because(
        "the log of certificates does not continue the one seen here up to " + std::to_string(known.count));
}

std::string comparison_code(const LogHead& head) { return code_text(head.hash); }

}  // namespace huizhen::identity
