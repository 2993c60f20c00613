#pragma once

// What a person sees of the queue. A reading connection will do.

#include <array>
#include <optional>

#include <huizhen/database/connection.h>
#include <huizhen/jobs/job.h>

namespace huizhen::jobs {

struct View {
    JobId id;
    std::string kind, key;
    Priority priority = Priority::kRoutine;
    State state = State::kWaiting;
    Time queued, not_before, changed;
    std::int64_t failures = 0, deaths = 0;  // since the last stage that was finished
    std::string reason;                     // of the last failure
    std::vector<std::string> stages;        // finished, in order
};

inline constexpr std::int64_t kMaxPage = 1000;

// Of one state, in the order they came, after `after`.
Result<std::vector<View>> list(database::Connection& connection, State state, JobId after,
                               std::int64_t limit);
Result<std::optional<View>> find(database::Connection& connection, std::string_view kind,
                                 std::string_view key);

struct Counts {
    std::array<std::int64_t, kStates> by_state{};
    std::optional<Time> oldest_waiting;  // when it was queued

    std::int64_t of(State state) const { return by_state[static_cast<std::size_t>(state)]; }
};
Result<Counts> count(database::Connection& connection);

}  // namespace huizhen::jobs
