#pragma once

// Every maximum of the reader, checked before anything is allocated or descended into. A CT far beyond
// clinical use fits; a file built to exhaust the machine does not. Passing one is ErrorCode::kLimitExceeded.

#include <cstddef>

namespace huizhen::imaging {

inline constexpr std::size_t kMaxFiles = 20'000;  // in one folder, its subfolders included
inline constexpr int kMaxFolderDepth = 16;
inline constexpr std::size_t kMaxFileBytes = std::size_t{4} << 30;
inline constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 20;   // everything before the pixel data
inline constexpr std::size_t kMaxInflatedBytes = std::size_t{1} << 30;  // of a deflated data set
inline constexpr std::size_t kMaxInflationRatio = 200;  // the same, times its deflated size, above the next
inline constexpr std::size_t kFreeInflatedBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMaxElements = 1'000'000;  // in one file, nested ones included
inline constexpr int kMaxSequenceDepth = 16;
inline constexpr std::size_t kMaxTextBytes = 64 * 1024;  // of a value that is read as text or numbers
inline constexpr int kMaxRows = 8192;
inline constexpr int kMaxColumns = 8192;
inline constexpr int kMaxFrames = 20'000;                 // in one file
inline constexpr std::size_t kMaxFolderFrames = 200'000;  // in all files of one folder
inline constexpr std::size_t kMaxFragments = 100'000;
inline constexpr std::size_t kMaxImageVoxels = std::size_t{1} << 30;   // of one file
inline constexpr std::size_t kMaxVolumeVoxels = std::size_t{1} << 30;  // of an assembled series

}  // namespace huizhen::imaging
