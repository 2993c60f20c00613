#pragma once

// Tasks on somebody else's executor that still use the server.

#include <condition_variable>
#include <mutex>

namespace huizhen::rpc {

// Any thread.
class TaskCount {
  public:
    void enter();
    void leave();
    void wait_for_none();

  private:
    std::mutex mutex_;  // guards count_
    std::condition_variable none_;
    std::size_t count_ = 0;
};

}  // namespace huizhen::rpc
