#pragma once

// One thread that does everything in order. Whoever has something for it posts it; all that waits is done as
// one batch, which the owner commits once before any of its answers leave: a hundred messages cost one flush
// of the disk, and nothing is said that the disk does not hold.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

#include <huizhen/base/clock.h>
#include <huizhen/base/result.h>

namespace huizhen {

// Whose state the loop guards. Called by the loop's thread alone.
class LoopOwner {
  public:
    virtual ~LoopOwner() = default;
    virtual Status begin_batch() = 0;
    // Commits, then lets the answers go. An error ends the loop: what is not on the disk must not be said.
    virtual Status end_batch() = 0;
    // When on_wake() shall be called if nothing else comes first.
    virtual std::optional<std::chrono::steady_clock::time_point> wake_at() const = 0;
    virtual void on_wake() = 0;
};

class EventLoop {
  public:
    using Task = std::function<void()>;

    explicit EventLoop(const Clock& clock = system_clock(), std::size_t max_queued = 65536);
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    // Any thread. kLimitExceeded when `max_queued` tasks wait already; kCancelled once the loop has ended.
    // The task is then destroyed without having run.
    Status post(Task task);

    // Runs until `stop` or an error of the owner; the calling thread is the loop. What still waits is
    // dropped.
    Status run(LoopOwner& owner, const std::stop_token& stop);

    // Most tasks in one batch: an answer waits for at most these before it leaves.
    static constexpr std::size_t kMaxBatch = 4096;

  private:
    std::deque<Task> take_batch(const LoopOwner& owner, const std::stop_token& stop);

    const Clock& clock_;
    const std::size_t max_queued_;
    std::mutex mutex_;  // of waiting_ and ended_
    std::condition_variable_any arrived_;
    std::deque<Task> waiting_;
    bool ended_ = false;
};

}  // namespace huizhen
