#include <cstdlib>

#include <huizhen/storage_test/versions.h>

namespace huizhen::storage_test {

namespace fs = std::filesystem;

fs::path version_to_write(const fs::path& versions, std::int64_t newest) {
    const fs::path file = versions / (std::to_string(newest) + ".db");
    return std::getenv("HUIZHEN_WRITE_VERSION") == nullptr || fs::exists(file) ? fs::path() : file;
}

fs::path copy_of_version(const fs::path& versions, std::int64_t version, const fs::path& folder) {
    const std::string name = std::to_string(version) + ".db";
    fs::copy_file(versions / name, folder / name);
    fs::permissions(folder / name, fs::perms(0600));
    return folder / name;
}

}  // namespace huizhen::storage_test
