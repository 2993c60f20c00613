#pragma once

// Time as a parameter, so that tests never sleep.

#include <chrono>
#include <string>

namespace huizhen {

class Clock {
  public:
    virtual ~Clock() = default;
    virtual std::chrono::system_clock::time_point now() const = 0;         // wall time, for records
    virtual std::chrono::steady_clock::time_point steady_now() const = 0;  // for durations and deadlines
};

// The machine's clock. Any thread.
const Clock& system_clock();

// A clock a test moves by hand. One thread at a time.
class ManualClock final : public Clock {
  public:
    std::chrono::system_clock::time_point now() const override { return wall_; }
    std::chrono::steady_clock::time_point steady_now() const override { return steady_; }
    void advance(std::chrono::nanoseconds by);

  private:
    std::chrono::system_clock::time_point wall_{};
    std::chrono::steady_clock::time_point steady_{};
};

// "2026-03-01T08:15:30Z"
std::string to_iso8601(std::chrono::system_clock::time_point time);

}  // namespace huizhen
