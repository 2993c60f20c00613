#include "schedules.h"

#include <algorithm>

#include <federation/v1/coordinator.pb.h>
#include <fmt/format.h>

#include <huizhen/base/logging.h>
#include <huizhen/schedule/agenda.h>

#include "plans/plan_book.h"
#include "plans/plan_definition.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;
using schedule::CalendarRule;
using schedule::Repeat;

Result<CalendarRule> calendar_of(const v1::Calendar& calendar) {
    CalendarRule rule;
    rule.hour = static_cast<int>(calendar.minute_of_day() / 60);
    rule.minute = static_cast<int>(calendar.minute_of_day() % 60);
    rule.utc_offset_minutes = calendar.utc_offset_minutes();
    const int day = calendar.day() == 0 ? 1 : static_cast<int>(calendar.day());
    switch (calendar.repeat()) {
        case v1::Calendar::REPEAT_WEEKLY:
            rule.repeat = Repeat::kWeekly;
            rule.weekday = day;
            break;
        case v1::Calendar::REPEAT_ON_DEMAND: rule.repeat = Repeat::kOnDemand; break;
        default:
            rule.repeat = Repeat::kMonthly;
            rule.day_of_month = day;
            break;
    }
    HZ_TRY(schedule::check(rule));
    return rule;
}

std::int64_t seconds_of(identity::Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

schedule::Time time_of(std::int64_t seconds) { return schedule::Time(std::chrono::seconds(seconds)); }

Result<v1::Plan> pattern_of(const ScheduleRecord& record) {
    v1::Plan plan;
    if (!plan.ParseFromArray(record.definition.data(), static_cast<int>(record.definition.size())))
        return fail(ErrorCode::kIntegrity, "database-damaged: the pattern of schedule " + record.id);
    return plan;
}

struct Entry {
    std::string unreadable;  // why; then the rest is empty but for the name
    v1::Plan pattern;
    CalendarRule calendar;
    schedule::Plan plan;
};

// One run of a pattern still on: the next waits for it.
bool runs(const Context& context, const std::string& id) {
    return std::ranges::any_of(context.runners, [&](const auto& runner) {
        return is_run_of(runner.first, id) && !runner.second->settled();
    });
}

Result<Entry> entry_of(const Context& context, const ScheduleRecord& record) {
    Entry entry;
    HZ_ASSIGN(entry.pattern, pattern_of(record));
    HZ_ASSIGN(entry.calendar, calendar_of(entry.pattern.calendar()));
    entry.plan.rule.plan = record.id;
    entry.plan.rule.calendar = entry.calendar;
    entry.plan.clock.since = time_of(record.since);
    if (record.last_start) entry.plan.clock.last_start = time_of(*record.last_start);
    entry.plan.clock.running = runs(context, record.id);
    return entry;
}

Result<std::vector<Entry>> entries(Context& context) {
    HZ_ASSIGN(const auto records, context.schedules.all());
    std::vector<Entry> all;
    for (const ScheduleRecord& record : records) {
        auto entry = entry_of(context, record);
        if (entry) {
            all.push_back(std::move(*entry));
        } else {
            Entry& empty = all.emplace_back();
            empty.unreadable = entry.error().message();
            empty.plan.rule.plan = record.id;
        }
    }
    return all;
}

Status start_run(Context& context, const Entry& entry, const schedule::DueRun& due) {
    v1::Plan plan = entry.pattern;
    plan.clear_calendar();
    const auto local = due.scheduled + std::chrono::minutes(entry.calendar.utc_offset_minutes);
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(local)};
    plan.set_id(fmt::format("{}-{:04}-{:02}-{:02}", due.plan, static_cast<int>(day.year()),
                            static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day())));
    const std::string id = plan.id();
    HZ_TRY(create_plan(context, std::move(plan), "calendar"));
    return start_plan(context, id, "calendar");
}

}  // namespace

bool is_run_of(std::string_view plan, std::string_view pattern) {
    constexpr std::string_view kDay = "-0000-00-00";
    if (plan.size() != pattern.size() + kDay.size() || !plan.starts_with(pattern)) return false;
    return std::ranges::equal(plan.substr(pattern.size()), kDay, [](char letter, char form) {
        return form == '0' ? letter >= '0' && letter <= '9' : letter == form;
    });
}

Status schedule_plan(Context& context, const v1::Plan& pattern, std::string_view who) {
    HZ_TRY(check_plan_id(pattern.id()));
    if (pattern.id().size() > 52)  // room for its day behind it
        return fail(ErrorCode::kInvalidArgument,
                    "plan-id-malformed: a plan that comes again has at most 52 letters");
    HZ_ASSIGN(const CalendarRule calendar, calendar_of(pattern.calendar()));
    if (calendar.repeat == Repeat::kOnDemand) {
        HZ_TRY(context.schedules.remove(pattern.id()));
        return context.record({std::string(who), "end-schedule " + pattern.id(), "coordinator", "", {}});
    }
    ScheduleRecord record;
    record.id = pattern.id();
    const std::string bytes = pattern.SerializeAsString();
    record.definition.assign(bytes.begin(), bytes.end());
    record.since = seconds_of(context.now());
    HZ_TRY(context.schedules.put(record));
    return context.record(
        {std::string(who), "schedule " + pattern.id(), "coordinator", schedule::in_words(calendar), {}});
}

Result<std::vector<ScheduledPlan>> schedules(Context& context) {
    HZ_ASSIGN(const auto all, entries(context));
    std::vector<ScheduledPlan> scheduled;
    const schedule::Time now = time_of(seconds_of(context.now()));
    for (const Entry& entry : all) {
        if (!entry.unreadable.empty()) {
            scheduled.push_back({entry.plan.rule.plan, "unreadable: " + entry.unreadable, {}});
            continue;
        }
        ScheduledPlan plan{entry.plan.rule.plan, schedule::in_words(entry.calendar), {}};
        if (const auto next = schedule::next_due(entry.plan.rule, entry.plan.clock, now)) plan.next = *next;
        scheduled.push_back(std::move(plan));
    }
    return scheduled;
}

Result<std::vector<v1::Plan>> schedule_patterns(Context& context) {
    HZ_ASSIGN(const auto records, context.schedules.all());
    std::vector<v1::Plan> patterns;
    for (const ScheduleRecord& record : records)
        if (auto pattern = pattern_of(record)) patterns.push_back(std::move(*pattern));
    return patterns;
}

Status start_due_schedules(Context& context) {
    HZ_ASSIGN(const auto all, entries(context));
    const schedule::Time now = time_of(seconds_of(context.now()));
    for (const Entry& entry : all) {
        if (!entry.unreadable.empty()) continue;
        const auto due = schedule::due_run(entry.plan.rule, entry.plan.clock, now);
        if (!due) continue;
        HZ_TRY(context.schedules.started(due->plan, seconds_of(context.now())));
        const Status started =
            context.outbox->whole_or_nothing([&] { return start_run(context, entry, *due); });
        if (started) continue;
        if (started.error().code() == ErrorCode::kIo) return started;
        log::warning("schedule-not-started", {{"plan", due->plan}, {"why", started.error().message()}});
        HZ_TRY(context.record(
            {"calendar", "not-started " + due->plan, "coordinator", started.error().message(), {}}));
    }
    return {};
}

}  // namespace huizhen::coordinator
