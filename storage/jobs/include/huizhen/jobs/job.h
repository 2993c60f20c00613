#pragma once

// What the queue holds. A job is named by its kind and key; neither these nor payload, results and reasons
// hold patient data: nothing here is sealed.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace huizhen::jobs {

using Time = std::chrono::system_clock::time_point;
using Bytes = std::vector<std::uint8_t>;

struct JobId {
    std::int64_t value = 0;
    friend auto operator<=>(const JobId&, const JobId&) = default;
};

enum class Priority { kRoutine = 0, kUrgent = 1, kStat = 2 };

enum class State {
    kWaiting = 0,
    kDelayed = 1,  // until its time: asked for later, or failed and tried again
    kRunning = 2,
    kDone = 3,
    kQuarantined = 4,  // failed too often: a person looks at its reason
    kCancelled = 5,
};
inline constexpr std::size_t kStates = 6;

struct NewJob {
    std::string kind;  // "diagnose"
    std::string key;   // "study:12": one job of a kind has it
    Priority priority = Priority::kRoutine;
    Bytes payload;      // what its work depends on: another payload is other work
    Time not_before{};  // at once, by default
};

// A job that was taken, as its worker holds it.
struct Job {
    JobId id;
    std::string kind, key;
    Priority priority = Priority::kRoutine;
    Bytes payload;
    std::int64_t generation = 0;  // grows with every other payload
    std::int64_t lease = 0;       // grows with every taking: who holds an older one has nothing
};

}  // namespace huizhen::jobs
