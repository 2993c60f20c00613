#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include <huizhen/base/check.h>
#include <huizhen/base/executor.h>
#include <huizhen/terminal/stop_signals.h>

namespace huizhen {
namespace {

// A signal handler may only do what is async-signal-safe: it writes a byte, and a thread that waits for the
// byte asks for the stop.
int pipe_write_end = -1;

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};  // SIGHUP last

constexpr char kStop = 's', kEnd = 'e';

extern "C" void on_stop_signal(int) {
    const int saved = errno;
    const char byte = kStop;
    [[maybe_unused]] const ssize_t written = ::write(pipe_write_end, &byte, 1);
    errno = saved;
}

}  // namespace

struct StopSignals::Impl {
    int read_end = -1;
    std::stop_source source;
    std::array<struct sigaction, kSignals.size()> former{};
    Executor watcher{1, 1};

    void watch() {
        char byte = 0;
        while (true) {
            const ssize_t n = ::read(read_end, &byte, 1);
            if (n < 0 && errno == EINTR) continue;
            if (n != 1 || byte == kEnd) return;
            source.request_stop();
        }
    }
};

StopSignals::StopSignals() : impl_(std::make_unique<Impl>()) {
    HZ_CHECK(pipe_write_end == -1, "one StopSignals in a program");
    int ends[2];
    HZ_CHECK(::pipe2(ends, O_CLOEXEC) == 0, "a pipe can be made");
    impl_->read_end = ends[0];
    pipe_write_end = ends[1];
    HZ_CHECK(impl_->watcher.submit([impl = impl_.get()] { impl->watch(); }).has_value(),
             "the watcher's queue is empty");
    struct sigaction action {};
    action.sa_handler = on_stop_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &impl_->former[i]);
    // Under nohup the work goes on when the terminal closes.
    if (impl_->former.back().sa_handler == SIG_IGN) ::sigaction(SIGHUP, &impl_->former.back(), nullptr);
}

StopSignals::~StopSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &impl_->former[i], nullptr);
    const char byte = kEnd;
    [[maybe_unused]] const ssize_t written = ::write(pipe_write_end, &byte, 1);
    const int read_end = impl_->read_end;
    impl_.reset();  // joins the watcher
    ::close(pipe_write_end);
    ::close(read_end);
    pipe_write_end = -1;
}

std::stop_token StopSignals::token() const { return impl_->source.get_token(); }

}  // namespace huizhen
