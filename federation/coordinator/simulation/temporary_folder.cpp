#include "temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace huizhen::coordinator::simulation {

Result<TemporaryFolder> TemporaryFolder::create() {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    if (error) return fail(ErrorCode::kIo, "there is no folder for temporary files: " + error.message());
    std::string name = (parent / "huizhen-simulation-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        return fail(ErrorCode::kIo, "cannot make a folder in " + parent.string() + ": " +
                                        std::generic_category().message(errno) + "; set TMPDIR to another");
    }
    return TemporaryFolder(name);
}

TemporaryFolder::~TemporaryFolder() {
    if (path_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace huizhen::coordinator::simulation
