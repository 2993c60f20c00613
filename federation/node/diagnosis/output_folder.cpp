#include <cstdio>
#include <set>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/base/file.h>
#include <huizhen/node/diagnosis/output_folder.h>

namespace huizhen::node {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDocumentBytes = std::size_t{64} << 20;

Error refusal(const std::error_code& error, const fs::path& path, std::string_view doing) {
    const bool denied = error == std::errc::permission_denied ||
                        error == std::errc::operation_not_permitted ||
                        error == std::errc::read_only_file_system;
    return {denied ? ErrorCode::kPermissionDenied : ErrorCode::kIo,
            path.string() + ": cannot " + std::string(doing) + ": " + error.message()};
}

// The names an earlier result lists as its own; empty when it is none of ours.
std::set<std::string> names_of_ours(const fs::path& folder) {
    const auto bytes = read_file(folder / kDocumentName, kMaxDocumentBytes);
    if (!bytes) return {};
    const auto* text = reinterpret_cast<const char*>(bytes->data());
    const nlohmann::json document = nlohmann::json::parse(text, text + bytes->size(), nullptr, false);
    if (!document.is_object() || document.value("format", nlohmann::json()) != kDocumentFormat) return {};
    std::set<std::string> names{std::string(kDocumentName)};
    for (const auto& name : document.value("files", nlohmann::json::array())) {
        if (name.is_string()) names.insert(name.get<std::string>());
    }
    return names;
}

// Such a folder cannot be renamed, and that would only show when all the work is done.
bool is_mount_point(const fs::path& folder) {
    struct statx info {};
    return ::statx(AT_FDCWD, folder.c_str(), AT_SYMLINK_NOFOLLOW, 0, &info) == 0 &&
           (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

Status check_replaceable(const fs::path& target) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(target, error);
    if (status.type() == fs::file_type::not_found) return {};
    if (error) return fail(refusal(error, target, "look at it"));
    if (!fs::is_directory(status)) {
        return fail(ErrorCode::kInvalidArgument,
                    target.string() + ": is there and is not a folder; give --out another name");
    }
    if (is_mount_point(target)) {
        return fail(ErrorCode::kInvalidArgument,
                    target.string() + ": is a mount point; give --out a folder inside it");
    }
    std::set<std::string> ours;
    bool looked = false;
    for (fs::directory_iterator entry(target, error), end; !error && entry != end; entry.increment(error)) {
        if (!looked) ours = names_of_ours(target), looked = true;
        const std::string name = entry->path().filename().string();
        std::error_code unknown;
        const bool plain_file = entry->symlink_status(unknown).type() == fs::file_type::regular;
        if (!plain_file || !ours.contains(name)) {
            return fail(ErrorCode::kInvalidArgument,
                        target.string() + ": holds " + name +
                            ", which no earlier result put there; give --out an empty or new folder");
        }
    }
    if (error) return fail(refusal(error, target, "list it"));
    return {};
}

Status swap(const PartialFolder& partial, const fs::path& target, bool& swapped) {
    const fs::path& temporary = partial.path();
    swapped = false;
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) return {};
    if (errno != EEXIST && errno != EINVAL) {
        return fail(refusal({errno, std::generic_category()}, target, "put the result there"));
    }
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) {
        swapped = true;
        return {};
    }
    // A file system without these flags: the old one steps aside first.
    const fs::path aside = partial.aside();
    std::error_code error;
    fs::rename(target, aside, error);
    if (error && error != std::errc::no_such_file_or_directory)
        return fail(refusal(error, target, "move the earlier result aside"));
    const bool had_old = !error;
    fs::rename(temporary, target, error);
    std::error_code ignored;
    if (error) {
        if (had_old) fs::rename(aside, target, ignored);
        return fail(refusal(error, target, "put the result there"));
    }
    if (had_old) fs::remove_all(aside, ignored);
    return {};
}

void sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
}

}  // namespace

Result<OutputFolder> OutputFolder::prepare(const fs::path& target) {
    OutputFolder folder;
    std::error_code error;
    fs::path absolute = fs::absolute(target, error).lexically_normal();
    if (!absolute.has_filename()) absolute = absolute.parent_path();
    if (error || absolute == absolute.root_path())
        return fail(ErrorCode::kInvalidArgument, "--out must name a folder");
    HZ_TRY(check_replaceable(absolute));
    folder.target_ = absolute;
    folder.done_ = false;
    std::vector<fs::path> missing;
    for (fs::path parent = absolute.parent_path(); !fs::exists(parent, error);
         parent = parent.parent_path()) {
        if (error) return fail(refusal(error, parent, "look at it"));
        missing.push_back(parent);
    }
    for (auto parent = missing.rbegin(); parent != missing.rend(); ++parent) {
        if (!fs::create_directory(*parent, error) && error)
            return fail(refusal(error, *parent, "make the folder"));
        folder.made_parents_.push_back(*parent);
    }
    PartialFolder::remove_abandoned(absolute);
    auto partial = PartialFolder::make(absolute);
    if (!partial) return fail(refusal(partial.error(), absolute.parent_path(), "make a folder in it"));
    folder.partial_ = std::move(*partial);
    return folder;
}

OutputFolder::OutputFolder(OutputFolder&& other) noexcept
    : target_(std::move(other.target_)),
      partial_(std::move(other.partial_)),
      made_parents_(std::move(other.made_parents_)),
      done_(std::exchange(other.done_, true)) {}

OutputFolder::~OutputFolder() {
    if (done_) return;
    std::error_code ignored;
    if (!path().empty()) fs::remove_all(path(), ignored);
    // remove() takes only empty folders, so what others put there meanwhile stays.
    for (auto parent = made_parents_.rbegin(); parent != made_parents_.rend(); ++parent)
        fs::remove(*parent, ignored);
}

Status OutputFolder::commit() {
    // Looked at again: minutes have passed since prepare().
    HZ_TRY(check_replaceable(target_));
    sync_folder(path());
    bool swapped = false;
    HZ_TRY(swap(partial_, target_, swapped));
    done_ = true;
    std::error_code ignored;
    if (swapped) fs::remove_all(path(), ignored);
    sync_folder(target_.parent_path());
    return {};
}

}  // namespace huizhen::node
