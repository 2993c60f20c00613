#include <huizhen/database/columns.h>
#include <huizhen/jobs/views.h>

namespace huizhen::jobs {

using database::Connection;
using database::from_us;
using database::get_as;
using database::get_time;
using database::number_of;
using database::Rows;

namespace {

constexpr std::string_view kColumns =
    "SELECT id, kind, key, priority, state, queued_us, not_before_us, changed_us, failures, deaths, reason "
    "FROM jobs ";

Result<View> read_view(Connection& connection, const Rows& rows) {
    View view;
    HZ_ASSIGN(view.id.value, rows.get<std::int64_t>(0));
    HZ_ASSIGN(view.kind, rows.get<std::string>(1));
    HZ_ASSIGN(view.key, rows.get<std::string>(2));
    HZ_ASSIGN(view.priority, get_as<Priority>(rows, 3));
    HZ_ASSIGN(view.state, get_as<State>(rows, 4));
    HZ_ASSIGN(view.queued, get_time(rows, 5));
    HZ_ASSIGN(view.not_before, get_time(rows, 6));
    HZ_ASSIGN(view.changed, get_time(rows, 7));
    HZ_ASSIGN(view.failures, rows.get<std::int64_t>(8));
    HZ_ASSIGN(view.deaths, rows.get<std::int64_t>(9));
    HZ_ASSIGN(view.reason, rows.get<std::string>(10));
    HZ_ASSIGN(Rows stages, connection.query("SELECT stage FROM job_stages WHERE job = ?1 ORDER BY number",
                                            {view.id.value}));
    while (true) {
        HZ_ASSIGN(const bool more, stages.next());
        if (!more) return view;
        HZ_ASSIGN(view.stages.emplace_back(), stages.get<std::string>(0));
    }
}

}  // namespace

Result<std::vector<View>> list(Connection& connection, State state, JobId after, std::int64_t limit) {
    HZ_ASSIGN(Rows rows, connection.query(
                             std::string(kColumns) + "WHERE state = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
                             {number_of(state), after.value, std::clamp<std::int64_t>(limit, 1, kMaxPage)}));
    std::vector<View> views;
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return views;
        HZ_ASSIGN(views.emplace_back(), read_view(connection, rows));
    }
}

Result<std::optional<View>> find(Connection& connection, std::string_view kind, std::string_view key) {
    HZ_ASSIGN(Rows rows,
              connection.query(std::string(kColumns) + "WHERE kind = ?1 AND key = ?2", {kind, key}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<View>();
    HZ_ASSIGN(View view, read_view(connection, rows));
    return std::optional<View>(std::move(view));
}

Result<Counts> count(Connection& connection) {
    Counts counts;
    HZ_ASSIGN(Rows rows, connection.query("SELECT state, count(*) FROM jobs GROUP BY state"));
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) break;
        HZ_ASSIGN(const std::int64_t state, rows.get<std::int64_t>(0));
        HZ_ASSIGN(counts.by_state.at(static_cast<std::size_t>(state)), rows.get<std::int64_t>(1));
    }
    HZ_ASSIGN(const auto oldest, connection.value<std::optional<std::int64_t>>(
                                     "SELECT min(queued_us) FROM jobs WHERE state = 0"));
    if (oldest && *oldest) counts.oldest_waiting = from_us(**oldest);
    return counts;
}

}  // namespace huizhen::jobs
