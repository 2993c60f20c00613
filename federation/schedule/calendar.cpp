#include <cstdio>

#include <huizhen/schedule/calendar.h>

namespace huizhen::schedule {

namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::year_month;
using std::chrono::year_month_day;

using LocalDays = std::chrono::sys_days;  // days of the plan's own calendar

std::chrono::seconds time_of_day(const CalendarRule& rule) {
    return std::chrono::hours(rule.hour) + minutes(rule.minute);
}

Time to_utc(const CalendarRule& rule, LocalDays day) {
    return day + time_of_day(rule) - minutes(rule.utc_offset_minutes);
}

LocalDays local_day(const CalendarRule& rule, Time time) {
    return std::chrono::floor<days>(time + minutes(rule.utc_offset_minutes));
}

Time in_month(const CalendarRule& rule, year_month month) {
    const auto last = year_month_day(month / std::chrono::last).day();
    const auto wanted = std::chrono::day(static_cast<unsigned>(rule.day_of_month));
    return to_utc(rule, LocalDays(month / std::min(wanted, last)));
}

Time in_week(const CalendarRule& rule, LocalDays any_day) {
    const auto today = static_cast<int>(std::chrono::weekday(any_day).iso_encoding());
    return to_utc(rule, any_day + days(rule.weekday - today));
}

// The run of the month or week that `time` lies in, `steps` months or weeks on.
Time run_near(const CalendarRule& rule, Time time, int steps) {
    const LocalDays day = local_day(rule, time);
    if (rule.repeat == Repeat::kWeekly) return in_week(rule, day + days(7 * steps));
    const year_month_day date(day);
    return in_month(rule, year_month(date.year(), date.month()) + std::chrono::months(steps));
}

}  // namespace

Status check(const CalendarRule& rule) {
    const auto refused = [](const char* what) { return fail(ErrorCode::kInvalidArgument, what); };
    switch (rule.repeat) {
        case Repeat::kOnDemand: return {};
        case Repeat::kMonthly:
            if (rule.day_of_month < 1 || rule.day_of_month > 31)
                return refused("day of month must be 1 to 31");
            break;
        case Repeat::kWeekly:
            if (rule.weekday < 1 || rule.weekday > 7)
                return refused("weekday must be 1, Monday, to 7, Sunday");
            break;
        default: return refused("a plan repeats monthly, weekly or on demand");
    }
    if (rule.hour < 0 || rule.hour > 23 || rule.minute < 0 || rule.minute > 59) {
        return refused("the time of day must be 00:00 to 23:59");
    }
    if (rule.utc_offset_minutes < -840 || rule.utc_offset_minutes > 840) {
        return refused("the offset from UTC must be -14 to 14 hours");
    }
    return {};
}

std::optional<Time> next_after(const CalendarRule& rule, Time time) {
    if (rule.repeat == Repeat::kOnDemand) return std::nullopt;
    const Time here = run_near(rule, time, 0);
    return here > time ? here : run_near(rule, time, 1);
}

std::optional<Time> last_until(const CalendarRule& rule, Time time) {
    if (rule.repeat == Repeat::kOnDemand) return std::nullopt;
    const Time here = run_near(rule, time, 0);
    return here <= time ? here : run_near(rule, time, -1);
}

std::string in_words(const CalendarRule& rule) {
    constexpr const char* kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};
    if (rule.repeat == Repeat::kOnDemand) return "on demand";
    std::array<char, 64> text;
    const int offset = std::abs(rule.utc_offset_minutes);
    std::snprintf(text.data(), text.size(), " at %02d:%02d (UTC%c%02d:%02d)", rule.hour, rule.minute,
                  rule.utc_offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
    if (rule.repeat == Repeat::kWeekly) {
        return std::string("weekly on ") + kDays[(rule.weekday - 1) % 7] + text.data();
    }
    return "monthly on day " + std::to_string(rule.day_of_month) + text.data();
}

}  // namespace huizhen::schedule
