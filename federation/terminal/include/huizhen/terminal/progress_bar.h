#pragma once

// Progress a person can read: a bar with the remaining time on a terminal, one plain line a stage elsewhere.

#include <chrono>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/clock.h>
#include <huizhen/base/progress.h>

namespace huizhen {

// `share` of the whole work, on any scale; only ratios count.
struct StageShare {
    std::string_view name;
    double share = 1;
};

// One thread at a time. The bar is taken away by finish(), or when the object dies.
class ProgressBar final : public ProgressSink {
  public:
    struct Style {
        bool terminal = false;  // else plain lines
        int columns = 80;
    };

    // `stages` in the order they come; a stage not listed is shown by name without moving the bar.
    ProgressBar(std::ostream& out, const Clock& clock, std::vector<StageShare> stages, Style style);
    ~ProgressBar() override;

    void advance(std::string_view stage, std::uint64_t done, std::uint64_t total) override;
    void finish();

  private:
    double fraction(std::string_view stage, double within) const;
    void draw(std::string_view stage, double within);

    std::ostream& out_;
    const Clock& clock_;
    std::vector<StageShare> stages_;
    Style style_;
    std::chrono::steady_clock::time_point started_, stage_started_, drawn_;
    std::string stage_;
    bool visible_ = false;
};

// "about 12 s left", "about 3 min left"; nothing while too little is done to tell.
std::string remaining_time_text(double elapsed_s, double fraction_done);

// Whether standard error is a terminal that can redraw a line, and its width.
ProgressBar::Style standard_error_style();

}  // namespace huizhen
