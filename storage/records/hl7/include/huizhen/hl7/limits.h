#pragma once

// What a message may have; more is refused before anything is made of it.

#include <cstddef>

namespace huizhen::hl7 {

inline constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20;  // reports carry PDF files
inline constexpr std::size_t kMaxSegments = 100'000;
inline constexpr std::size_t kMaxFields = 1'000;        // of a segment; the standard's longest has 80
inline constexpr std::size_t kMaxRepetitions = 10'000;  // of a field that is read
inline constexpr std::size_t kMaxWarnings = 100;        // of a message; the last says that there were more

}  // namespace huizhen::hl7
