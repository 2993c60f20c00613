#pragma once

// "2026-03-01 02:00" of UTC, in UTC.

#include <huizhen/schedule/calendar.h>

namespace huizhen::schedule {

inline Time at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day)) +
           std::chrono::hours(hour) + std::chrono::minutes(minute);
}

inline CalendarRule monthly(int day, int hour = 2, int offset = 0) {
    CalendarRule rule;
    rule.day_of_month = day;
    rule.hour = hour;
    rule.utc_offset_minutes = offset;
    return rule;
}

inline CalendarRule weekly(int weekday, int hour = 2, int offset = 0) {
    CalendarRule rule = monthly(1, hour, offset);
    rule.repeat = Repeat::kWeekly;
    rule.weekday = weekday;
    return rule;
}

inline CalendarRule on_demand() {
    CalendarRule rule;
    rule.repeat = Repeat::kOnDemand;
    return rule;
}

}  // namespace huizhen::schedule
