#include "statement_cache.h"

#include <huizhen/base/check.h>

namespace huizhen::database {

StatementCache::~StatementCache() {
    for (auto& [sql, statement] : kept_) sqlite3_finalize(statement);
}

sqlite3_stmt* StatementCache::take(std::string_view sql, int& code) {
    code = SQLITE_OK;
    if (const auto found = kept_.find(std::string(sql)); found != kept_.end()) {
        sqlite3_stmt* statement = found->second;
        kept_.erase(found);
        return statement;
    }
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                              &statement, &rest);
    const bool single = statement != nullptr && rest == sql.data() + sql.size();
    if (code == SQLITE_OK && !single) sqlite3_finalize(statement);
    HZ_CHECK(code != SQLITE_OK || single, "one statement, no semicolon");
    return statement;
}

void StatementCache::give_back(sqlite3_stmt* statement) {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (kept_.size() >= kMaxKept || !kept_.emplace(sqlite3_sql(statement), statement).second) {
        sqlite3_finalize(statement);
    }
}

int bind_values(sqlite3_stmt* statement, std::span<const Value> values) {
    HZ_CHECK(sqlite3_bind_parameter_count(statement) == static_cast<int>(values.size()),
             "as many values as the statement has parameters");
    int index = 0;
    for (const Value& value : values) {
        ++index;
        int code = SQLITE_OK;
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            code = sqlite3_bind_int64(statement, index, *number);
        } else if (const auto* real = std::get_if<double>(&value)) {
            code = sqlite3_bind_double(statement, index, *real);
        } else if (const auto* text = std::get_if<std::string_view>(&value)) {
            const char* data = text->data() != nullptr ? text->data() : "";  // a null pointer would bind NULL
            code = sqlite3_bind_text64(statement, index, data, text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        } else if (const auto* blob = std::get_if<BlobView>(&value)) {
            code = blob->empty()
                       ? sqlite3_bind_zeroblob(statement, index, 0)
                       : sqlite3_bind_blob64(statement, index, blob->data(), blob->size(), SQLITE_TRANSIENT);
        } else {
            code = sqlite3_bind_null(statement, index);
        }
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

}  // namespace huizhen::database
