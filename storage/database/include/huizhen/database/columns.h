#pragma once

// What several tables hold alike: times, as microseconds since 1970 (UTC), and enumerations, as their
// numbers.

#include <chrono>

#include <huizhen/database/connection.h>

namespace huizhen::database {

using Time = std::chrono::system_clock::time_point;

inline std::int64_t to_us(Time time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline Time from_us(std::int64_t us) { return Time(std::chrono::microseconds(us)); }

inline Result<Time> get_time(const Rows& rows, int column) {
    HZ_ASSIGN(const std::int64_t us, rows.get<std::int64_t>(column));
    return from_us(us);
}

template <typename Enum>
std::int64_t number_of(Enum value) {
    return static_cast<std::int64_t>(value);
}

template <typename Enum>
Result<Enum> get_as(const Rows& rows, int column) {
    HZ_ASSIGN(const std::int64_t number, rows.get<std::int64_t>(column));
    return static_cast<Enum>(number);
}

// visit(rows) for each row of an answer; its first error ends it.
template <typename Visit>
Status each_row(Connection& connection, std::string_view sql, std::initializer_list<Value> values,
                Visit&& visit) {
    HZ_ASSIGN(Rows rows, connection.query(sql, values));
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return {};
        HZ_TRY(visit(static_cast<const Rows&>(rows)));
    }
}

}  // namespace huizhen::database
