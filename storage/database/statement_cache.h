#pragma once

// Prepared statements by their text. A statement is out of the cache while somebody uses it, so that the same
// query may run inside its own loop.

#include <string>
#include <unordered_map>

#include <sqlite3.h>

#include <huizhen/base/result.h>
#include <huizhen/database/value.h>

namespace huizhen::database {

class StatementCache {
  public:
    static constexpr std::size_t kMaxKept = 256;

    explicit StatementCache(sqlite3* handle) : handle_(handle) {}
    ~StatementCache();
    StatementCache(const StatementCache&) = delete;
    StatementCache& operator=(const StatementCache&) = delete;

    // An SQLite result code beside it; the statement is null unless that is SQLITE_OK.
    sqlite3_stmt* take(std::string_view sql, int& code);
    void give_back(sqlite3_stmt* statement);

  private:
    sqlite3* handle_;
    std::unordered_map<std::string, sqlite3_stmt*> kept_;
};

// SQLITE_OK, or the code of the first value that could not be bound.
int bind_values(sqlite3_stmt* statement, std::span<const Value> values);

}  // namespace huizhen::database
