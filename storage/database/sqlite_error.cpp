#include "sqlite_error.h"

#include <cerrno>

#include <huizhen/files/descriptor.h>

namespace huizhen::database {

Error sqlite_error(sqlite3* handle, int code, const std::filesystem::path& path) {
    // Not sqlite3_system_errno: a failed COMMIT leaves an older one there. Callers set errno to 0 before the
    // call.
    const int number = errno;
    const auto named = [&](ErrorCode error, const char* name) {
        const char* words = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
        return Error(error, std::string(name) + ": " + path.string() + ": " + words);
    };
    switch (code & 0xFF) {
        case SQLITE_FULL: return named(ErrorCode::kIo, "disk-full");
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return named(ErrorCode::kUnavailable, "database-busy");
        case SQLITE_READONLY:
        case SQLITE_PERM: return named(ErrorCode::kPermissionDenied, "read-only");
        case SQLITE_CANTOPEN:
            if (number == ENOENT) return named(ErrorCode::kNotFound, "not-found");
            if (number == EACCES || number == EPERM || number == EROFS) {
                return named(ErrorCode::kPermissionDenied, number == EROFS ? "read-only" : "not-allowed");
            }
            return named(ErrorCode::kIo, "io");
        case SQLITE_CORRUPT: return named(ErrorCode::kIntegrity, "database-damaged");
        case SQLITE_NOTADB: return named(ErrorCode::kIntegrity, "not-a-database");
        case SQLITE_IOERR:
            // A quota or a file size limit: SQLite calls only ENOSPC a full disk.
            if (number == EFBIG)
                return Error(ErrorCode::kIo,
                             "disk-full: " + path.string() + ": " + std::string(files::kFileTooLarge));
            if (number == EDQUOT || number == ENOSPC) return named(ErrorCode::kIo, "disk-full");
            // A page or WAL frame that ends early was cut.
            if (code == SQLITE_IOERR_SHORT_READ) return named(ErrorCode::kIntegrity, "database-damaged");
            return named(ErrorCode::kIo, "io");
        case SQLITE_NOMEM: return named(ErrorCode::kOutOfMemory, "out-of-memory");
        case SQLITE_TOOBIG: return named(ErrorCode::kLimitExceeded, "value-too-long");
        case SQLITE_CONSTRAINT: return named(ErrorCode::kInvalidArgument, "constraint");
        default: return named(ErrorCode::kInternal, "sqlite");
    }
}

}  // namespace huizhen::database
