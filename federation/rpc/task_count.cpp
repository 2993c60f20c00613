#include "task_count.h"

namespace huizhen::rpc {

void TaskCount::enter() {
    const std::lock_guard lock(mutex_);
    ++count_;
}

void TaskCount::leave() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_.notify_all();
}

void TaskCount::wait_for_none() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
}

}  // namespace huizhen::rpc
