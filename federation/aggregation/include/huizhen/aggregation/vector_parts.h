#pragma once

// A long vector that need not be in memory: a file, a sum still to be decoded, or a span.

#include <cstdint>
#include <functional>
#include <span>

#include <huizhen/base/result.h>

namespace huizhen::aggregation {

// Values [first, first + into.size()).
using ReadPart = std::function<Status(std::uint64_t first, std::span<float> into)>;
// The next values: all of a vector, in order, each once.
using AppendPart = std::function<Status(std::span<const float> values)>;

// Borrows `values`, which must outlive it; reading past the end is a bug.
ReadPart read_from(std::span<const float> values);
// Fills `values` from its start; writing past the end is a bug.
AppendPart append_to(std::span<float> values);

// What is held of each vector at a time.
inline constexpr std::size_t kPartValues = std::size_t{1} << 15;

}  // namespace huizhen::aggregation
