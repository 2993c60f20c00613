#pragma once

// The files a fuzzer's corpus consists of, and how the tests that replay it spoil them.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>
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

// One to four edits behind the first byte: changed, taken out, put in, or up to four overwritten.
inline std::vector<std::uint8_t> spoilt(std::vector<std::uint8_t> bytes, std::mt19937& random) {
    for (unsigned i = 0, edits = 1 + random() % 4; i < edits && bytes.size() > 1; ++i) {
        const std::size_t at = 1 + random() % (bytes.size() - 1);
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random() % 4) {
            case 0: *place = static_cast<std::uint8_t>(random()); break;
            case 1: bytes.erase(place); break;
            case 2: bytes.insert(place, static_cast<std::uint8_t>(random())); break;
            default: std::fill_n(place, std::min<std::size_t>(4, bytes.size() - at), 0xFF);
        }
    }
    return bytes;
}

}  // namespace huizhen::fuzz
