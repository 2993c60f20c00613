#include <cstdlib>
#include <iomanip>
#include <ostream>
#include <sstream>

#include <sys/ioctl.h>
#include <unistd.h>

#include <huizhen/terminal/progress_bar.h>

namespace huizhen {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
    return duration<double>(b - a).count();
}

constexpr milliseconds kRedrawEvery{100};

}  // namespace

std::string remaining_time_text(double elapsed_s, double fraction_done) {
    if (elapsed_s < 1 || fraction_done < 0.03) return {};
    const double left_s = elapsed_s * (1 - fraction_done) / fraction_done;
    if (left_s < 60) return "about " + std::to_string(std::max(1L, std::lround(left_s))) + " s left";
    if (left_s < 5400) return "about " + std::to_string(std::lround(left_s / 60)) + " min left";
    return "about " + std::to_string(std::lround(left_s / 3600)) + " h left";
}

ProgressBar::Style standard_error_style() {
    const char* terminal_kind = std::getenv("TERM");
    const bool dumb = terminal_kind == nullptr || std::string_view(terminal_kind) == "dumb";
    ProgressBar::Style style{.terminal = !dumb && ::isatty(STDERR_FILENO) != 0, .columns = 80};
    winsize size{};
    if (style.terminal && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) {
        style.columns = std::min<int>(size.ws_col, 120);
    }
    return style;
}

ProgressBar::ProgressBar(std::ostream& out, const Clock& clock, std::vector<StageShare> stages, Style style)
    : out_(out), clock_(clock), stages_(std::move(stages)), style_(style), started_(clock.steady_now()) {}

ProgressBar::~ProgressBar() { finish(); }

double ProgressBar::fraction(std::string_view stage, double within) const {
    double total = 0, before = 0, own = 0;
    bool reached = false;
    for (const StageShare& s : stages_) {
        total += s.share;
        if (s.name == stage) reached = true, own = s.share;
        if (!reached) before += s.share;
    }
    if (!reached || total <= 0) return 0;
    return (before + own * within) / total;
}

void ProgressBar::advance(std::string_view stage, std::uint64_t done, std::uint64_t total) {
    const auto now = clock_.steady_now();
    const bool new_stage = stage != stage_;
    if (new_stage) {
        if (!style_.terminal) {
            if (!stage_.empty()) {
                std::ostringstream line;
                line << "  " << stage_ << ": " << std::fixed << std::setprecision(1)
                     << seconds_between(stage_started_, now) << " s\n";
                out_ << line.str() << std::flush;
            }
        }
        stage_ = stage;
        stage_started_ = now;
    }
    if (!style_.terminal) return;
    if (!new_stage && now - drawn_ < kRedrawEvery) return;
    drawn_ = now;
    draw(stage, total > 0 ? std::min(1.0, static_cast<double>(done) / static_cast<double>(total)) : 0);
}

void ProgressBar::draw(std::string_view stage, double within) {
    const double done = fraction(stage, within);
    const std::string left = remaining_time_text(seconds_between(started_, clock_.steady_now()), done);
    std::ostringstream line;
    const int bar = std::clamp(style_.columns - 52, 8, 40);
    const int full = static_cast<int>(std::lround(done * bar));
    line << std::setw(3) << std::lround(100 * done) << " % ["
         << std::string(static_cast<std::size_t>(full), '#')
         << std::string(static_cast<std::size_t>(bar - full), '.') << "] " << stage;
    if (!left.empty()) line << ", " << left;
    std::string text = line.str();
    text.resize(static_cast<std::size_t>(style_.columns - 1), ' ');
    out_ << '\r' << text << std::flush;
    visible_ = true;
}

void ProgressBar::finish() {
    if (!style_.terminal && !stage_.empty()) {
        std::ostringstream line;
        line << "  " << stage_ << ": " << std::fixed << std::setprecision(1)
             << seconds_between(stage_started_, clock_.steady_now()) << " s\n";
        out_ << line.str() << std::flush;
    }
    if (visible_)
        out_ << '\r' << std::string(static_cast<std::size_t>(style_.columns - 1), ' ') << '\r' << std::flush;
    visible_ = false;
    stage_.clear();
}

}  // namespace huizhen
