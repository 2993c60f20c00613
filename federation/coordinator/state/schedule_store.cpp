#include "schedule_store.h"

namespace huizhen::coordinator {

Status ScheduleStore::put(const ScheduleRecord& schedule) {
    return connection_->run(
        "INSERT OR REPLACE INTO schedule (id, definition, since, last_start) "
        "VALUES (?1, ?2, ?3, NULL)",
        {std::string_view(schedule.id), database::BlobView(schedule.definition), schedule.since});
}

Status ScheduleStore::remove(std::string_view id) {
    return connection_->run("DELETE FROM schedule WHERE id = ?1", {id});
}

Status ScheduleStore::started(std::string_view id, std::int64_t at) {
    return connection_->run("UPDATE schedule SET last_start = ?2 WHERE id = ?1", {id, at});
}

Result<std::vector<ScheduleRecord>> ScheduleStore::all() const {
    HZ_ASSIGN(database::Rows rows,
              connection_->query("SELECT id, definition, since, last_start FROM schedule ORDER BY id"));
    std::vector<ScheduleRecord> schedules;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return schedules;
        ScheduleRecord schedule;
        HZ_ASSIGN(schedule.id, rows.get<std::string>(0));
        HZ_ASSIGN(schedule.definition, rows.get<database::Blob>(1));
        HZ_ASSIGN(schedule.since, rows.get<std::int64_t>(2));
        HZ_ASSIGN(schedule.last_start, rows.get<std::optional<std::int64_t>>(3));
        schedules.push_back(std::move(schedule));
    }
}

}  // namespace huizhen::coordinator
