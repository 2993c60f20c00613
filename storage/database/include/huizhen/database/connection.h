#pragma once

// One connection to one SQLite file: WAL, synchronous=FULL, foreign keys on, file mode 0600. Prepared
// statements are kept by their text. One thread at a time; a file has one writing connection on the machine
// (others are refused, "in-use"), any number of reading ones, which writers do not block.
//
// The first word of an error's message is stable: disk-full, read-only, database-damaged, database-busy,
// constraint, not-a-database, transaction-lost, io.

#include <chrono>
#include <filesystem>
#include <initializer_list>

#include <huizhen/database/rows.h>
#include <huizhen/database/transaction.h>

namespace huizhen::database {

enum class Access {
    kRead,   // kNotFound where the file is absent
    kWrite,  // makes the file where it is absent
};

struct Options {
    std::chrono::milliseconds busy_timeout{5000};  // how long a locked file is waited for
    std::uint64_t max_pages = 0;                   // a quota; 0: SQLite's own. A page has 4096 bytes
};

class Connection {
  public:
    static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path, Access access,
                                                    const Options& options = {});
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Takes the write lock at once, so that nobody is refused half way. One at a time: a second is a bug.
    Result<Transaction> begin();
    bool in_transaction() const;

    // One statement without an answer: conn.run("INSERT INTO t VALUES (?1, ?2)", {number, name}). Outside a
    // transaction it is one of its own. Inside one that SQLite gave up (full disk), "transaction-lost".
    Status run(std::string_view sql, std::initializer_list<Value> values = {});
    Result<Rows> query(std::string_view sql, std::initializer_list<Value> values = {});

    // The first column of the first row, where there is one.
    template <typename T>
    Result<std::optional<T>> value(std::string_view sql, std::initializer_list<Value> values = {}) {
        HZ_ASSIGN(Rows rows, query(sql, values));
        HZ_ASSIGN(const bool found, rows.next());
        if (!found) return std::optional<T>();
        HZ_ASSIGN(T first, rows.template get<T>(0));
        return std::optional<T>(std::move(first));
    }

    // Several statements, none with values.
    Status script(std::string_view sql);

    std::int64_t rows_changed() const;  // by the last statement

    // Every page, index, type and reference; minutes on a big file. kIntegrity, "database-damaged".
    Status check_integrity();

    const std::filesystem::path& path() const;

  private:
    friend class Transaction;
    friend class Rows;
    friend struct BackupAccess;
    struct Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    Status roll_back();
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen::database
