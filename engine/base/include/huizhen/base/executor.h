#pragma once

// A fixed number of threads and a bounded queue. Modules are handed one; they start no threads of their own.

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>

#include <huizhen/base/result.h>

namespace huizhen {

class Executor {
  public:
    // `threads` 0 means one per processor this process may run on.
    explicit Executor(std::size_t threads = 0, std::size_t max_queued = 1024);
    ~Executor();  // finishes what is queued, then joins

    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    std::size_t thread_count() const;

    // Runs `task` on some thread. kLimitExceeded when `max_queued` tasks already wait: back-pressure, not a
    // block.
    Status submit(std::function<void()> task);

    // body(begin, end) over disjoint ranges that cover [0, count), on the calling thread and the pool's;
    // returns when all are done. The first exception of a body is thrown here. May be called from a task.
    void parallel_for(std::size_t count, std::size_t min_per_task,
                      const std::function<void(std::size_t begin, std::size_t end)>& body);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen
