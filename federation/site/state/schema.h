#pragma once

// The tables of a site's database. Times are milliseconds since 1970, UTC; digests are 32 bytes.

#include <optional>

#include <huizhen/base/clock.h>
#include <huizhen/base/sha256.h>
#include <huizhen/database/connection.h>
#include <huizhen/rounds/names.h>

namespace huizhen::site {

using database::Blob;
using database::BlobView;
using rounds::WallTime;

inline constexpr std::string_view kDatabaseName = "site.db";

Status migrate_state(database::Connection& connection, const Clock& clock);
// A connection that reads, of a folder whose daemon may be running. kNotFound, "not-enrolled".
Result<std::unique_ptr<database::Connection>> open_for_reading(const std::filesystem::path& state);

WallTime wall_now(const Clock& clock);
inline std::int64_t to_milliseconds(WallTime time) { return time.time_since_epoch().count(); }
inline WallTime from_milliseconds(std::int64_t value) { return WallTime(std::chrono::milliseconds(value)); }

// kIntegrity where the column holds anything else than 32 bytes.
Result<Sha256Digest> to_digest(BlobView column);
// Of 64 hexadecimal digits.
std::optional<Sha256Digest> digest_from_hex(std::string_view text);

}  // namespace huizhen::site
