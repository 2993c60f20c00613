#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/base/ids.h>
#include <huizhen/node/diagnosis/partial_folder.h>

namespace huizhen::node {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIdLength = 8;
constexpr std::string_view kAside = ".old";

std::string prefix_for(const fs::path& target) { return "." + target.filename().string() + ".partial-"; }

bool is_id(std::string_view text) {
    return text.size() == kIdLength && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

int opened(const fs::path& folder) {
    return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool lock(int descriptor) { return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0; }

bool is_ours(int descriptor) {
    struct stat info {};
    return ::fstat(descriptor, &info) == 0 && info.st_uid == ::geteuid();
}

bool is_at(int descriptor, const fs::path& folder) {
    struct stat held {
    }, there{};
    return ::fstat(descriptor, &held) == 0 && ::lstat(folder.c_str(), &there) == 0 &&
           held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

}  // namespace

tl::expected<PartialFolder, std::error_code> PartialFolder::make(const fs::path& target) {
    // Between making and locking it, a run that clears up may take it for abandoned: then another.
    constexpr int kTries = 8;
    for (int i = 0; i < kTries; ++i) {
        PartialFolder folder;
        folder.path_ = target.parent_path() / (prefix_for(target) + random_id().substr(0, kIdLength));
        if (::mkdir(folder.path_.c_str(), 0700) != 0)
            return tl::unexpected(std::error_code(errno, std::generic_category()));
        folder.lock_ = opened(folder.path_);
        // On a file system without locks nobody takes anything for abandoned.
        const bool alone = folder.lock_ >= 0 && (lock(folder.lock_) || errno != EWOULDBLOCK);
        if (alone && is_at(folder.lock_, folder.path_)) return folder;
        std::error_code ignored;
        fs::remove(folder.path_, ignored);
    }
    return tl::unexpected(std::make_error_code(std::errc::device_or_resource_busy));
}

void PartialFolder::remove_abandoned(const fs::path& target) {
    const std::string prefix = prefix_for(target);
    std::error_code error, ignored;
    std::vector<fs::path> found;
    for (fs::directory_iterator entry(target.parent_path(), error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(prefix)) continue;
        std::string_view id = std::string_view(name).substr(prefix.size());
        if (id.ends_with(kAside)) {
            // Killed between its two renames, a run leaves the only copy of the earlier result there.
            if (!fs::exists(target, ignored)) continue;
            id.remove_suffix(kAside.size());
        }
        if (is_id(id)) found.push_back(entry->path());
    }
    for (const fs::path& folder : found) {
        const int descriptor = opened(folder);
        if (descriptor < 0) continue;
        // It may have been put in its place meanwhile, and another folder have come here.
        if (is_ours(descriptor) && lock(descriptor) && is_at(descriptor, folder))
            fs::remove_all(folder, ignored);
        ::close(descriptor);
    }
}

PartialFolder::~PartialFolder() {
    if (lock_ >= 0) ::close(lock_);
}

PartialFolder::PartialFolder(PartialFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}

PartialFolder& PartialFolder::operator=(PartialFolder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(lock_, other.lock_);
    return *this;
}

fs::path PartialFolder::aside() const { return path_.string() + std::string(kAside); }

}  // namespace huizhen::node
