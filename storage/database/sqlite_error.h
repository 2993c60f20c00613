#pragma once

#include <filesystem>

#include <sqlite3.h>

#include <huizhen/base/error.h>

namespace huizhen::database {

// The named error of a result code; `handle`, where there is one, adds SQLite's own words. Reads errno, so
// set that to 0 before the call that may fail.
Error sqlite_error(sqlite3* handle, int code, const std::filesystem::path& path);

}  // namespace huizhen::database
