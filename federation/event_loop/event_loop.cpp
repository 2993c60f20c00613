#include <huizhen/event_loop/event_loop.h>

namespace huizhen {

EventLoop::EventLoop(const Clock& clock, std::size_t max_queued) : clock_(clock), max_queued_(max_queued) {}

EventLoop::~EventLoop() = default;

Status EventLoop::post(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (ended_) return fail(ErrorCode::kCancelled, "shutting-down: this program is about to end");
        if (waiting_.size() >= max_queued_)
            return fail(ErrorCode::kLimitExceeded, "overloaded: too much waits to be done; try again later");
        waiting_.push_back(std::move(task));
    }
    arrived_.notify_one();
    return {};
}

std::deque<EventLoop::Task> EventLoop::take_batch(const LoopOwner& owner, const std::stop_token& stop) {
    const auto wake = owner.wake_at();
    std::unique_lock lock(mutex_);
    const auto something = [this] { return !waiting_.empty(); };
    if (!wake) {
        arrived_.wait(lock, stop, something);
    } else if (const auto patience = *wake - clock_.steady_now(); patience.count() > 0) {
        arrived_.wait_for(lock, stop, patience, something);
    }
    std::deque<Task> batch;
    if (waiting_.size() <= kMaxBatch) {
        batch.swap(waiting_);
        return batch;
    }
    for (std::size_t i = 0; i < kMaxBatch; ++i) {
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return batch;
}

Status EventLoop::run(LoopOwner& owner, const std::stop_token& stop) {
    Status status;
    while (status && !stop.stop_requested()) {
        std::deque<Task> batch = take_batch(owner, stop);
        const auto wake = owner.wake_at();
        const bool due = wake && clock_.steady_now() >= *wake;
        if (batch.empty() && !due) continue;
        status = owner.begin_batch();
        if (!status) break;
        for (Task& task : batch) {
            task();
            task = nullptr;  // what it holds may wait for it to be gone
        }
        if (due) owner.on_wake();
        status = owner.end_batch();
    }
    std::deque<Task> dropped;
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        dropped.swap(waiting_);
    }
    return status;
}

}  // namespace huizhen
