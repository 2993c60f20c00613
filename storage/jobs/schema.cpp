#include "schema.h"

namespace huizhen::jobs {

namespace {

// The numbers of states are those of job.h.
constexpr std::array<database::Migration, 1> kSchema = {{
    {"jobs and their stages", R"(
CREATE TABLE jobs (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT NOT NULL,
    key           TEXT NOT NULL,
    priority      INTEGER NOT NULL,
    state         INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
    generation    INTEGER NOT NULL,
    lease         INTEGER NOT NULL,
    payload       BLOB NOT NULL,
    queued_us     INTEGER NOT NULL,
    not_before_us INTEGER NOT NULL,
    changed_us    INTEGER NOT NULL,
    failures      INTEGER NOT NULL,
    deaths        INTEGER NOT NULL,
    reason        TEXT NOT NULL,
    UNIQUE (kind, key)
) STRICT;
CREATE INDEX jobs_next ON jobs (kind, priority DESC, queued_us, id) WHERE state = 0;
CREATE INDEX jobs_due ON jobs (not_before_us) WHERE state = 1;
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE TABLE job_stages (
    job        INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    stage      TEXT NOT NULL,
    result     BLOB NOT NULL,
    PRIMARY KEY (job, number),
    UNIQUE (job, stage)
) STRICT, WITHOUT ROWID;
)"},
}};

}  // namespace

std::span<const database::Migration> schema() { return kSchema; }

}  // namespace huizhen::jobs
