#include "export_folder.h"

#include <fcntl.h>

#include <huizhen/base/sha256.h>
#include <huizhen/files/descriptor.h>

namespace huizhen::cases {

namespace fs = std::filesystem;

ExportFolder::ExportFolder(fs::path target) : target_(std::move(target)), partial_(target_) {
    partial_ += ".partial";
}

ExportFolder::ExportFolder(ExportFolder&& other) noexcept
    : target_(std::move(other.target_)),
      partial_(std::move(other.partial_)),
      files_(std::move(other.files_)),
      open_(std::exchange(other.open_, false)) {}

ExportFolder::~ExportFolder() {
    if (!open_) return;
    std::error_code ignored;
    fs::remove_all(partial_, ignored);
}

namespace {

// 0700 whatever the umask: patient data, unsealed.
Status make_folder(const fs::path& path) {
    std::error_code failed;
    const bool made = fs::create_directory(path, failed);
    if (failed) return fail(files::system_error(failed.value(), "cannot make the folder", path));
    if (made) fs::permissions(path, fs::perms::owner_all, failed);
    if (failed) return fail(files::system_error(failed.value(), "cannot protect the folder", path));
    return {};
}

Status make_folders(const fs::path& root, const fs::path& below) {
    fs::path path = root;
    for (const fs::path& part : below) {
        path /= part;
        HZ_TRY(make_folder(path));
    }
    return {};
}

}  // namespace

Result<ExportFolder> ExportFolder::begin(fs::path target) {
    std::error_code failed;
    if (fs::exists(target, failed)) {
        return fail(ErrorCode::kInvalidArgument,
                    "already-there: " + target.string() + " is not written over");
    }
    ExportFolder folder(std::move(target));
    fs::remove_all(folder.partial_, failed);  // of an export that was killed
    HZ_TRY(make_folder(folder.partial_));
    return folder;
}

Status ExportFolder::add(const std::string& path, const Chunks& chunks) {
    const fs::path whole = partial_ / path;
    HZ_TRY(make_folders(partial_, fs::path(path).parent_path()));
    HZ_ASSIGN(const auto file, files::open_file(whole, O_WRONLY | O_CREAT | O_EXCL));
    Sha256 hash;
    std::int64_t bytes = 0;
    while (true) {
        HZ_ASSIGN(const vault::BytesView chunk, chunks());
        if (chunk.empty()) break;
        HZ_TRY(files::write_all(file, chunk, whole));
        hash.update(std::as_bytes(chunk));
        bytes += static_cast<std::int64_t>(chunk.size());
    }
    HZ_TRY(files::sync_file(file, whole));
    files_.push_back({{"path", path}, {"bytes", bytes}, {"sha256", to_hex(hash.finish())}});
    return {};
}

Status ExportFolder::add_text(const std::string& path, std::string_view text) {
    bool given = false;
    return add(path, [&]() -> Result<vault::BytesView> {
        if (std::exchange(given, true)) return vault::BytesView();
        return vault::view_of(text);
    });
}

Status ExportFolder::add_json(const std::string& path, const Json& json) {
    return add_text(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Status ExportFolder::finish(Json head) {
    head["files"] = std::exchange(files_, Json::array());
    HZ_TRY(add_json("manifest.json", head));
    HZ_TRY(files::sync_folder(partial_));
    std::error_code failed;
    fs::rename(partial_, target_, failed);
    if (failed) return fail(files::system_error(failed.value(), "cannot name the folder", target_));
    open_ = false;
    const fs::path parent = target_.parent_path();
    return files::sync_folder(parent.empty() ? fs::path(".") : parent);
}

}  // namespace huizhen::cases
