#pragma once

// What every source of this folder works with.

#include <optional>

#include <huizhen/base/check.h>
#include <huizhen/cases/case_book.h>
#include <huizhen/database/columns.h>
#include <huizhen/vault/keyed_hash.h>

namespace huizhen::cases {

using database::Blob;
using database::each_row;
using database::from_us;
using database::get_as;
using database::get_time;
using database::number_of;
using database::Rows;
using database::to_us;
using database::Value;

struct CaseReader::Core {
    database::Connection* connection;
    const vault::KeyRing* ring;
    const objects::Store* store;
    vault::Key search;  // of ids, accession numbers and contents
    Options options;
    // Of a book alone.
    objects::Store* writable_store = nullptr;
    audit::Log* log = nullptr;
    const Clock* clock = nullptr;
    RandomSource* random = nullptr;
};
using Core = CaseReader::Core;

inline database::Connection& db(const Core& core) { return *core.connection; }

// The core of a book, whose connection the transaction is of.
inline Core& writing(CaseBook& book, const Transaction& transaction) {
    Core& core = book.core();
    HZ_CHECK(&transaction.connection() == core.connection, "a transaction of the book's connection");
    return core;
}

inline std::int64_t now_us(const Core& core) { return to_us(core.clock->now()); }

// A number that no row of any table has or had.
Result<std::int64_t> next_number(const Core& core);

// One entry of the audit, about this patient where there is one. `why` is by's, unless this says something.
Status record(const Core& core, const Transaction& transaction, std::string_view what, const By& by,
              std::optional<PatientKey> about, std::string_view why = {});
// By what the audit knows a patient.
Sha256Digest audit_handle(const Core& core, PatientKey patient);

// NULL or the value: for columns that may be empty.
inline Value or_null(const std::optional<Sha256Digest>& hash) {
    return hash ? Value(database::BlobView(*hash)) : Value();
}
template <typename Tag>
Value or_null(const std::optional<RowKey<Tag>>& key) {
    return key ? Value(key->value) : Value();
}
template <typename Key>
Result<std::optional<Key>> get_key(const Rows& rows, int column) {
    HZ_ASSIGN(const auto value, rows.get<std::optional<std::int64_t>>(column));
    if (!value) return std::optional<Key>();
    return std::optional<Key>(Key{*value});
}
Result<Sha256Digest> get_hash(const Rows& rows, int column);

// The keys in the first column of an answer.
template <typename Key>
Result<std::vector<Key>> keys_of(const Core& core, std::string_view sql,
                                 std::initializer_list<Value> values) {
    std::vector<Key> keys;
    HZ_TRY(each_row(db(core), sql, values, [&](const Rows& rows) -> Status {
        HZ_ASSIGN(keys.emplace_back().value, rows.get<std::int64_t>(0));
        return {};
    }));
    return keys;
}

}  // namespace huizhen::cases
