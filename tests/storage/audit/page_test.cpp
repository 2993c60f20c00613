#include <huizhen/audit/page.h>

#include "audit_fixture.h"

namespace huizhen::audit {
namespace {

TEST_F(AuditTest, pages_hold_every_entry_once_in_order) {
    ASSERT_TRUE(append(7));
    std::vector<std::int64_t> numbers;
    for (std::int64_t after = 0;;) {
        const auto page = read_page(*db, after, 3);
        ASSERT_TRUE(page) << page.error().to_string();
        if (page->empty()) break;
        EXPECT_LE(page->size(), 3U);
        for (const Entry& entry : *page) numbers.push_back(entry.number);
        after = numbers.back();
    }
    EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(AuditTest, a_page_shows_what_was_written) {
    ASSERT_TRUE(log.append({"user:a", "sign-off", "10.0.0.1", "because", std::nullopt}));
    const auto page = read_page(*db, 0, 10);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), 1U);
    EXPECT_EQ(page->front().event.who, "user:a");
    EXPECT_EQ(page->front().event.what, "sign-off");
    EXPECT_EQ(page->front().event.from, "10.0.0.1");
    EXPECT_EQ(page->front().event.why, "because");
    EXPECT_FALSE(page->front().event.about);
    EXPECT_EQ(page->front().hash, read_head(*db).value()->hash);
}

}  // namespace
}  // namespace huizhen::audit
