#include "watch.h"

#include <cstdio>

#include <huizhen/terminal/progress_bar.h>

namespace huizhen::site {
namespace {

std::string megabytes(std::uint64_t bytes) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text.data();
}

}  // namespace

void Watch::set_connected(bool connected, std::string why) {
    const std::lock_guard lock(mutex_);
    connected_ = connected;
    why_ = std::move(why);
}

void Watch::set_stage(const rounds::RoundName& round, std::string_view stage) {
    const std::lock_guard lock(mutex_);
    if (round_ != round) activity_.reset();
    round_ = round;
    stage_ = stage;
}

void Watch::moved(const rounds::RoundName& round, std::string_view what, std::uint64_t done,
                  std::uint64_t total, bool in_bytes) {
    const std::lock_guard lock(mutex_);
    const bool same = activity_ && activity_->what == what && activity_->round == round;
    if (!same) activity_ = Activity{std::string(what), round, 0, 0, in_bytes, clock_.steady_now()};
    activity_->done = done;
    activity_->total = total;
    if (total > 0 && done >= total) activity_.reset();
}

void Watch::over(const rounds::RoundName& round) {
    const std::lock_guard lock(mutex_);
    if (activity_ && activity_->round == round) activity_.reset();
    if (round_ == round) round_.reset();
}

std::string Watch::line() const {
    const std::lock_guard lock(mutex_);
    std::string line = connected_ ? "connected" : "not connected: " + why_;
    if (!round_) return line + (connected_ ? "; no round is open" : "");
    line += "; plan " + round_->plan.str() + ", round " + std::to_string(round_->number) + ": ";
    if (!activity_) return line + stage_;
    line += activity_->what;
    if (activity_->total == 0) return line;
    const double share = static_cast<double>(activity_->done) / static_cast<double>(activity_->total);
    line += activity_->in_bytes ? ", " + megabytes(activity_->done) + " of " + megabytes(activity_->total)
                                : ", " + std::to_string(static_cast<int>(share * 100)) + " %";
    const double elapsed = std::chrono::duration<double>(clock_.steady_now() - activity_->began).count();
    const std::string left = remaining_time_text(elapsed, share);
    return left.empty() ? line : line + ", " + left;
}

}  // namespace huizhen::site
