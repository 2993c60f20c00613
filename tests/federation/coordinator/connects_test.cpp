#include "service/connects.h"

#include <gtest/gtest.h>

namespace huizhen::coordinator {
namespace {

using std::chrono::minutes, std::chrono::seconds;

const Connects::Time kStart = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);

TEST(Connects, of_a_site_that_comes_and_goes_are_one_entry_and_then_a_number) {
    Connects connects;
    std::size_t entries = 0, counted = 0;
    for (int i = 0; i < 3600; ++i) {  // an hour
        entries += connects.add("flap", 1, kStart + seconds(i)).size();
        for (const auto& event : connects.due(kStart + seconds(i))) {
            EXPECT_EQ(event.who, "site:flap");
            EXPECT_EQ(event.what, "connect");
            counted += std::stoul(event.why);
            ++entries;
        }
    }
    for (const auto& event : connects.all()) {
        counted += std::stoul(event.why);
        ++entries;
    }
    EXPECT_LE(entries, 8U);
    EXPECT_EQ(counted + 1, 3600U);  // nothing is lost
    EXPECT_TRUE(connects.all().empty());
}

TEST(Connects, of_quiet_sites_stand_there_one_by_one) {
    Connects connects;
    EXPECT_EQ(connects.add("a", 1, kStart).size(), 1U);
    EXPECT_EQ(connects.add("b", 1, kStart).size(), 1U);
    EXPECT_TRUE(connects.due(kStart + minutes(10)).empty());
    const auto again = connects.add("a", 1, kStart + minutes(11));
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again.front().why, "");
    EXPECT_EQ(connects.add("b", 1, kStart + minutes(30)).size(), 1U);  // without due() between
}

TEST(Connects, that_came_while_the_loop_was_busy_count_each) {
    Connects connects;
    EXPECT_EQ(connects.add("a", 5, kStart).size(), 1U);
    const auto more = connects.due(kStart + minutes(10));
    ASSERT_EQ(more.size(), 1U);
    EXPECT_EQ(more.front().why, "4 more since 2026-03-01T00:00:00Z");
    EXPECT_TRUE(connects.add("a", 0, kStart).empty());
}

TEST(Connects, a_clock_that_is_set_back_holds_no_count_for_ever) {
    Connects connects;
    connects.add("a", 1, kStart);
    connects.add("a", 1, kStart);
    EXPECT_EQ(connects.due(kStart - minutes(60)).size(), 1U);
}

}  // namespace
}  // namespace huizhen::coordinator
