#include <sstream>

#include <huizhen/terminal/progress_bar.h>

namespace huizhen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

const std::vector<StageShare> kStages = {{"read", 1}, {"search", 3}};

TEST(ProgressBar, a_terminal_sees_share_and_remaining_time) {
    std::ostringstream out;
    ManualClock clock;
    ProgressBar bar(out, clock, kStages, {.terminal = true, .columns = 80});
    clock.advance(2s);
    bar.advance("read", 10, 10);
    EXPECT_THAT(out.str(), HasSubstr(" 25 % ["));
    EXPECT_THAT(out.str(), HasSubstr("read, about 6 s left"));
    clock.advance(2s);
    bar.advance("search", 1, 3);
    EXPECT_THAT(out.str(), HasSubstr(" 50 % ["));
    EXPECT_THAT(out.str(), HasSubstr("search, about 4 s left"));
}

TEST(ProgressBar, every_line_fits_and_finish_clears_it) {
    std::ostringstream out;
    ManualClock clock;
    ProgressBar bar(out, clock, {{"a stage whose name goes on and on and on and on and on", 1}},
                    {.terminal = true, .columns = 60});
    bar.advance("a stage whose name goes on and on and on and on and on", 1, 2);
    bar.finish();
    std::istringstream lines(out.str());
    std::string line, last;
    while (std::getline(lines, line, '\r')) {
        EXPECT_LT(line.size(), 60U);
        last = line;
    }
    EXPECT_EQ(last.find_first_not_of(' '), std::string::npos);
    EXPECT_EQ(out.str().find('\n'), std::string::npos);
}

TEST(ProgressBar, redraws_at_most_ten_times_a_second) {
    std::ostringstream out;
    ManualClock clock;
    ProgressBar bar(out, clock, kStages, {.terminal = true, .columns = 80});
    for (std::uint64_t i = 0; i < 1000; ++i) {
        clock.advance(1ms);
        bar.advance("read", i, 1000);
    }
    EXPECT_LE(std::ranges::count(out.str(), '\r'), 11);
    EXPECT_GE(std::ranges::count(out.str(), '\r'), 9);
}

TEST(ProgressBar, a_log_sees_one_line_a_stage) {
    std::ostringstream out;
    ManualClock clock;
    {
        ProgressBar bar(out, clock, kStages, {.terminal = false});
        for (std::uint64_t i = 0; i < 100; ++i) bar.advance("read", i, 100);
        clock.advance(1500ms);
        bar.advance("search", 0, 0);
        clock.advance(250ms);
        bar.advance("search", 5, 5);
    }
    EXPECT_EQ(out.str(), "  read: 1.5 s\n  search: 0.2 s\n");
}

TEST(ProgressBar, more_done_than_there_is_counts_as_done) {
    std::ostringstream out;
    ManualClock clock;
    ProgressBar bar(out, clock, kStages, {.terminal = true, .columns = 80});
    bar.advance("search", 9, 3);
    EXPECT_THAT(out.str(), HasSubstr("100 % ["));
}

TEST(ProgressBar, an_unlisted_stage_is_named) {
    std::ostringstream out;
    ManualClock clock;
    ProgressBar bar(out, clock, kStages, {.terminal = true, .columns = 80});
    bar.advance("extra", 1, 2);
    EXPECT_THAT(out.str(), HasSubstr("extra"));
    EXPECT_THAT(out.str(), Not(HasSubstr("left")));
}

TEST(RemainingTime, speaks_in_the_unit_that_fits_and_not_too_early) {
    EXPECT_EQ(remaining_time_text(0.5, 0.5), "");
    EXPECT_EQ(remaining_time_text(10, 0.01), "");
    EXPECT_EQ(remaining_time_text(10, 0.5), "about 10 s left");
    EXPECT_EQ(remaining_time_text(600, 0.5), "about 10 min left");
    EXPECT_EQ(remaining_time_text(7200, 0.5), "about 2 h left");
}

}  // namespace
}  // namespace huizhen
