#include "status_line.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <ostream>

namespace huizhen::node {
namespace {

constexpr std::chrono::milliseconds kRedraw{250};

}  // namespace

StatusLine::StatusLine(std::ostream& out, int columns, std::function<std::string()> text)
    : out_(out), thread_([this, columns, text = std::move(text)](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any nothing;
          std::unique_lock lock(mutex);
          std::string shown;
          do {
              std::string now = text().substr(0, static_cast<std::size_t>(std::max(columns - 1, 20)));
              if (now != shown) out_ << "\r\x1b[K" << now << std::flush;
              shown = std::move(now);
          } while (!nothing.wait_for(lock, stop, kRedraw, [&] { return stop.stop_requested(); }));
      }) {}

StatusLine::~StatusLine() {
    thread_.request_stop();
    thread_.join();
    out_ << "\r\x1b[K" << std::flush;
}

}  // namespace huizhen::node
