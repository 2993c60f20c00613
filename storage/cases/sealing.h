#pragma once

// Sealed columns: JSON or bytes, bound to their table and row.

#include <nlohmann/json.hpp>

#include "core.h"

namespace huizhen::cases {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t kMaxSealedBytes = 64 << 20;

// UTF-8 that is none becomes U+FFFD: the original is in the object or the message it came in.
std::string to_text(const Json& json);

Bytes seal_bytes(const Core& core, std::string_view table, std::int64_t row, vault::BytesView plain);
Bytes seal_json(const Core& core, std::string_view table, std::int64_t row, const Json& json);

Result<Bytes> open_bytes(const Core& core, std::string_view table, std::int64_t row, const Blob& sealed);
tl::unexpected<Error> malformed(std::string_view table, std::int64_t row);

// decode(json), whose exceptions become kIntegrity, "case-malformed".
template <typename Decode>
auto open_json(const Core& core, std::string_view table, std::int64_t row, const Blob& sealed, Decode decode)
    -> Result<decltype(decode(Json()))> {
    HZ_ASSIGN(const Bytes plain, open_bytes(core, table, row, sealed));
    try {
        return decode(Json::parse(plain.begin(), plain.end()));
    } catch (const nlohmann::json::exception&) {
        return malformed(table, row);
    }
}

}  // namespace huizhen::cases
