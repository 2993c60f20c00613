#include "round_store.h"

#include <huizhen/rounds/site_round.h>

namespace huizhen::site {
namespace {

using database::Rows;
using rounds::RoundName;

constexpr std::string_view kColumns =
    "plan, number, task, iteration, opened_at, heard_at, stage, trouble, closed_at, outcome, included";

std::int64_t number_of(const RoundName& round) { return static_cast<std::int64_t>(round.number); }
std::string_view plan_of(const RoundName& round) { return round.plan.str(); }

Result<RoundRow> read_row(const Rows& rows) {
    RoundRow row;
    HZ_ASSIGN(auto plan, rows.get<std::string>(0));
    HZ_ASSIGN(const auto number, rows.get<std::int64_t>(1));
    row.name = {rounds::PlanId(std::move(plan)), static_cast<std::uint64_t>(number)};
    HZ_ASSIGN(row.task, rows.get<std::string>(2));
    HZ_ASSIGN(const auto iteration, rows.get<std::int64_t>(3));
    row.iteration = static_cast<std::uint32_t>(iteration);
    HZ_ASSIGN(const auto opened, rows.get<std::int64_t>(4));
    row.opened_at = from_milliseconds(opened);
    HZ_ASSIGN(const auto heard, rows.get<std::int64_t>(5));
    row.heard_at = from_milliseconds(heard);
    HZ_ASSIGN(row.stage, rows.get<std::string>(6));
    HZ_ASSIGN(row.trouble, rows.get<std::string>(7));
    HZ_ASSIGN(const auto closed, rows.get<std::optional<std::int64_t>>(8));
    if (closed) row.closed_at = from_milliseconds(*closed);
    HZ_ASSIGN(row.outcome, rows.get<std::string>(9));
    HZ_ASSIGN(const auto included, rows.get<std::int64_t>(10));
    row.included = included != 0;
    return row;
}

Result<std::vector<Blob>> blobs(Rows rows) {
    std::vector<Blob> all;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return all;
        HZ_ASSIGN(Blob blob, rows.get<Blob>(0));
        all.push_back(std::move(blob));
    }
}

Result<std::vector<Sha256Digest>> digests(Rows rows) {
    HZ_ASSIGN(const auto columns, blobs(std::move(rows)));
    std::vector<Sha256Digest> all;
    for (const Blob& column : columns) {
        HZ_ASSIGN(const Sha256Digest digest, to_digest(column));
        all.push_back(digest);
    }
    return all;
}

}  // namespace

Status RoundStore::open(const NewRound& round) {
    return connection_->run(
        "INSERT INTO round (plan, number, task, iteration, setup, seed, opened_at, heard_at, took_part, "
        "stage) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, '')",
        {plan_of(round.name), number_of(round.name), std::string_view(round.task),
         static_cast<std::int64_t>(round.iteration), BlobView(round.setup), BlobView(round.sealed_seed),
         to_milliseconds(round.at), static_cast<std::int64_t>(round.takes_part)});
}

Status RoundStore::append(const RoundName& round, std::int64_t entry, BlobView input, WallTime at) {
    HZ_TRY(connection_->run("INSERT INTO journal (plan, number, entry, input) VALUES (?1, ?2, ?3, ?4)",
                            {plan_of(round), number_of(round), entry, input}));
    return connection_->run("UPDATE round SET heard_at = ?3 WHERE plan = ?1 AND number = ?2",
                            {plan_of(round), number_of(round), to_milliseconds(at)});
}

Status RoundStore::set_stage(const RoundName& round, std::string_view stage, std::string_view trouble) {
    const bool unmasked = stage == rounds::stage_name(rounds::SiteStage::kUnmasked);
    return connection_->run(
        "UPDATE round SET stage = ?3, trouble = ?4, unmasked = max(unmasked, ?5) "
        "WHERE plan = ?1 AND number = ?2",
        {plan_of(round), number_of(round), stage, trouble, std::int64_t{unmasked}});
}

Status RoundStore::close(const RoundName& round, const RoundEnd& end) {
    HZ_TRY(connection_->run("DELETE FROM journal WHERE plan = ?1 AND number = ?2",
                            {plan_of(round), number_of(round)}));
    return connection_->run(
        "UPDATE round SET setup = x'', seed = x'', closed_at = ?3, outcome = ?4, included = ?5 "
        "WHERE plan = ?1 AND number = ?2",
        {plan_of(round), number_of(round), to_milliseconds(end.at), std::string_view(end.outcome),
         static_cast<std::int64_t>(end.included)});
}

Result<std::vector<OpenRound>> RoundStore::open_rounds() const {
    std::vector<OpenRound> open;
    {
        HZ_ASSIGN(Rows rows, connection_->query("SELECT " + std::string(kColumns) +
                                                ", setup, seed FROM round WHERE closed_at IS NULL "
                                                "ORDER BY plan, number"));
        for (;;) {
            HZ_ASSIGN(const bool more, rows.next());
            if (!more) break;
            OpenRound round;
            HZ_ASSIGN(round.row, read_row(rows));
            HZ_ASSIGN(round.setup, rows.get<Blob>(11));
            HZ_ASSIGN(round.sealed_seed, rows.get<Blob>(12));
            open.push_back(std::move(round));
        }
    }
    for (OpenRound& round : open) {
        HZ_ASSIGN(Rows rows, connection_->query(
                                 "SELECT input FROM journal WHERE plan = ?1 AND number = ?2 ORDER BY entry",
                                 {plan_of(round.row.name), number_of(round.row.name)}));
        HZ_ASSIGN(round.journal, blobs(std::move(rows)));
    }
    return open;
}

