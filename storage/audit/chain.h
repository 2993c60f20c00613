#pragma once

// What is hashed and signed. Numbers are 8 bytes, little-endian; texts have their length in front.
//   commitment = SHA-256("huizhen audit reason 1", salt[32], why)
//   hash       = SHA-256("huizhen audit entry 1", hash before[32] (zeros for the first), number, time in
//                microseconds, who, what, from, 0 or 1 and about[32], commitment[32])
//   signature  = Ed25519("huizhen audit head 1", number, hash[32])

#include <huizhen/audit/event.h>
#include <huizhen/base/sha256.h>
#include <huizhen/database/value.h>

namespace huizhen::audit {

struct Entry {
    std::int64_t number = 0;
    std::int64_t time_us = 0;
    std::string who, what, from;
    std::optional<Reference> about;
    Sha256Digest commitment{};
};

Sha256Digest commitment_of(std::span<const std::uint8_t> salt, std::string_view why);
Sha256Digest entry_hash(const Sha256Digest& before, const Entry& entry);
database::Blob head_message(std::int64_t number, const Sha256Digest& hash);

}  // namespace huizhen::audit
