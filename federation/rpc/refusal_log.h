#pragma once

// Log lines about what strangers sent: a bounded number a minute, so that nobody fills the disk with them.

#include <atomic>
#include <chrono>
#include <mutex>
#include <string_view>

#include <huizhen/base/error.h>

namespace huizhen::rpc {

// Any thread.
class RefusalLog {
  public:
    void refused(std::string_view what, std::string_view who, const Error& why);
    std::uint64_t count() const { return count_; }

  private:
    static constexpr int kLinesPerMinute = 120;

    std::atomic<std::uint64_t> count_ = 0;
    std::mutex mutex_;  // guards what follows
    std::chrono::steady_clock::time_point minute_{};
    int lines_ = 0;
    std::uint64_t left_out_ = 0;
};

}  // namespace huizhen::rpc
