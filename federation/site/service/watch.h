#pragma once

// What the site is doing at this moment, for a person who watches. Nothing of it is kept.

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include <huizhen/base/clock.h>
#include <huizhen/base/progress.h>
#include <huizhen/rounds/names.h>

namespace huizhen::site {

struct Activity {
    std::string what;  // "training", "fetching the model", "sending the update"
    rounds::RoundName round;
    std::uint64_t done = 0, total = 0;
    bool in_bytes = false;
    std::chrono::steady_clock::time_point began;
};

// Any thread.
class Watch {
  public:
    explicit Watch(const Clock& clock) : clock_(clock) {}

    void set_connected(bool connected, std::string why);
    void set_stage(const rounds::RoundName& round, std::string_view stage);
    void moved(const rounds::RoundName& round, std::string_view what, std::uint64_t done, std::uint64_t total,
               bool in_bytes);
    void over(const rounds::RoundName& round);

    // One line: "connected; plan lung-3, round 4: training, 40 %, about 2 min left".
    std::string line() const;

  private:
    const Clock& clock_;
    mutable std::mutex mutex_;  // of all below
    bool connected_ = false;
    std::string why_ = "connecting";
    std::optional<rounds::RoundName> round_;
    std::string stage_;
    std::optional<Activity> activity_;
};

// A stage's progress, shown as the round's.
class WatchedProgress final : public ProgressSink {
  public:
    WatchedProgress(Watch& watch, rounds::RoundName round) : watch_(watch), round_(std::move(round)) {}
    void advance(std::string_view stage, std::uint64_t done, std::uint64_t total) override {
        watch_.moved(round_, stage, done, total, false);
    }

  private:
    Watch& watch_;
    rounds::RoundName round_;
};

}  // namespace huizhen::site
