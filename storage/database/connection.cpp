#include <cerrno>

#include <fcntl.h>

#include "connection_impl.h"

namespace huizhen::database {

namespace {

constexpr int kApplicationId = 0x487A4442;  // "HzDB"; also written into the files of every version

std::filesystem::path writer_lock_of(const std::filesystem::path& path) {
    std::filesystem::path lock = path;
    lock += "-writer";
    return lock;
}

// SQLite would make it with the umask's mode; its -wal and -shm take the mode of the file itself.
Status make_private_file(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return {};
    HZ_TRY(files::open_file(path, O_RDWR | O_CREAT | O_EXCL));
    return files::sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

Status configure(Connection& connection, Access access, const Options& options) {
    HZ_TRY(
        connection.script("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; "
                          "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY"));
    HZ_ASSIGN(const auto id, connection.value<std::int64_t>("PRAGMA application_id"));
    HZ_ASSIGN(const auto tables, connection.value<std::int64_t>("SELECT count(*) FROM sqlite_schema"));
    const bool fresh = *id == 0 && *tables == 0;
    if (!fresh && *id != kApplicationId) {
        return fail(ErrorCode::kIntegrity,
                    "not-a-database: " + connection.path().string() + " was not made by Huizhen");
    }
    if (access == Access::kRead) return {};
    HZ_ASSIGN(const auto mode, connection.value<std::string>("PRAGMA journal_mode = WAL"));
    if (*mode != "wal") {
        return fail(ErrorCode::kUnsupported, "no-wal: " + connection.path().string() +
                                                 " lies where SQLite cannot keep a write-ahead log");
    }
    HZ_TRY(
        connection.script("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; "
                          "PRAGMA journal_size_limit = 67108864"));
    if (options.max_pages != 0) {
        HZ_TRY(connection.script("PRAGMA max_page_count = " + std::to_string(options.max_pages)));
    }
    if (fresh) HZ_TRY(connection.script("PRAGMA application_id = " + std::to_string(kApplicationId)));
    return {};
}

}  // namespace

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path, Access access,
                                                     const Options& options) {
    std::optional<files::ExclusiveLock> lock;
    if (access == Access::kWrite) {
        HZ_ASSIGN(lock, files::ExclusiveLock::take(writer_lock_of(path)));
        HZ_TRY(make_private_file(path));
    }
    sqlite3* handle = nullptr;
    const int flags = (access == Access::kWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
    std::error_code absolute_failed;
    const auto whole = std::filesystem::weakly_canonical(path, absolute_failed);
    errno = 0;
    const int code = sqlite3_open_v2((absolute_failed ? path : whole).c_str(), &handle, flags, nullptr);
    std::unique_ptr<Connection> connection(new Connection(std::make_unique<Impl>(path, handle)));
    connection->impl_->lock = std::move(lock);
    if (code != SQLITE_OK) return fail(connection->impl_->error(code));

    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.count()));
    // SQLite opens what it may not write for reading, without a word.
    if (access == Access::kWrite && sqlite3_db_readonly(handle, "main") == 1) {
        return fail(ErrorCode::kPermissionDenied, "read-only: " + path.string() + " cannot be written");
    }
    HZ_TRY(configure(*connection, access, options));
    return connection;
}

Result<Rows> Connection::query(std::string_view sql, std::initializer_list<Value> values) {
    if (impl_->in_transaction && sqlite3_get_autocommit(impl_->handle.get()) != 0) {
        return fail(ErrorCode::kIo, "transaction-lost: " + impl_->path.string() +
                                        ": an earlier failure rolled it back; begin anew");
    }
    int code = SQLITE_OK;
    sqlite3_stmt* statement = impl_->cache.take(sql, code);
    if (code != SQLITE_OK) return fail(impl_->error(code));
    Rows rows(std::make_unique<Rows::State>(*impl_, statement));
    code = bind_values(statement, std::span(values.begin(), values.size()));
    if (code != SQLITE_OK) return fail(impl_->error(code));
    return rows;
}

Status Connection::run(std::string_view sql, std::initializer_list<Value> values) {
    HZ_ASSIGN(Rows rows, query(sql, values));
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return {};
    }
}

Status Connection::script(std::string_view sql) {
    errno = 0;
    const int code = sqlite3_exec(impl_->handle.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(impl_->error(code));
    return {};
}

std::int64_t Connection::rows_changed() const { return sqlite3_changes64(impl_->handle.get()); }

Status Connection::check_integrity() {
    const auto damaged = [&](const std::string& what) {
        return fail(ErrorCode::kIntegrity, "database-damaged: " + impl_->path.string() + ": " + what);
    };
    HZ_ASSIGN(const auto verdict, value<std::string>("PRAGMA integrity_check(1)"));
    if (verdict != "ok") return damaged(verdict.value_or("no answer"));
    HZ_ASSIGN(const auto dangling, value<std::string>("PRAGMA foreign_key_check"));
    if (dangling) return damaged("a row of " + *dangling + " refers to one that is not there");
    return {};
}

const std::filesystem::path& Connection::path() const { return impl_->path; }

}  // namespace huizhen::database
