#include <cerrno>

#include <huizhen/base/check.h>

#include "connection_impl.h"

namespace huizhen::database {

Rows::Rows(std::unique_ptr<State> state) : state_(std::move(state)) {}
Rows::~Rows() = default;
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;

Result<bool> Rows::next() {
    state_->has_row = false;
    if (state_->ended) return false;
    errno = 0;
    const int code = sqlite3_step(state_->statement);
    if (code == SQLITE_ROW) return state_->has_row = true;
    state_->ended = true;
    if (code == SQLITE_DONE) return false;
    return fail(state_->connection->error(code));
}

namespace {

Status expect_type(sqlite3_stmt* statement, int column, int type, std::string_view name) {
    if (sqlite3_column_type(statement, column) == type) return {};
    return fail(ErrorCode::kIntegrity, "wrong-type: column " +
                                           std::string(sqlite3_column_name(statement, column)) +
                                           " does not hold " + std::string(name));
}

template <typename T>
struct Read;

template <>
struct Read<std::int64_t> {
    static Result<std::int64_t> from(sqlite3_stmt* statement, int column) {
        HZ_TRY(expect_type(statement, column, SQLITE_INTEGER, "an integer"));
        return sqlite3_column_int64(statement, column);
    }
};

template <>
struct Read<double> {
    static Result<double> from(sqlite3_stmt* statement, int column) {
        HZ_TRY(expect_type(statement, column, SQLITE_FLOAT, "a real number"));
        return sqlite3_column_double(statement, column);
    }
};

template <>
struct Read<std::string> {
    static Result<std::string> from(sqlite3_stmt* statement, int column) {
        HZ_TRY(expect_type(statement, column, SQLITE_TEXT, "text"));
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
};

template <>
struct Read<Blob> {
    static Result<Blob> from(sqlite3_stmt* statement, int column) {
        HZ_TRY(expect_type(statement, column, SQLITE_BLOB, "a blob"));
        const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
        return Blob(bytes, bytes + sqlite3_column_bytes(statement, column));
    }
};

template <typename T>
struct Read<std::optional<T>> {
    static Result<std::optional<T>> from(sqlite3_stmt* statement, int column) {
        if (sqlite3_column_type(statement, column) == SQLITE_NULL) return std::optional<T>();
        HZ_ASSIGN(T value, Read<T>::from(statement, column));
        return std::optional<T>(std::move(value));
    }
};

}  // namespace

template <typename T>
Result<T> Rows::get(int column) const {
    HZ_CHECK(state_->has_row, "next() gave a row");
    HZ_CHECK(column >= 0 && column < sqlite3_column_count(state_->statement), "a column of the query");
    return Read<T>::from(state_->statement, column);
}

template Result<std::int64_t> Rows::get(int) const;
template Result<double> Rows::get(int) const;
template Result<std::string> Rows::get(int) const;
template Result<Blob> Rows::get(int) const;
template Result<std::optional<std::int64_t>> Rows::get(int) const;
template Result<std::optional<double>> Rows::get(int) const;
template Result<std::optional<std::string>> Rows::get(int) const;
template Result<std::optional<Blob>> Rows::get(int) const;

}  // namespace huizhen::database
