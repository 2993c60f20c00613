#include "schema.h"

namespace huizhen::cases {

namespace {

// Numbers of states, kinds and priorities are those of the public headers. `sealed` columns hold JSON under
// vault::seal, with "table row" as context. Hashes are keyed.
constexpr std::string_view kFirst = R"(
CREATE TABLE case_numbers (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO case_numbers VALUES (1, 0);

CREATE TABLE patients (
    id          INTEGER PRIMARY KEY,
    merged_into INTEGER REFERENCES patients,
    sealed      BLOB NOT NULL,
    sent_us     INTEGER NOT NULL,
    changed_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX patients_merged ON patients (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX patients_changed ON patients (changed_us);
CREATE TABLE patient_ids (
    id      INTEGER PRIMARY KEY,
    hash    BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    number  BLOB NOT NULL CHECK (length(number) = 32),
    patient INTEGER NOT NULL REFERENCES patients,
    sealed  BLOB NOT NULL
) STRICT;
CREATE INDEX patient_ids_patient ON patient_ids (patient);
CREATE INDEX patient_ids_number ON patient_ids (number);
CREATE TABLE patient_history (
    id          INTEGER PRIMARY KEY,
    patient     INTEGER NOT NULL REFERENCES patients,
    replaced_us INTEGER NOT NULL,
    who         TEXT NOT NULL,
    source      TEXT NOT NULL,
    sealed      BLOB NOT NULL
) STRICT;
CREATE INDEX patient_history_patient ON patient_history (patient);
CREATE TABLE patient_merges (
    id        INTEGER PRIMARY KEY,
    gone      INTEGER NOT NULL REFERENCES patients,
    kept      INTEGER NOT NULL REFERENCES patients,
    when_us   INTEGER NOT NULL,
    who       TEXT NOT NULL,
    undone_us INTEGER,
    undone_by TEXT NOT NULL
) STRICT;
CREATE INDEX patient_merges_gone ON patient_merges (gone);
CREATE INDEX patient_merges_kept ON patient_merges (kept);
CREATE TABLE patient_merge_ids (
    merge INTEGER NOT NULL REFERENCES patient_merges,
    hash  BLOB NOT NULL,
    PRIMARY KEY (merge, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE studies (
    id         INTEGER PRIMARY KEY,
    uid        TEXT NOT NULL UNIQUE,
    patient    INTEGER REFERENCES patients,
    said_id    BLOB,
    filed_id   BLOB,
    accession  BLOB,
    sealed     BLOB NOT NULL,
    state      INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    priority   INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
    review     INTEGER NOT NULL CHECK (review IN (0, 1)),
    unsettled  INTEGER NOT NULL CHECK (unsettled IN (0, 1)),
    arrived_us INTEGER NOT NULL,
    image_us   INTEGER NOT NULL,
    changed_us INTEGER NOT NULL,
    instances  INTEGER NOT NULL,
    inputs     INTEGER NOT NULL,
    revision   INTEGER NOT NULL
) STRICT;
CREATE INDEX studies_worklist ON studies (state, priority, review, arrived_us, id);
CREATE INDEX studies_patient ON studies (patient);
CREATE INDEX studies_accession ON studies (accession) WHERE accession IS NOT NULL;
CREATE INDEX studies_revision ON studies (revision);
CREATE INDEX studies_quiet ON studies (image_us) WHERE state = 0 AND instances > 0;
CREATE INDEX studies_signed ON studies (changed_us) WHERE state = 4;
CREATE TABLE series (
    id        INTEGER PRIMARY KEY,
    study     INTEGER NOT NULL REFERENCES studies,
    uid       TEXT NOT NULL UNIQUE,
    sealed    BLOB NOT NULL,
    instances INTEGER NOT NULL
) STRICT;
CREATE INDEX series_study ON series (study);
CREATE TABLE instances (
    id        INTEGER PRIMARY KEY,
    series    INTEGER NOT NULL REFERENCES series,
    uid       TEXT NOT NULL UNIQUE,
    class_uid TEXT NOT NULL,
    syntax    TEXT NOT NULL,
    object    TEXT NOT NULL,
    bytes     INTEGER NOT NULL,
    number    INTEGER NOT NULL
) STRICT;
CREATE INDEX instances_series ON instances (series, number, uid);
CREATE INDEX instances_object ON instances (object);

CREATE TABLE entries (
    id         INTEGER PRIMARY KEY,
    patient    INTEGER NOT NULL REFERENCES patients,
    filed_id   BLOB NOT NULL,
    origin     BLOB NOT NULL CHECK (length(origin) = 32),
    content    BLOB NOT NULL CHECK (length(content) = 32),
    accession  BLOB,
    source     TEXT NOT NULL,
    version    INTEGER NOT NULL,
    current    INTEGER NOT NULL CHECK (current IN (0, 1)),
    priority   INTEGER NOT NULL,
    arrived_us INTEGER NOT NULL,
    sent_us    INTEGER NOT NULL,
    sealed     BLOB NOT NULL,
    UNIQUE (origin, version)
) STRICT;
CREATE UNIQUE INDEX entries_current ON entries (origin) WHERE current = 1;
CREATE INDEX entries_patient ON entries (patient, current);
CREATE INDEX entries_accession ON entries (accession) WHERE accession IS NOT NULL;
CREATE TABLE messages (
    hash       BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    arrived_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_arrived ON messages (arrived_us);

CREATE TABLE diagnoses (
    id      INTEGER PRIMARY KEY,
    study   INTEGER NOT NULL REFERENCES studies,
    model   BLOB NOT NULL CHECK (length(model) = 32),
    inputs  BLOB NOT NULL CHECK (length(inputs) = 32),
    when_us INTEGER NOT NULL,
    review  INTEGER NOT NULL CHECK (review IN (0, 1)),
    sealed  BLOB NOT NULL,
    UNIQUE (study, model, inputs)
) STRICT;
CREATE TABLE diagnosis_objects (
    diagnosis INTEGER NOT NULL REFERENCES diagnoses,
    role      TEXT NOT NULL,
    object    TEXT NOT NULL,
    PRIMARY KEY (diagnosis, role, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX diagnosis_objects_object ON diagnosis_objects (object);
CREATE TABLE opinions (
    id        INTEGER PRIMARY KEY,
    study     INTEGER NOT NULL REFERENCES studies,
    diagnosis INTEGER NOT NULL REFERENCES diagnoses,
    kind      INTEGER NOT NULL CHECK (kind IN (1, 2)),
    account   TEXT NOT NULL,
    when_us   INTEGER NOT NULL,
    sealed    BLOB NOT NULL
) STRICT;
CREATE INDEX opinions_study ON opinions (study);
CREATE INDEX opinions_diagnosis ON opinions (diagnosis);
-- Studies that are being erased or let go, within that transaction alone.
CREATE TABLE studies_leaving (study INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER diagnoses_stay BEFORE DELETE ON diagnoses
    WHEN NOT EXISTS (SELECT 1 FROM studies_leaving WHERE study = OLD.study)
    BEGIN SELECT RAISE(ABORT, 'diagnoses are never removed'); END;
CREATE TRIGGER diagnoses_are_as_written BEFORE UPDATE ON diagnoses
    BEGIN SELECT RAISE(ABORT, 'diagnoses are never changed'); END;
CREATE TRIGGER opinions_stay BEFORE DELETE ON opinions
    WHEN NOT EXISTS (SELECT 1 FROM studies_leaving WHERE study = OLD.study)
    BEGIN SELECT RAISE(ABORT, 'opinions are never removed'); END;
CREATE TRIGGER opinions_are_as_written BEFORE UPDATE ON opinions
    BEGIN SELECT RAISE(ABORT, 'opinions are never changed'); END;

CREATE TABLE conflicts (
    id        INTEGER PRIMARY KEY,
    kind      INTEGER NOT NULL,
    subject   TEXT NOT NULL,
    when_us   INTEGER NOT NULL,
    study     INTEGER REFERENCES studies,
    patient   INTEGER REFERENCES patients,
    other     INTEGER REFERENCES patients,
    solved_us INTEGER,
    solved_by TEXT NOT NULL,
    solution  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX conflicts_open ON conflicts (kind, subject) WHERE solved_us IS NULL;
CREATE INDEX conflicts_unsolved ON conflicts (id) WHERE solved_us IS NULL;
CREATE INDEX conflicts_study ON conflicts (study);
CREATE INDEX conflicts_patient ON conflicts (patient);
CREATE INDEX conflicts_other ON conflicts (other);
CREATE TABLE held_instances (
    id       INTEGER PRIMARY KEY,
    conflict INTEGER NOT NULL REFERENCES conflicts,
    uid      TEXT NOT NULL,
    object   TEXT NOT NULL,
    sealed   BLOB NOT NULL,
    UNIQUE (uid, object)
) STRICT;
CREATE INDEX held_instances_conflict ON held_instances (conflict);
CREATE INDEX held_instances_object ON held_instances (object);

CREATE TABLE dead_letters (
    id       INTEGER PRIMARY KEY,
    source   TEXT NOT NULL,
    reason   TEXT NOT NULL,
    when_us  INTEGER NOT NULL,
    state    INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
    attempts INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    sealed   BLOB NOT NULL
) STRICT;
CREATE INDEX dead_letters_state ON dead_letters (state, id);
CREATE INDEX dead_letters_when ON dead_letters (when_us);

-- Objects that no row names any more, until they are out of the store.
CREATE TABLE doomed_objects (object TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
)";

constexpr std::array<database::Migration, 1> kSchema = {{
    {"patients, studies, entries, diagnoses, opinions, conflicts, dead letters", kFirst},
}};

}  // namespace

std::span<const database::Migration> schema() { return kSchema; }

}  // namespace huizhen::cases
