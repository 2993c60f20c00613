#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include <huizhen/base/ids.h>
#include <huizhen/database/backup.h>

#include "connection_impl.h"

namespace huizhen::database {

struct BackupAccess {
    static sqlite3* handle(Connection& connection) { return connection.impl_->handle.get(); }
};

namespace {

constexpr int kPagesAtOnce = 1024;  // between two looks at the stop token

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

Status refuse_existing(const std::filesystem::path& target) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        std::filesystem::path file = target;
        file += suffix;
        std::error_code ignored;
        if (std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) {
            return fail(ErrorCode::kInvalidArgument,
                        "already-there: " + file.string() + "; move it away first");
        }
    }
    return {};
}

// Removes what was not renamed away.
class PartFile {
  public:
    explicit PartFile(const std::filesystem::path& target)
        : path_(folder_of(target) / ("." + target.filename().string() + "." + random_id() + ".part")) {}
    ~PartFile() {
        for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
            ::unlink((path_.string() + suffix).c_str());
        }
    }
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

struct CloseHandle {
    void operator()(sqlite3* spent) const { sqlite3_close_v2(spent); }
};
struct FinishBackup {
    void operator()(sqlite3_backup* spent) const { sqlite3_backup_finish(spent); }
};

Status copy_pages(Connection& source, sqlite3* target, const std::filesystem::path& target_path,
                  ProgressSink& progress, const std::stop_token& stop) {
    // The source's snapshot is held from here, so that writers neither wait nor make the copy begin anew.
    HZ_TRY(source.script("BEGIN; SELECT count(*) FROM sqlite_schema"));
    const std::unique_ptr<sqlite3_backup, FinishBackup> backup(
        sqlite3_backup_init(target, "main", BackupAccess::handle(source), "main"));
    if (!backup) return fail(sqlite_error(target, sqlite3_extended_errcode(target), target_path));
    while (true) {
        HZ_TRY(check_stop(stop));
        errno = 0;
        const int code = sqlite3_backup_step(backup.get(), kPagesAtOnce);
        const auto total = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup.get()));
        const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup.get()));
        progress.advance("copy", total - left, total);
        if (code == SQLITE_DONE) return {};
        // Of which side the failure was, SQLite does not say: both are named.
        if (code != SQLITE_OK) {
            return fail(sqlite_error(target, code, target_path).within("copying " + source.path().string()));
        }
    }
}

Status copy_to_part(const std::filesystem::path& source, const std::filesystem::path& part,
                    ProgressSink& progress, const std::stop_token& stop) {
    HZ_ASSIGN(const auto from, Connection::open(source, Access::kRead));
    HZ_TRY(files::open_file(part, O_RDWR | O_CREAT | O_EXCL));
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(part.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
    const std::unique_ptr<sqlite3, CloseHandle> target(handle);
    if (code != SQLITE_OK) return fail(sqlite_error(handle, code, part));
    HZ_TRY(copy_pages(*from, handle, part, progress, stop));
    // One file, readable on read-only media: no write-ahead log beside it.
    const int mode = sqlite3_exec(handle, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
    if (mode != SQLITE_OK) return fail(sqlite_error(handle, mode, part));
    return {};
}

Status copy_checked(const std::filesystem::path& source, const std::filesystem::path& target,
                    ProgressSink& progress, const std::stop_token& stop) {
    HZ_TRY(refuse_existing(target));
    const PartFile part(target);
    HZ_TRY(copy_to_part(source, part.path(), progress, stop));
    HZ_TRY(verify_backup(part.path()));
    HZ_ASSIGN(const files::Descriptor file, files::open_file(part.path(), O_RDONLY));
    HZ_TRY(files::sync_file(file, part.path()));
    // link, not rename: it refuses where somebody was faster.
    if (::link(part.path().c_str(), target.c_str()) != 0) {
        return fail(files::system_error(errno, "cannot make", target));
    }
    return files::sync_folder(folder_of(target));
}

}  // namespace

Status back_up(const std::filesystem::path& source, const std::filesystem::path& target,
               ProgressSink& progress, const std::stop_token& stop) {
    return copy_checked(source, target, progress, stop);
}

Status verify_backup(const std::filesystem::path& backup) {
    HZ_ASSIGN(const auto connection, Connection::open(backup, Access::kRead));
    return connection->check_integrity();
}

Status restore(const std::filesystem::path& backup, const std::filesystem::path& target,
               ProgressSink& progress, const std::stop_token& stop) {
    HZ_TRY(verify_backup(backup));
    return copy_checked(backup, target, progress, stop);
}

}  // namespace huizhen::database
