#pragma once

// When a plan runs by itself. Pure functions of the time they are given. A plan keeps one offset from UTC the
// year round (China has no summer time); the proleptic Gregorian calendar.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <huizhen/base/result.h>

namespace huizhen::schedule {

using Time = std::chrono::sys_seconds;

// Never renumbered: plans keep them.
enum class Repeat : std::uint8_t { kMonthly = 1, kWeekly = 2, kOnDemand = 3 };

struct CalendarRule {
    Repeat repeat = Repeat::kMonthly;
    int day_of_month = 1;  // monthly, 1 to 31: a month without that day runs on its last
    int weekday = 1;       // weekly, ISO 8601: Monday 1 to Sunday 7
    int hour = 2, minute = 0;
    int utc_offset_minutes = 480;  // -14 h to 14 h
};

// kInvalidArgument names the value.
Status check(const CalendarRule& rule);

// The first run strictly after `time`; none on demand. Both want a rule that check() lets pass.
std::optional<Time> next_after(const CalendarRule& rule, Time time);
// The last run at or before `time`.
std::optional<Time> last_until(const CalendarRule& rule, Time time);

// "monthly on day 31 at 02:00 (UTC+08:00)", "weekly on Monday at 02:00 (UTC+08:00)", "on demand"
std::string in_words(const CalendarRule& rule);

}  // namespace huizhen::schedule
