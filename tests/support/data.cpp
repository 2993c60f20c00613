#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

#include <huizhen/base/ids.h>
#include <huizhen/test_support/data.h>

namespace huizhen::testing {
namespace fs = std::filesystem;

std::optional<fs::path> data_folder() {
    const char* named = std::getenv("HUIZHEN_DATA");
    const fs::path folder =
        named != nullptr ? fs::path(named) : fs::path(HUIZHEN_SOURCE_DIR) / "../shared/data";
    if (!fs::is_directory(folder)) return std::nullopt;
    return fs::canonical(folder);
}

bool data_is_required() {
    const char* required = std::getenv("HUIZHEN_REQUIRE_DATA");
    return required != nullptr && std::string_view(required) == "1";
}

std::optional<fs::path> unpacked(std::string_view archive) {
    const auto root = data_folder();
    if (!root || !fs::exists(*root / archive)) return std::nullopt;
    const fs::path cache = fs::temp_directory_path() / ("huizhen-test-data-" + std::to_string(::getuid()));
    const fs::path target = cache / fs::path(archive).stem().stem();
    if (fs::exists(target)) return target;
    // Unpacked beside and renamed, so that tests running side by side never see half an archive.
    const fs::path partial = cache / random_id();
    fs::create_directories(partial);
    const std::string command = "tar -xJf '" + (*root / archive).string() + "' -C '" + partial.string() + "'";
    if (std::system(command.c_str()) != 0) return std::nullopt;
    std::error_code lost_the_race;
    fs::rename(partial, target, lost_the_race);
    if (lost_the_race) fs::remove_all(partial);
    return target;
}

TemporaryFolder::TemporaryFolder() : path_(fs::temp_directory_path() / ("huizhen-test-" + random_id())) {
    fs::create_directories(path_);
    // Whatever the umask.
    fs::permissions(path_, fs::perms::group_write | fs::perms::others_write, fs::perm_options::remove);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace huizhen::testing
