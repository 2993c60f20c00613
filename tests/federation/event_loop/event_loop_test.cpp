#include <thread>

#include <huizhen/event_loop/event_loop.h>

namespace huizhen {
namespace {

using std::chrono::steady_clock;

// Writes down in which order the loop calls.
class Recorder final : public LoopOwner {
  public:
    Status begin_batch() override {
        events.push_back("begin");
        return {};
    }
    Status end_batch() override {
        events.push_back("end");
        return commit;
    }
    std::optional<steady_clock::time_point> wake_at() const override { return wake; }
    void on_wake() override {
        events.push_back("wake");
        wake.reset();
        if (woken) woken();
    }

    std::vector<std::string> events;
    Status commit;
    std::optional<steady_clock::time_point> wake;
    std::function<void()> woken;
};

TEST(EventLoop, commits_what_waits_as_one_batch_in_the_order_it_came) {
    EventLoop loop;
    Recorder owner;
    std::stop_source stop;
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(loop.post([&owner, i] { owner.events.push_back(std::to_string(i)); }));
    ASSERT_TRUE(loop.post([&stop] { stop.request_stop(); }));
    ASSERT_TRUE(loop.run(owner, stop.get_token()));
    EXPECT_EQ(owner.events, (std::vector<std::string>{"begin", "0", "1", "2", "end"}));
}

TEST(EventLoop, ends_with_the_error_of_a_commit_and_takes_nothing_more) {
    EventLoop loop;
    Recorder owner;
    owner.commit = fail(ErrorCode::kIo, "disk-full: no space");
    bool second = false;
    ASSERT_TRUE(loop.post([&loop, &second] { ASSERT_TRUE(loop.post([&second] { second = true; })); }));
    const Status ended = loop.run(owner, {});
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::kIo);
    EXPECT_FALSE(second);
    const Status late = loop.post([] {});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::kCancelled);
}

TEST(EventLoop, refuses_more_than_it_may_keep) {
    EventLoop loop(system_clock(), 2);
    ASSERT_TRUE(loop.post([] {}));
    ASSERT_TRUE(loop.post([] {}));
    const Status third = loop.post([] {});
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code(), ErrorCode::kLimitExceeded);
}

TEST(EventLoop, wakes_at_the_owners_time_without_a_task) {
    EventLoop loop;
    Recorder owner;
    std::stop_source stop;
    owner.wake = steady_clock::now();
    owner.woken = [&stop] { stop.request_stop(); };
    ASSERT_TRUE(loop.run(owner, stop.get_token()));
    EXPECT_EQ(owner.events, (std::vector<std::string>{"begin", "wake", "end"}));
}

TEST(EventLoop, takes_tasks_from_many_threads_and_loses_none) {
    EventLoop loop;
    Recorder owner;
    std::stop_source stop;
    int done = 0;
    constexpr int kThreads = 4, kEach = 2000;
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kEach; ++i)
                while (!loop.post([&] {
                    if (++done == kThreads * kEach) stop.request_stop();
                })) {
                }
        });
    }
    ASSERT_TRUE(loop.run(owner, stop.get_token()));
    EXPECT_EQ(done, kThreads * kEach);
}

TEST(EventLoop, more_than_a_batch_is_committed_in_parts) {
    EventLoop loop;
    Recorder owner;
    std::stop_source stop;
    for (std::size_t i = 0; i < EventLoop::kMaxBatch; ++i) ASSERT_TRUE(loop.post([] {}));
    ASSERT_TRUE(loop.post([&stop] { stop.request_stop(); }));
    ASSERT_TRUE(loop.run(owner, stop.get_token()));
    EXPECT_EQ(owner.events, (std::vector<std::string>{"begin", "end", "begin", "end"}));
}

}  // namespace
}  // namespace huizhen
