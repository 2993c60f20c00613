#pragma once

// Arrays as numpy.savez writes them: a ZIP archive (PKWARE APPNOTE 6.3, stored or deflated members, no ZIP64,
// no encryption) of .npy files (NEP 1, versions 1 to 3). Sizes are checked before anything is allocated or
// inflated, and every member against its CRC-32.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::node {

inline constexpr std::size_t kMaxArchiveBytes = std::size_t{1} << 30;
inline constexpr std::size_t kMaxArchiveMembers = 1024;
inline constexpr std::size_t kMaxMemberBytes = std::size_t{512} << 20;  // inflated
inline constexpr std::size_t kMaxArrayDimensions = 8;

// The members of a ZIP archive by name, inflated.
Result<std::map<std::string, std::vector<std::byte>>> read_zip(std::span<const std::byte> archive);

// A C-ordered, little-endian array.
struct NpyArray {
    std::string type;  // numpy's name: "|u1", "<i2", "<i4", "<i8", "<f4", "<f8"
    std::vector<std::size_t> shape;
    std::vector<std::byte> data;

    std::size_t count() const;
    // Every element as a double. kLimitExceeded past 2^53 for 64-bit integers.
    Result<std::vector<double>> as_doubles() const;
    // kMalformedInput unless `type` is that of T: std::uint8_t "|u1", std::int16_t "<i2", float "<f4".
    template <typename T>
    Result<std::vector<T>> as() const;
};

Result<NpyArray> parse_npy(std::span<const std::byte> bytes);
// Arrays by name, without the ".npy".
Result<std::map<std::string, NpyArray>> read_npz(const std::filesystem::path& path);

}  // namespace huizhen::node
