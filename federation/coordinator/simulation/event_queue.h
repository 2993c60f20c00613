#pragma once

// Simulated time: what is to happen, in order, and nothing in between. One thread.

#include <algorithm>
#include <functional>
#include <map>

#include <huizhen/rounds/names.h>

namespace huizhen::coordinator::simulation {

using Milliseconds = std::chrono::milliseconds;
using rounds::WallTime;

// A program that can be killed: what it had still to do does not happen then.
struct Process {
    std::uint64_t life = 0;
    WallTime up_at{};
    bool gone = false;  // for good

    bool up(WallTime now) const { return !gone && now >= up_at; }
};

class EventQueue {
  public:
    explicit EventQueue(WallTime start) : now_(start) {}

    WallTime now() const { return now_; }
    void wait_until(WallTime time) { now_ = std::max(now_, time); }

    void after(Milliseconds delay, std::function<void()> act);
    // Of a program, which outlives its events.
    void after(Milliseconds delay, const Process& process, std::function<void()> act);

    // The next event; false: there is none.
    bool step();
    void clear() { events_.clear(); }

  private:
    struct Event {
        const Process* process = nullptr;
        std::uint64_t life = 0;
        std::function<void()> act;
    };
    void add(Milliseconds delay, Event event);

    WallTime now_;
    std::uint64_t order_ = 0;
    std::map<std::pair<WallTime, std::uint64_t>, Event> events_;
};

}  // namespace huizhen::coordinator::simulation
