#include <huizhen/base/sha256.h>
#include <huizhen/database/migrations.h>

namespace huizhen::database {

namespace {

constexpr std::string_view kBookkeeping = R"(
    CREATE TABLE IF NOT EXISTS schema_migrations (
        component  TEXT NOT NULL,
        number     INTEGER NOT NULL CHECK (number >= 1),
        name       TEXT NOT NULL,
        sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
        applied_at TEXT NOT NULL,
        PRIMARY KEY (component, number)
    ) STRICT, WITHOUT ROWID)";

Sha256Digest hash_of(std::string_view sql) {
    return sha256(std::as_bytes(std::span(sql.data(), sql.size())));
}

std::string place(std::string_view component, std::int64_t number) {
    return std::string(component) + " version " + std::to_string(number);
}

// How many steps ran; each must be the one in the list.
Result<std::size_t> check_done(Connection& connection, std::string_view component,
                               std::span<const Migration> steps) {
    HZ_ASSIGN(
        Rows rows,
        connection.query("SELECT number, sha256 FROM schema_migrations WHERE component = ?1 ORDER BY number",
                         {component}));
    std::size_t done = 0;
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return done;
        HZ_ASSIGN(const std::int64_t number, rows.get<std::int64_t>(0));
        HZ_ASSIGN(const Blob hash, rows.get<Blob>(1));
        if (number > static_cast<std::int64_t>(steps.size())) {
            return fail(ErrorCode::kUnsupported, "database-too-new: " + connection.path().string() +
                                                     " is at " + place(component, number) +
                                                     ", this program knows " + std::to_string(steps.size()) +
                                                     "; install the program that wrote it");
        }
        if (number != static_cast<std::int64_t>(done) + 1 ||
            !std::ranges::equal(hash, hash_of(steps[done].sql))) {
            return fail(ErrorCode::kIntegrity, "migration-changed: " + connection.path().string() + ": " +
                                                   place(component, number) +
                                                   " is not what this program has");
        }
        ++done;
    }
}

Status run_step(Connection& connection, std::string_view component, std::int64_t number,
                const Migration& step, const Clock& clock) {
    HZ_ASSIGN(Transaction transaction, connection.begin());
    HZ_TRY(connection.script(step.sql));
    const Sha256Digest hash = hash_of(step.sql);
    HZ_TRY(connection.run("INSERT INTO schema_migrations VALUES (?1, ?2, ?3, ?4, ?5)",
                          {component, number, step.name, hash, to_iso8601(clock.now())}));
    HZ_ASSIGN(const auto dangling, connection.value<std::string>("PRAGMA foreign_key_check"));
    if (dangling) {
        return fail(ErrorCode::kIntegrity, "migration-breaks-references: " + place(component, number) +
                                               " leaves rows of " + *dangling + " dangling");
    }
    return transaction.commit();
}

}  // namespace

Status migrate(Connection& connection, std::string_view component, std::span<const Migration> steps,
               const Clock& clock) {
    HZ_TRY(connection.script(kBookkeeping));
    HZ_ASSIGN(std::size_t done, check_done(connection, component, steps));
    for (; done < steps.size(); ++done) {
        Status ran = run_step(connection, component, static_cast<std::int64_t>(done) + 1, steps[done], clock);
        if (!ran) return fail(ran.error());
    }
    return {};
}

Result<std::int64_t> schema_version(Connection& connection, std::string_view component) {
    HZ_ASSIGN(const auto table, connection.value<std::int64_t>(
                                    "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'"));
    if (*table == 0) return 0;
    HZ_ASSIGN(
        const auto version,
        connection.value<std::int64_t>(
            "SELECT coalesce(max(number), 0) FROM schema_migrations WHERE component = ?1", {component}));
    return *version;
}

}  // namespace huizhen::database
