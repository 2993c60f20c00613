#include "schema.h"

#include <charconv>

#include <huizhen/database/migrations.h>

namespace huizhen::site {
namespace {

constexpr std::string_view kMembership = R"sql(
CREATE TABLE enrolment (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  site TEXT NOT NULL,
  coordinator TEXT NOT NULL,
  root BLOB NOT NULL,
  proxy TEXT,
  state TEXT NOT NULL CHECK (state IN ('asking', 'waiting', 'enrolled', 'refused', 'left')),
  ticket BLOB NOT NULL DEFAULT x'',
  why TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE connection (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  connected INTEGER NOT NULL,
  why TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

-- Certificates that sign sites' and servers', under the pinned root.
CREATE TABLE issuer (
  fingerprint BLOB PRIMARY KEY,
  der BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The head of the log of certificates as it was last shown here, and what stands in it.
CREATE TABLE issuance (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  count INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE certificate (
  fingerprint BLOB PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  serial BLOB NOT NULL,
  role INTEGER NOT NULL,
  name TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kRounds = R"sql(
-- A round that is over keeps its row, without setup and seed.
CREATE TABLE round (
  plan TEXT NOT NULL,
  number INTEGER NOT NULL,
  task TEXT NOT NULL,
  iteration INTEGER NOT NULL,
  setup BLOB NOT NULL,
  seed BLOB NOT NULL,
  opened_at INTEGER NOT NULL,
  heard_at INTEGER NOT NULL,
  took_part INTEGER NOT NULL,
  stage TEXT NOT NULL,
  trouble TEXT NOT NULL DEFAULT '',
  closed_at INTEGER,
  outcome TEXT NOT NULL DEFAULT '',
  included INTEGER NOT NULL DEFAULT 0,
  unmasked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (plan, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX round_opened ON round (opened_at);

CREATE TABLE journal (
  plan TEXT NOT NULL,
  number INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  input BLOB NOT NULL,
  PRIMARY KEY (plan, number, entry),
  FOREIGN KEY (plan, number) REFERENCES round (plan, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE spent (
  entry INTEGER PRIMARY KEY,
  plan TEXT NOT NULL,
  round INTEGER NOT NULL,
  noise_multiplier REAL NOT NULL,
  sampling_rate REAL NOT NULL,
  times INTEGER NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (plan, round)
) STRICT;

-- Files in objects/, and for which rounds they are there.
CREATE TABLE object (
  digest BLOB PRIMARY KEY,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE round_object (
  plan TEXT NOT NULL,
  number INTEGER NOT NULL,
  digest BLOB NOT NULL REFERENCES object (digest),
  PRIMARY KEY (plan, number, digest)
) STRICT, WITHOUT ROWID;

-- Sealed vectors in kept/: what a plan has left here between its rounds, and what it will be if the round
-- that is open ends with this site's update in its sum.
CREATE TABLE kept (
  plan TEXT NOT NULL,
  name TEXT NOT NULL,
  object TEXT NOT NULL,
  PRIMARY KEY (plan, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE kept_next (
  plan TEXT NOT NULL,
  round INTEGER NOT NULL,
  name TEXT NOT NULL,
  object TEXT NOT NULL,
  PRIMARY KEY (plan, round, name)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kModels = R"sql(
CREATE TABLE lineage_key (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  public_key BLOB NOT NULL
) STRICT;
CREATE TABLE lineage (
  task TEXT NOT NULL,
  number INTEGER NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (task, number)
) STRICT, WITHOUT ROWID;

-- Which model the site runs for a task. `wanted` is on its way here.
CREATE TABLE task_model (
  task TEXT PRIMARY KEY,
  runs BLOB,
  former BLOB,
  wanted BLOB,
  pinned BLOB,
  reason TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE refused_model (
  task TEXT NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (task, digest)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kRevokedIssuers = R"sql(
-- Issuing keys that the federation's root has taken back.
CREATE TABLE revoked_issuer (
  serial BLOB PRIMARY KEY,
  revoked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace

Status migrate_state(database::Connection& connection, const Clock& clock) {
    static constexpr std::array kSteps = {
        database::Migration{"membership", kMembership}, database::Migration{"rounds", kRounds},
        database::Migration{"models", kModels}, database::Migration{"revoked issuers", kRevokedIssuers}};
    return database::migrate(connection, "site", kSteps, clock);
}

Result<std::unique_ptr<database::Connection>> open_for_reading(const std::filesystem::path& state) {
    auto connection = database::Connection::open(state / kDatabaseName, database::Access::kRead);
    if (!connection && connection.error().code() == ErrorCode::kNotFound)
        return fail(ErrorCode::kNotFound, "not-enrolled: " + state.string() +
                                              " is no site of a federation; run `huizhen-node enrol` first");
    return connection;
}

WallTime wall_now(const Clock& clock) { return std::chrono::floor<std::chrono::milliseconds>(clock.now()); }

Result<Sha256Digest> to_digest(BlobView column) {
    Sha256Digest digest{};
    if (column.size() != digest.size())
        return fail(ErrorCode::kIntegrity, "database-damaged: a digest is not 32 bytes long");
    std::ranges::copy(column, digest.begin());
    return digest;
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

}  // namespace huizhen::site
