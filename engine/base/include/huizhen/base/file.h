#pragma once

// Whole files: read with a limit, written so that a crash or a full disk leaves the old one or none.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen {

Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::size_t max_bytes);

// Writes beside the target, fsyncs, renames over it, fsyncs the folder. On failure nothing is left behind.
Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
Status write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace huizhen
