#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

#include <huizhen/files/lock.h>

namespace huizhen::files {

Result<ExclusiveLock> ExclusiveLock::take(const std::filesystem::path& path) {
    HZ_ASSIGN(Descriptor file, open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return fail(system_error(errno, "cannot lock", path));
        return fail(ErrorCode::kUnavailable,
                    "in-use: " + path.string() + " is held by another process; stop it first");
    }
    return ExclusiveLock(std::move(file));
}

}  // namespace huizhen::files
