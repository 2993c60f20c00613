#pragma once

// A row of the audit, with its reason where that was not erased.

#include <huizhen/database/connection.h>

#include "chain.h"

namespace huizhen::audit {

struct StoredEntry {
    Entry entry;
    Sha256Digest hash{};
    std::optional<std::string> why;
    database::Blob salt;
};

inline constexpr std::string_view kSelectEntries =
    "SELECT e.number, time_us, who, what, origin, about, commitment, hash, salt, why FROM audit_entries e "
    "LEFT JOIN "
    "audit_reasons r ON r.number = e.number ORDER BY e.number";

template <std::size_t N>
Status read_fixed(const database::Rows& rows, int column, std::array<std::uint8_t, N>& into) {
    HZ_ASSIGN(const database::Blob bytes, rows.get<database::Blob>(column));
    if (bytes.size() != N) return fail(ErrorCode::kIntegrity, "audit-malformed: a value has another length");
    std::copy(bytes.begin(), bytes.end(), into.begin());
    return {};
}

// Of kSelectEntries.
inline Result<StoredEntry> read_entry(const database::Rows& rows) {
    StoredEntry stored;
    HZ_ASSIGN(stored.entry.number, rows.get<std::int64_t>(0));
    HZ_ASSIGN(stored.entry.time_us, rows.get<std::int64_t>(1));
    HZ_ASSIGN(stored.entry.who, rows.get<std::string>(2));
    HZ_ASSIGN(stored.entry.what, rows.get<std::string>(3));
    HZ_ASSIGN(stored.entry.from, rows.get<std::string>(4));
    HZ_ASSIGN(const auto about, rows.get<std::optional<database::Blob>>(5));
    if (about) HZ_TRY(read_fixed(rows, 5, stored.entry.about.emplace()));
    HZ_TRY(read_fixed(rows, 6, stored.entry.commitment));
    HZ_TRY(read_fixed(rows, 7, stored.hash));
    HZ_ASSIGN(auto salt, rows.get<std::optional<database::Blob>>(8));
    HZ_ASSIGN(stored.why, rows.get<std::optional<std::string>>(9));
    stored.salt = std::move(salt).value_or(database::Blob());
    return stored;
}

}  // namespace huizhen::audit
