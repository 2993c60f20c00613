#pragma once

// Every certificate ever issued, in order, in a hash chain. The coordinator shows it to every site; a site
// keeps the last head it saw, so that nothing shown once can be taken back, and a person can read the names
// and compare the head's code with another hospital's by telephone.

#include <huizhen/identity/peer_identity.h>

namespace huizhen::identity {

struct LogHead {
    std::uint64_t count = 0;
    Sha256Digest hash{};  // of the last entry; zeros before the first
    bool operator==(const LogHead&) const = default;
};

struct LogEntry {
    Role role = Role::kSite;
    std::string name;
    Serial serial{};
    Sha256Digest fingerprint{};
    Time issued;  // whole seconds
    bool operator==(const LogEntry&) const = default;
};

LogEntry log_entry(const PeerIdentity& issued, Time at);

// SHA-256("huizhen issuance 1", 0, previous hash, u64 number, u8 role, u8 size, name, serial, fingerprint,
// u64 seconds); numbers big-endian.
LogHead append(const LogHead& head, const LogEntry& entry);

// The head after `entries`, which follow `known`. "log-rewritten" unless that is what the coordinator says.
Result<LogHead> follow(const LogHead& known, std::span<const LogEntry> entries, const LogHead& claimed);

// Twenty characters in groups of five, 100 bits of the head: two sites with the same code saw the same log.
std::string comparison_code(const LogHead& head);

}  // namespace huizhen::identity
