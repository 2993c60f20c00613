#include "watchdog.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace huizhen::imaging {

Watch::Watch(Watchdog& dog) : dog_(dog) {
    const std::lock_guard lock(dog_.mutex_);
    dog_.watches_.insert(this);
}

Watch::~Watch() {
    const std::lock_guard lock(dog_.mutex_);
    dog_.watches_.erase(this);
    if (socket_ >= 0) ::close(socket_);
}

void Watch::adopt(int socket) {
    const std::lock_guard lock(dog_.mutex_);
    if (socket_ >= 0) ::close(socket_);
    socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (passed_ != Limit::kNone && socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void Watch::until(TimePoint deadline, Limit limit) {
    const std::lock_guard lock(dog_.mutex_);
    deadline_ = deadline;
    limit_ = limit;
    if (deadline < dog_.wakes_) dog_.changed_.notify_one();
}

void Watch::cut(Limit limit) {
    const std::lock_guard lock(dog_.mutex_);
    cut_locked(limit);
}

void Watch::cut_locked(Limit limit) {
    if (passed_ == Limit::kNone) passed_ = limit;
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

Limit Watch::passed() const {
    const std::lock_guard lock(dog_.mutex_);
    return passed_;
}

Watchdog::Watchdog() : thread_([this](const std::stop_token& stop) { mind(stop); }) {}

Watchdog::~Watchdog() = default;  // jthread asks to stop, and joins

void Watchdog::mind(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        const TimePoint now = std::chrono::steady_clock::now();
        wakes_ = TimePoint::max();
        for (Watch* watch : watches_) {
            if (watch->deadline_ <= now) {
                watch->cut_locked(watch->limit_);
                watch->deadline_ = TimePoint::max();
            }
            wakes_ = std::min(wakes_, watch->deadline_);
        }
        const auto earlier = [&] {
            return std::ranges::any_of(watches_, [&](const Watch* w) { return w->deadline_ < wakes_; });
        };
        // Waiting until max() would overflow inside.
        changed_.wait_until(lock, stop, std::min(wakes_, now + std::chrono::hours(1)), earlier);
    }
}

}  // namespace huizhen::imaging
