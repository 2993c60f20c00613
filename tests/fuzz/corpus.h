#pragma once

// The files a fuzzer's corpus consists of, for the tests that replay it.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <vector>

#include <huizhen/base/file.h>

namespace huizhen::fuzz {

inline std::vector<std::vector<std::uint8_t>> read_corpus(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::vector<std::uint8_t>> files;
    for (const auto& path : paths) {
        const auto bytes = read_file(path, 1 << 20).value();
        const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
        files.emplace_back(data, data + bytes.size());
    }
    return files;
}

}  // namespace huizhen::fuzz
