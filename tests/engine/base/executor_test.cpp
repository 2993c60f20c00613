#include <atomic>
#include <latch>
#include <stdexcept>

#include <sys/resource.h>

#include <huizhen/base/executor.h>

namespace huizhen {
namespace {

TEST(Executor, covers_every_index_once) {
    Executor executor(3);
    std::vector<std::atomic<int>> touched(1000);
    executor.parallel_for(touched.size(), 7, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) ++touched[i];
    });
    for (const auto& count : touched) EXPECT_EQ(count, 1);
}

TEST(Executor, nested_loops_finish_on_one_thread) {
    Executor executor(1);
    std::atomic<int> sum = 0;
    executor.parallel_for(4, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            executor.parallel_for(8, 1,
                                  [&](std::size_t b, std::size_t e) { sum += static_cast<int>(e - b); });
        }
    });
    EXPECT_EQ(sum, 32);
}

// Runs in a process of its own. Each thread's stack counts as address space, which is out long before 4096.
[[noreturn]] void count_with_too_many_threads() {
    const rlimit small{std::size_t{1} << 30, std::size_t{1} << 30};
    if (setrlimit(RLIMIT_AS, &small) != 0) std::_Exit(1);
    Executor executor(4096);
    std::atomic<std::size_t> sum = 0;
    executor.parallel_for(100, 1, [&](std::size_t begin, std::size_t end) { sum += end - begin; });
    std::_Exit(sum == 100 && executor.thread_count() < 4096 ? 0 : 2);
}

TEST(Executor, works_with_the_threads_the_system_gives) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers need more address space than this test leaves";
#endif
    EXPECT_EXIT(count_with_too_many_threads(), ::testing::ExitedWithCode(0), "");
}

TEST(Executor, hands_a_failure_to_the_caller) {
    Executor executor(2);
    EXPECT_THROW(
        executor.parallel_for(100, 1, [](std::size_t, std::size_t) { throw std::runtime_error("x"); }),
        std::runtime_error);
}

TEST(Executor, refuses_work_over_its_limit) {
    Executor executor(1, 1);
    std::latch release(1), started(1);
    ASSERT_TRUE(executor.submit([&] {
        started.count_down();
        release.wait();
    }));
    started.wait();
    ASSERT_TRUE(executor.submit([] {}));
    const Status refused = executor.submit([] {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kLimitExceeded);
    release.count_down();
}

}  // namespace
}  // namespace huizhen
