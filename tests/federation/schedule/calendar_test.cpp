#include "times.h"

namespace huizhen::schedule {
namespace {

TEST(Calendar, a_month_without_the_day_runs_on_its_last) {
    const CalendarRule rule = monthly(31);
    Time time = at(2027, 12, 31, 2);
    const Time expected[] = {at(2028, 1, 31, 2), at(2028, 2, 29, 2), at(2028, 3, 31, 2), at(2028, 4, 30, 2),
                             at(2028, 5, 31, 2), at(2028, 6, 30, 2), at(2028, 7, 31, 2), at(2028, 8, 31, 2)};
    for (const Time next : expected) {
        time = next_after(rule, time).value();
        EXPECT_EQ(time, next);
    }
    EXPECT_EQ(next_after(monthly(29), at(2027, 2, 1)), at(2027, 2, 28, 2));
    EXPECT_EQ(next_after(monthly(30), at(2100, 2, 1)), at(2100, 2, 28, 2));  // no leap year
    EXPECT_EQ(next_after(monthly(30), at(2000, 2, 1)), at(2000, 2, 29, 2));  // a leap year
}

TEST(Calendar, next_is_strictly_after_and_last_is_at_or_before) {
    const CalendarRule rule = monthly(15);
    EXPECT_EQ(next_after(rule, at(2026, 3, 15, 1, 59)), at(2026, 3, 15, 2));
    EXPECT_EQ(next_after(rule, at(2026, 3, 15, 2)), at(2026, 4, 15, 2));
    EXPECT_EQ(last_until(rule, at(2026, 3, 15, 2)), at(2026, 3, 15, 2));
    EXPECT_EQ(last_until(rule, at(2026, 3, 15, 1, 59)), at(2026, 2, 15, 2));
    EXPECT_EQ(next_after(rule, at(2026, 12, 20)), at(2027, 1, 15, 2));
    EXPECT_EQ(last_until(rule, at(2026, 1, 3)), at(2025, 12, 15, 2));
}

// 02:00 in China on the first is 18:00 UTC on the last day of the month before.
TEST(Calendar, days_are_those_of_the_plans_own_offset) {
    const CalendarRule china = monthly(1, 2, 480);
    EXPECT_EQ(next_after(china, at(2028, 2, 10)), at(2028, 2, 29, 18));
    EXPECT_EQ(next_after(china, at(2028, 2, 29, 18)), at(2028, 3, 31, 18));
    EXPECT_EQ(last_until(china, at(2028, 2, 29, 17, 59)), at(2028, 1, 31, 18));
    const CalendarRule west = monthly(31, 23, -600);  // 09:00 UTC of the day after
    EXPECT_EQ(next_after(west, at(2026, 4, 1, 9)), at(2026, 5, 1, 9));
    EXPECT_EQ(next_after(west, at(2026, 4, 1, 8, 59)), at(2026, 4, 1, 9));
}

TEST(Calendar, weekly_on_every_weekday) {
    // 25 November 2026 is a Wednesday.
    EXPECT_EQ(next_after(weekly(3), at(2026, 11, 25, 1)), at(2026, 11, 25, 2));
    EXPECT_EQ(next_after(weekly(3), at(2026, 11, 25, 2)), at(2026, 12, 2, 2));
    EXPECT_EQ(next_after(weekly(1), at(2026, 11, 25)), at(2026, 11, 30, 2));
    EXPECT_EQ(next_after(weekly(7), at(2026, 12, 30)), at(2027, 1, 3, 2));
    EXPECT_EQ(last_until(weekly(7), at(2026, 11, 25)), at(2026, 11, 22, 2));
    EXPECT_EQ(next_after(weekly(1, 2, 480), at(2026, 11, 25)), at(2026, 11, 29, 18));  // Sunday in UTC
}

// Against a walk through every hour of nine years.
TEST(Calendar, every_time_has_the_run_before_and_after_it) {
    for (const CalendarRule& rule :
         {monthly(31, 0, 0), monthly(30, 23, 840), monthly(1, 5, -720), weekly(6, 4, 60)}) {
        std::vector<Time> runs;
        for (Time hour = at(2023, 1, 1); hour < at(2032, 1, 1); hour += std::chrono::hours(1)) {
            const Time local = hour + std::chrono::minutes(rule.utc_offset_minutes);
            const auto day = std::chrono::floor<std::chrono::days>(local);
            if (local - day != std::chrono::hours(rule.hour)) continue;
            const std::chrono::year_month_day date(day);
            const std::chrono::year_month_day tomorrow(day + std::chrono::days(1));
            const auto number = static_cast<unsigned>(date.day());
            const auto wanted = static_cast<unsigned>(rule.day_of_month);
            const bool last = tomorrow.month() != date.month();
            const bool on = rule.repeat == Repeat::kMonthly ? number == wanted || (last && number < wanted)
                                                            : std::chrono::weekday(day).iso_encoding() ==
                                                                  static_cast<unsigned>(rule.weekday);
            if (on) runs.push_back(hour);
        }
        ASSERT_GT(runs.size(), 100u);
        for (std::size_t i = 0; i + 1 < runs.size(); ++i) {
            for (const Time time :
                 {runs[i], runs[i] + std::chrono::seconds(1), runs[i + 1] - std::chrono::seconds(1)}) {
                ASSERT_EQ(next_after(rule, time), runs[i + 1]) << in_words(rule) << " " << i;
                ASSERT_EQ(last_until(rule, time), runs[i]) << in_words(rule) << " " << i;
            }
        }
    }
}

TEST(Calendar, on_demand_never_comes_by_itself) {
    EXPECT_FALSE(next_after(on_demand(), at(2026, 1, 1)));
    EXPECT_FALSE(last_until(on_demand(), at(2026, 1, 1)));
}

TEST(Calendar, says_itself_in_words) {
    EXPECT_EQ(in_words({}), "monthly on day 1 at 02:00 (UTC+08:00)");
    EXPECT_EQ(in_words(weekly(7, 23, -210)), "weekly on Sunday at 23:00 (UTC-03:30)");
    EXPECT_EQ(in_words(on_demand()), "on demand");
}

TEST(Calendar, refuses_times_that_are_none) {
    EXPECT_TRUE(check(CalendarRule{}));
    for (const int day : {0, 32, -1}) EXPECT_FALSE(check(monthly(day)));
    for (const int day : {0, 8}) EXPECT_FALSE(check(weekly(day)));
    for (const int hour : {-1, 24}) EXPECT_FALSE(check(monthly(1, hour)));
    for (const int offset : {-841, 841}) EXPECT_FALSE(check(monthly(1, 2, offset)));
    CalendarRule rule;
    rule.minute = 60;
    EXPECT_FALSE(check(rule));
    rule = {};
    rule.repeat = static_cast<Repeat>(9);
    EXPECT_FALSE(check(rule));
}

}  // namespace
}  // namespace huizhen::schedule
