#pragma once

// versions/N.db is a database as the program that knew N steps left it. A new step needs its file:
// HUIZHEN_WRITE_VERSION=1 and the test program of its component, once, before it ships.

#include <cstdint>
#include <filesystem>

namespace huizhen::storage_test {

// Where the file of the newest version is to be written; empty where it is there, or nobody asked for it.
std::filesystem::path version_to_write(const std::filesystem::path& versions, std::int64_t newest);

// A copy of versions/N.db in `folder`, to be opened. Throws where there is no such file.
std::filesystem::path copy_of_version(const std::filesystem::path& versions, std::int64_t version,
                                      const std::filesystem::path& folder);

}  // namespace huizhen::storage_test
