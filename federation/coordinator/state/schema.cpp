#include "schema.h"

#include <array>
#include <charconv>

#include <huizhen/database/migrations.h>

namespace huizhen::coordinator {
namespace {

// A member is a hospital's node (role 1) or a person's console (role 3): huizhen/identity/peer_identity.h.
constexpr std::string_view kMembers = R"sql(
CREATE TABLE member (
  role INTEGER NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('invited', 'waiting', 'enrolled', 'refused', 'revoked')),
  changed_at INTEGER NOT NULL,
  why TEXT NOT NULL DEFAULT '',
  last_seen INTEGER,
  software TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (role, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation (
  number INTEGER PRIMARY KEY,
  role INTEGER NOT NULL,
  name TEXT NOT NULL,
  salt BLOB NOT NULL,
  digest BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  used_at INTEGER,
  used_key BLOB,
  FOREIGN KEY (role, name) REFERENCES member (role, name)
) STRICT;

CREATE TABLE request (
  role INTEGER NOT NULL,
  name TEXT NOT NULL,
  csr BLOB NOT NULL,
  public_key BLOB NOT NULL,
  asked_at INTEGER NOT NULL,
  PRIMARY KEY (role, name),
  FOREIGN KEY (role, name) REFERENCES member (role, name)
) STRICT, WITHOUT ROWID;

-- In the order of the log that every site is shown.
CREATE TABLE certificate (
  number INTEGER PRIMARY KEY,
  serial BLOB NOT NULL UNIQUE,
  fingerprint TEXT NOT NULL UNIQUE,
  role INTEGER NOT NULL,
  name TEXT NOT NULL,
  public_key BLOB NOT NULL,
  chain TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  revoked_at INTEGER,
  reason INTEGER
) STRICT;
CREATE INDEX certificate_of ON certificate (role, name);
)sql";

constexpr std::string_view kTraining = R"sql(
CREATE TABLE model (
  digest TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  task TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  origin TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lineage (
  number INTEGER PRIMARY KEY,
  task TEXT NOT NULL,
  model TEXT NOT NULL REFERENCES model (digest),
  record BLOB NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE plan (
  id TEXT PRIMARY KEY,
  definition BLOB NOT NULL,
  training BLOB NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('draft', 'running', 'paused', 'awaiting-decision', 'accepted', 'rejected', 'failed', 'cancelled')),
  why TEXT NOT NULL DEFAULT '',
  made_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  plan TEXT NOT NULL REFERENCES plan (id),
  number INTEGER NOT NULL,
  input BLOB NOT NULL,
  PRIMARY KEY (plan, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE round (
  plan TEXT NOT NULL REFERENCES plan (id),
  number INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  model TEXT,
  result BLOB NOT NULL,
  finished_at INTEGER NOT NULL,
  PRIMARY KEY (plan, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation (
  plan TEXT NOT NULL REFERENCES plan (id),
  round INTEGER NOT NULL,
  site TEXT NOT NULL,
  row BLOB NOT NULL,
  PRIMARY KEY (plan, round, site)
) STRICT, WITHOUT ROWID;

CREATE TABLE server_state (
  plan TEXT NOT NULL REFERENCES plan (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (plan, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule (
  id TEXT PRIMARY KEY,
  definition BLOB NOT NULL,
  since INTEGER NOT NULL,
  last_start INTEGER
) STRICT, WITHOUT ROWID;
)sql";

// Of a member that is revoked: it has left. A CHECK cannot be widened, so that this is no state of its own.
constexpr std::string_view kLeaving = R"sql(
ALTER TABLE member ADD COLUMN by_itself INTEGER NOT NULL DEFAULT 0 CHECK (by_itself IN (0, 1));
)sql";

}  // namespace

Status migrate_state(database::Connection& connection, const Clock& clock) {
    static constexpr std::array kSteps = {database::Migration{"members and certificates", kMembers},
                                          database::Migration{"models, plans and rounds", kTraining},
                                          database::Migration{"members that have left", kLeaving}};
    return database::migrate(connection, "coordinator", kSteps, clock);
}

std::int64_t to_milliseconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::chrono::system_clock::time_point from_milliseconds(std::int64_t milliseconds) {
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
}

std::optional<Sha256Digest> digest_from_hex(std::string_view text) {
    Sha256Digest digest{};
    if (text.size() != 2 * digest.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const std::string_view pair = text.substr(2 * i, 2);
        const auto [end, error] = std::from_chars(pair.data(), pair.data() + 2, digest[i], 16);
        if (error != std::errc() || end != pair.data() + 2) return std::nullopt;
    }
    return digest;
}

}  // namespace huizhen::coordinator
