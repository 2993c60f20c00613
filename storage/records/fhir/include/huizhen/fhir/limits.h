#pragma once

// What a document may have; more is refused before it is kept in memory.

#include <cstddef>

namespace huizhen::fhir {

inline constexpr std::size_t kMaxBytes = std::size_t{32} << 20;
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxValues = 2'000'000;
inline constexpr std::size_t kMaxEntries = 100'000;  // of a bundle
inline constexpr std::size_t kMaxWarnings = 100;

}  // namespace huizhen::fhir
