#pragma once

// Which of several plans is due. The caller keeps each plan's PlanClock beside the plan, and asks when a
// clock that is its own says that next_wake() has come; nothing here waits.

#include <map>
#include <span>
#include <vector>

#include <huizhen/schedule/calendar.h>

namespace huizhen::schedule {

// What becomes of a run whose time passed while nothing could start it: the coordinator was off, or the
// plan's last training was still on.
enum class MissedRun : std::uint8_t {
    kRunOnce = 1,  // one run makes up for all that were missed
    kSkip = 2,     // wait for the next in the calendar, unless this one is at most `grace` late
};

struct PlanRule {
    std::string plan;
    CalendarRule calendar;
    MissedRun missed = MissedRun::kRunOnce;
    std::chrono::seconds grace = std::chrono::hours(1);
    bool paused = false;  // runs that pass meanwhile are not made up for
};

Status check(const PlanRule& rule);

// Kept for a plan. Times before `since` are not owed: it is when the plan was made, or resumed.
struct PlanClock {
    Time since{};
    std::optional<Time> last_start;  // of any run, called for by the calendar or by a person
    bool running = false;
};

struct DueRun {
    std::string plan;
    Time scheduled{};          // the calendar's time
    std::uint32_t missed = 0;  // earlier ones that this run makes up for; counted up to 1,000
};

// The plan's run that should start now, if any. A running plan owes nothing until it is done.
std::optional<DueRun> due_run(const PlanRule& rule, const PlanClock& clock, Time now);

// When the plan is next due by the calendar, at `now` or later, if it is neither paused nor running.
std::optional<Time> next_due(const PlanRule& rule, const PlanClock& clock, Time now);

struct Plan {
    PlanRule rule;
    PlanClock clock;
};

// All that are due, the longest owed first, then by name.
std::vector<DueRun> due_runs(std::span<const Plan> plans, Time now);

// When to ask again; none: only a person can start anything.
std::optional<Time> next_wake(std::span<const Plan> plans, Time now);

}  // namespace huizhen::schedule
