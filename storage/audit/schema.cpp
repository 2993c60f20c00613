#include "schema.h"

namespace huizhen::audit {

namespace {

constexpr std::array<database::Migration, 1> kSchema = {{
    {"entries, reasons, patients and the signed head", R"(
CREATE TABLE audit_entries (
    number     INTEGER PRIMARY KEY CHECK (number >= 1),
    time_us    INTEGER NOT NULL,
    who        TEXT NOT NULL,
    what       TEXT NOT NULL,
    origin     TEXT NOT NULL,
    about      BLOB CHECK (length(about) = 32),
    commitment BLOB NOT NULL CHECK (length(commitment) = 32),
    hash       BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_entries_about ON audit_entries (about) WHERE about IS NOT NULL;
CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
CREATE TRIGGER audit_entries_are_as_written BEFORE UPDATE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TABLE audit_reasons (
    number INTEGER PRIMARY KEY REFERENCES audit_entries,
    salt   BLOB NOT NULL CHECK (length(salt) = 32),
    why    TEXT NOT NULL
) STRICT;
CREATE TABLE audit_patients (
    patient   BLOB NOT NULL PRIMARY KEY,
    reference BLOB NOT NULL UNIQUE CHECK (length(reference) = 32)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit_head (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    number    INTEGER NOT NULL REFERENCES audit_entries,
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;
)"},
}};

}  // namespace

std::span<const database::Migration> schema() { return kSchema; }

}  // namespace huizhen::audit
