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

// Who may read a written file.
enum class Readers {
    kOwner,    // 0600, whatever the umask: results are patient data
    kByUmask,  // 0644 less the umask: models, which other accounts run
};

// Writes beside the target, fsyncs, renames over it, fsyncs the folder. On failure nothing is left behind.
Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes,
                             Readers readers = Readers::kOwner);
Status write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace huizhen
