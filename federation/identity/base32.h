#pragma once

// Crockford's base32: no I, L, O or U, so that a person can read it aloud.

#include <optional>
#include <string_view>
#include <vector>

#include <huizhen/identity/peer_identity.h>

namespace huizhen::identity {

inline constexpr std::string_view kBase32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// 5 bits each, big-endian, zero bits behind the end.
std::vector<std::uint8_t> symbols_of(BytesView bytes);
// Nothing where the bits behind the end are not zero, or are a whole symbol or more.
std::optional<Bytes> bytes_of_symbols(std::span<const std::uint8_t> symbols);
// Reads i and l as 1, o as 0, and small letters.
std::optional<std::uint8_t> symbol_of(char character);

}  // namespace huizhen::identity
