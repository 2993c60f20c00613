#pragma once

// How times and states stand in a row.

#include <huizhen/database/rows.h>
#include <huizhen/jobs/job.h>

namespace huizhen::jobs {

inline std::int64_t to_us(Time time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline Time from_us(std::int64_t us) { return Time(std::chrono::microseconds(us)); }

inline std::int64_t number_of(State state) { return static_cast<std::int64_t>(state); }

template <typename T>
Result<T> get_as(const database::Rows& rows, int column) {
    HZ_ASSIGN(const std::int64_t number, rows.get<std::int64_t>(column));
    return static_cast<T>(number);
}
inline Result<Time> get_time(const database::Rows& rows, int column) {
    HZ_ASSIGN(const std::int64_t us, rows.get<std::int64_t>(column));
    return from_us(us);
}

}  // namespace huizhen::jobs
