#include <huizhen/schedule/agenda.h>

namespace huizhen::schedule {

namespace {

constexpr std::uint32_t kMostCounted = 1000;

// Up to here nothing is owed any more.
Time settled(const PlanClock& clock) {
    return clock.last_start ? std::max(*clock.last_start, clock.since) : clock.since;
}

// The calendar's latest time that came and was not answered by a start.
std::optional<Time> owed(const PlanRule& rule, const PlanClock& clock, Time now) {
    const auto last = last_until(rule.calendar, now);
    if (!last || *last <= settled(clock)) return std::nullopt;
    if (rule.missed == MissedRun::kSkip && now - *last > rule.grace) return std::nullopt;
    return last;
}

}  // namespace

Status check(const PlanRule& rule) {
    if (rule.plan.empty()) return fail(ErrorCode::kInvalidArgument, "a plan needs a name");
    if (rule.missed != MissedRun::kRunOnce && rule.missed != MissedRun::kSkip) {
        return fail(ErrorCode::kInvalidArgument, "a missed run is made up for once, or skipped");
    }
    if (rule.grace < std::chrono::seconds(0) || rule.grace > std::chrono::hours(24 * 366)) {
        return fail(ErrorCode::kInvalidArgument, "grace must be between nothing and a year");
    }
    return check(rule.calendar);
}

std::optional<DueRun> due_run(const PlanRule& rule, const PlanClock& clock, Time now) {
    if (rule.paused || clock.running) return std::nullopt;
    const auto latest = owed(rule, clock, now);
    if (!latest) return std::nullopt;
    DueRun run{rule.plan, *latest, 0};
    for (auto earlier = next_after(rule.calendar, settled(clock));
         earlier && *earlier < *latest && run.missed < kMostCounted;
         earlier = next_after(rule.calendar, *earlier)) {
        ++run.missed;
    }
    return run;
}

std::optional<Time> next_due(const PlanRule& rule, const PlanClock& clock, Time now) {
    if (rule.paused || clock.running) return std::nullopt;
    if (owed(rule, clock, now)) return now;
    return next_after(rule.calendar, std::max(now, settled(clock)));
}

std::vector<DueRun> due_runs(std::span<const Plan> plans, Time now) {
    std::vector<DueRun> runs;
    for (const Plan& plan : plans) {
        if (auto run = due_run(plan.rule, plan.clock, now)) runs.push_back(std::move(*run));
    }
    std::sort(runs.begin(), runs.end(), [](const DueRun& a, const DueRun& b) {
        return std::tie(a.scheduled, a.plan) < std::tie(b.scheduled, b.plan);
    });
    return runs;
}

std::optional<Time> next_wake(std::span<const Plan> plans, Time now) {
    std::optional<Time> earliest;
    for (const Plan& plan : plans) {
        const auto due = next_due(plan.rule, plan.clock, now);
        if (due && (!earliest || *due < *earliest)) earliest = due;
    }
    return earliest;
}

}  // namespace huizhen::schedule
