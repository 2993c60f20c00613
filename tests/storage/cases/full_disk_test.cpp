// A disk that fills up: "disk-full" to whoever sends, what was acknowledged stays.

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

class FullDiskTest : public CasesTest {
  protected:
    FullDiskTest() { reopen(folder.path() / "x.db", {.max_pages = 220}); }
};

TEST_F(FullDiskTest, a_full_database_is_named_and_loses_nothing) {
    int received = 0;
    Status last;
    while (last && received < 10'000) {
        const auto object = put(std::to_string(received));
        const auto one = sample::image(sample::patient(std::to_string(received)), received, 1, 1, object);
        auto transaction = db->begin().value();
        const auto added = add_instances(*book, transaction, std::span(&one, 1), kBy);
        last = added ? transaction.commit() : fail(added.error());
        if (last) ++received;
    }
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().code(), ErrorCode::kIo);
    EXPECT_TRUE(last.error().message().starts_with("disk-full: ")) << last.error().message();
    EXPECT_GT(received, 5);
    EXPECT_EQ(count("instances"), received);
    EXPECT_EQ(count("studies"), received);
    EXPECT_TRUE(audit_is_whole());
    EXPECT_TRUE(db->check_integrity());
}

}  // namespace
}  // namespace huizhen::cases
