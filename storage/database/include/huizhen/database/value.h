#pragma once

// What goes into a statement and comes out of a row.

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace huizhen::database {

using Blob = std::vector<std::uint8_t>;
using BlobView = std::span<const std::uint8_t>;

// Bound to ?1, ?2, ... in order; std::monostate is NULL. Text and blobs are borrowed during the call alone.
using Value = std::variant<std::monostate, std::int64_t, double, std::string_view, BlobView>;

// Longer texts and blobs are refused (kLimitExceeded): they belong into storage/objects.
inline constexpr int kMaxValueBytes = 64 << 20;

}  // namespace huizhen::database
