#pragma once

// The tables of a coordinator's database. Times are milliseconds since 1970, UTC.

#include <optional>

#include <huizhen/base/clock.h>
#include <huizhen/base/sha256.h>
#include <huizhen/database/connection.h>

namespace huizhen::coordinator {

Status migrate_state(database::Connection& connection, const Clock& clock);

std::int64_t to_milliseconds(std::chrono::system_clock::time_point time);
std::chrono::system_clock::time_point from_milliseconds(std::int64_t milliseconds);

// Of what to_hex() wrote; nothing for anything else.
std::optional<Sha256Digest> digest_from_hex(std::string_view text);

}  // namespace huizhen::coordinator
