#include "admin/replies.h"

#include "small_coordinator.h"

namespace huizhen::coordinator {
namespace {

using RepliesTest = SmallCoordinator;

TEST_F(RepliesTest, who_watches_a_plan_has_each_round_read_once) {
    enrol_three();
    start(plan("p"));
    SeenRounds seen;
    const auto look = [&] { return seen.look(*context_, *context_->plans.find("p")); };
    EXPECT_EQ(look()->history_size(), 0);
    conclude("p", 1, model("one"));
    const auto first = look();
    ASSERT_TRUE(first) << first.error().to_string();
    ASSERT_EQ(first->history_size(), 1);
    EXPECT_EQ(first->round(), 1U);

    // Would be refused if it were read again.
    ASSERT_TRUE(context_->connection->run("UPDATE round SET result = x'00' WHERE plan = 'p' AND number = 1"));
    const auto two = model("two");
    conclude("p", 2, two);
    const auto second = look();
    ASSERT_TRUE(second) << second.error().to_string();
    ASSERT_EQ(second->history_size(), 2);
    EXPECT_EQ(second->history(0).SerializeAsString(), first->history(0).SerializeAsString());
    EXPECT_EQ(second->history(1).number(), 2U);
    EXPECT_EQ(second->round(), 2U);
    EXPECT_EQ(second->model(), to_hex(two.digest));
    EXPECT_EQ(plan_status(*context_, *context_->plans.find("p"), true)->history_size(), 0);  // damaged
}

}  // namespace
}  // namespace huizhen::coordinator
