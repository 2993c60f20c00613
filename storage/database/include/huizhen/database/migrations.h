#pragma once

// The shape of a database, step by step and forward only. A component (audit, cases, ...) has its own list;
// several may share one file. A step that was shipped is never edited: its hash is kept in the file.

#include <huizhen/base/clock.h>
#include <huizhen/database/connection.h>

namespace huizhen::database {

struct Migration {
    std::string_view name;  // "entries and signed head"
    std::string_view sql;   // run in one transaction; its number is its place in the list, from 1
};

// Runs the steps the file lacks, each in one transaction with its record. kUnsupported, "database-too-new":
// the file knows more steps than this program. kIntegrity, "migration-changed": a step that ran is not the
// one in the list; "migration-breaks-references": its outcome violates a foreign key, and was rolled back.
Status migrate(Connection& connection, std::string_view component, std::span<const Migration> steps,
               const Clock& clock);

// 0 for a component the file does not have.
Result<std::int64_t> schema_version(Connection& connection, std::string_view component);

}  // namespace huizhen::database
