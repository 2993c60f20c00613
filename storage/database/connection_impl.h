#pragma once

#include <huizhen/database/connection.h>
#include <huizhen/files/lock.h>

#include "sqlite_error.h"
#include "statement_cache.h"

namespace huizhen::database {

struct Connection::Impl {
    Impl(std::filesystem::path file, sqlite3* opened)
        : path(std::move(file)), handle(opened), cache(opened) {}

    Error error(int code) const { return sqlite_error(handle.get(), code, path); }

    struct Close {
        void operator()(sqlite3* spent) const { sqlite3_close_v2(spent); }
    };
    std::filesystem::path path;
    std::optional<files::ExclusiveLock> lock;  // writers; given back after the file is closed
    std::unique_ptr<sqlite3, Close> handle;
    StatementCache cache;  // emptied before the handle is closed
    bool in_transaction = false;
};

struct Rows::State {
    State(Connection::Impl& owner, sqlite3_stmt* taken) : connection(&owner), statement(taken) {}
    ~State() { connection->cache.give_back(statement); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    Connection::Impl* connection;
    sqlite3_stmt* statement;
    bool has_row = false;
    bool ended = false;
};

}  // namespace huizhen::database
