#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include <sched.h>

#include <huizhen/base/executor.h>

namespace huizhen {
namespace {

std::size_t usable_processors() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

// One parallel_for: ranges are taken until none is left; the caller waits until all taken ones are done.
struct Loop {
    std::size_t count;
    std::size_t step;
    const std::function<void(std::size_t, std::size_t)>* body;

    std::mutex mutex;  // guards everything below
    std::condition_variable finished;
    std::size_t next = 0;
    std::size_t running = 0;
    std::exception_ptr failure;

    void work() {
        std::unique_lock lock(mutex);
        while (next < count && !failure) {
            const std::size_t begin = next;
            next = std::min(count, begin + step);
            const std::size_t end = next;
            ++running;
            lock.unlock();
            std::exception_ptr thrown;
            try {
                (*body)(begin, end);
            } catch (...) {
                thrown = std::current_exception();
            }
            lock.lock();
            if (thrown && !failure) failure = thrown;
            --running;
        }
        if (running == 0) finished.notify_all();
    }
};

}  // namespace

struct Executor::Impl {
    std::size_t max_queued;
    std::mutex mutex;  // guards `queue` and `closing`
    std::condition_variable wake;
    std::deque<std::function<void()>> queue;
    bool closing = false;
    std::vector<std::thread> threads;

    void run() {
        std::unique_lock lock(mutex);
        while (true) {
            wake.wait(lock, [this] { return closing || !queue.empty(); });
            if (queue.empty()) return;
            std::function<void()> task = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            task();
            lock.lock();
        }
    }
};

Executor::Executor(std::size_t threads, std::size_t max_queued) : impl_(std::make_unique<Impl>()) {
    impl_->max_queued = max_queued;
    const std::size_t wanted = threads == 0 ? usable_processors() : threads;
    impl_->threads.reserve(wanted);
    try {
        for (std::size_t i = 0; i < wanted; ++i) impl_->threads.emplace_back([this] { impl_->run(); });
    } catch (const std::system_error&) {
        // The system gives no more threads: fewer do the same work.
        if (impl_->threads.empty()) throw;
    }
}

Executor::~Executor() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->closing = true;
    }
    impl_->wake.notify_all();
    for (std::thread& thread : impl_->threads) thread.join();
}

std::size_t Executor::thread_count() const { return impl_->threads.size(); }

Status Executor::submit(std::function<void()> task) {
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->queue.size() >= impl_->max_queued) {
            return fail(ErrorCode::kLimitExceeded, "too much work is waiting; try again later");
        }
        impl_->queue.push_back(std::move(task));
    }
    impl_->wake.notify_one();
    return {};
}

void Executor::parallel_for(std::size_t count, std::size_t min_per_task,
                            const std::function<void(std::size_t, std::size_t)>& body) {
    if (count == 0) return;
    const std::size_t threads = thread_count();
    const std::size_t even = (count + 4 * threads - 1) / (4 * threads);
    const std::size_t step = std::max<std::size_t>({1, min_per_task, even});
    if (threads == 1 || step >= count) {
        body(0, count);
        return;
    }
    // Co-owned by this call and by helpers that may only wake after it returned.
    auto loop = std::make_shared<Loop>();
    loop->count = count;
    loop->step = step;
    loop->body = &body;
    for (std::size_t i = 0; i + 1 < threads; ++i) {
        if (!submit([loop] { loop->work(); })) break;  // a full queue: this thread does more itself
    }
    loop->work();
    std::unique_lock lock(loop->mutex);
    loop->finished.wait(lock, [&] { return loop->running == 0; });
    if (loop->failure) std::rethrow_exception(loop->failure);
}

}  // namespace huizhen