Result<std::vector<RoundRow>> RoundStore::latest(std::size_t max) const {
    HZ_ASSIGN(Rows rows, connection_->query("SELECT " + std::string(kColumns) +
                                                " FROM round ORDER BY opened_at DESC, number DESC LIMIT ?1",
                                            {static_cast<std::int64_t>(max)}));
    std::vector<RoundRow> all;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return all;
        HZ_ASSIGN(RoundRow row, read_row(rows));
        all.push_back(std::move(row));
    }
}

Result<std::uint64_t> RoundStore::last_number(const rounds::PlanId& plan) const {
    HZ_ASSIGN(const auto number, connection_->value<std::int64_t>(
                                     "SELECT number FROM round WHERE plan = ?1 ORDER BY number DESC LIMIT 1",
                                     {std::string_view(plan.str())}));
    return static_cast<std::uint64_t>(number.value_or(0));
}

Result<std::uint32_t> RoundStore::begun_since(WallTime since) const {
    HZ_ASSIGN(const auto count, connection_->value<std::int64_t>(
                                    "SELECT count(*) FROM round WHERE opened_at >= ?1 AND took_part = 1",
                                    {to_milliseconds(since)}));
    return static_cast<std::uint32_t>(count.value_or(0));
}

Result<bool> RoundStore::has_unmasked(const rounds::PlanId& plan, std::uint32_t iteration) const {
    HZ_ASSIGN(const auto found,
              connection_->value<std::int64_t>(
                  "SELECT 1 FROM round WHERE plan = ?1 AND iteration = ?2 AND unmasked = 1 LIMIT 1",
                  {std::string_view(plan.str()), std::int64_t{iteration}}));
    return found.has_value();
}

Result<bool> RoundStore::has_trained_for(const rounds::PlanId& plan) const {
    HZ_ASSIGN(const auto found, connection_->value<std::int64_t>(
                                    "SELECT 1 FROM round WHERE plan = ?1 AND took_part = 1 LIMIT 1",
                                    {std::string_view(plan.str())}));
    return found.has_value();
}

Result<std::vector<std::string>> RoundStore::tasks() const {
    HZ_ASSIGN(Rows rows, connection_->query("SELECT DISTINCT task FROM round ORDER BY task"));
    std::vector<std::string> all;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return all;
        HZ_ASSIGN(auto task, rows.get<std::string>(0));
        all.push_back(std::move(task));
    }
}

Status RoundStore::note(const rounds::ObjectRef& object) {
    return connection_->run("INSERT OR IGNORE INTO object (digest, bytes) VALUES (?1, ?2)",
                            {BlobView(object.digest), static_cast<std::int64_t>(object.bytes)});
}

Status RoundStore::needs(const RoundName& round, const rounds::ObjectRef& object) {
    HZ_TRY(note(object));
    return connection_->run("INSERT OR IGNORE INTO round_object (plan, number, digest) VALUES (?1, ?2, ?3)",
                            {plan_of(round), number_of(round), BlobView(object.digest)});
}

Status RoundStore::release(const RoundName& round, const Sha256Digest& object) {
    return connection_->run("DELETE FROM round_object WHERE plan = ?1 AND number = ?2 AND digest = ?3",
                            {plan_of(round), number_of(round), BlobView(object)});
}

Result<std::vector<Sha256Digest>> RoundStore::objects() const {
    HZ_ASSIGN(Rows rows, connection_->query("SELECT digest FROM object"));
    return digests(std::move(rows));
}

Result<std::vector<Sha256Digest>> RoundStore::unneeded(WallTime since) const {
    HZ_ASSIGN(
        Rows rows,
        connection_->query(
            "SELECT digest FROM object WHERE digest NOT IN ("
            "  SELECT o.digest FROM round_object o JOIN round r ON r.plan = o.plan AND r.number = o.number"
            "  WHERE r.closed_at IS NULL OR (r.closed_at >= ?1 AND r.number ="
            "    (SELECT max(n.number) FROM round n WHERE n.plan = r.plan)))"
            " AND digest NOT IN (SELECT runs FROM task_model WHERE runs IS NOT NULL)"
            " AND digest NOT IN (SELECT former FROM task_model WHERE former IS NOT NULL)"
            " AND digest NOT IN (SELECT wanted FROM task_model WHERE wanted IS NOT NULL)"
            " AND digest NOT IN (SELECT pinned FROM task_model WHERE pinned IS NOT NULL)",
            {to_milliseconds(since)}));
    return digests(std::move(rows));
}

Status RoundStore::forget(const Sha256Digest& object) {
    HZ_TRY(connection_->run("DELETE FROM round_object WHERE digest = ?1", {BlobView(object)}));
    return connection_->run("DELETE FROM object WHERE digest = ?1", {BlobView(object)});
}

}  // namespace huizhen::site
