#include <condition_variable>
#include <csignal>
#include <mutex>

#include <huizhen/terminal/stop_signals.h>

namespace huizhen {
namespace {

void expect_stop_on(int signal) {
    const StopSignals signals;
    const std::stop_token token = signals.token();
    EXPECT_FALSE(token.stop_requested());
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    std::raise(signal);
    // Returns once the token is stopped; a signal that is lost hangs here until the test's time is up.
    stopped.wait(lock, token, [] { return false; });
    EXPECT_TRUE(token.stop_requested());
}

TEST(StopSignals, ctrl_c_asks_for_a_stop) { expect_stop_on(SIGINT); }

TEST(StopSignals, a_termination_asks_for_a_stop) { expect_stop_on(SIGTERM); }

TEST(StopSignals, a_closed_terminal_asks_for_a_stop_except_under_nohup) {
    const auto before = std::signal(SIGHUP, SIG_DFL);
    expect_stop_on(SIGHUP);
    std::signal(SIGHUP, SIG_IGN);
    {
        const StopSignals signals;
        std::raise(SIGHUP);
        EXPECT_FALSE(signals.token().stop_requested());
        EXPECT_EQ(std::signal(SIGHUP, SIG_IGN), SIG_IGN);
    }
    std::signal(SIGHUP, before);
}

TEST(StopSignals, puts_the_former_handlers_back) {
    const auto before = std::signal(SIGTERM, SIG_IGN);
    { const StopSignals signals; }
    EXPECT_EQ(std::signal(SIGTERM, before), SIG_IGN);
}

}  // namespace
}  // namespace huizhen
