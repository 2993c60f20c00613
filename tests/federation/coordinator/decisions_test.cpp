#include "models/decisions.h"

#include "small_coordinator.h"

namespace huizhen::coordinator {
namespace {

class DecisionsTest : public SmallCoordinator {
  protected:
    // Waits for a decision on its last model.
    rounds::ObjectRef propose(const std::string& id, const std::string& last_name) {
        start(plan(id));
        conclude(id, 1, model(id + " first"));
        const auto last = model(last_name);
        conclude(id, 2, last);
        restore(id);
        EXPECT_TRUE(settle_plans(*context_));
        commit();
        return last;
    }
    Status reject(const rounds::ObjectRef& model) {
        return ask([&](Context& context) {
            return reject_model(context, to_hex(model.digest), "a person", "a test says so");
        });
    }
};

TEST_F(DecisionsTest, a_person_decides_on_a_model_that_waits) {
    enrol_three();
    const auto last = propose("a", "last");
    EXPECT_EQ(stage("a"), "awaiting-decision");
    ASSERT_TRUE(reject(last));
    EXPECT_EQ(stage("a"), "rejected");
}

TEST_F(DecisionsTest, nothing_is_decided_on_a_plan_that_was_cancelled) {
    enrol_three();
    const auto last = propose("a", "last");
    ASSERT_TRUE(cancel_plan(*context_, "a", "a person", "no more"));
    const std::size_t before = lineage_length();
    for (const auto decide : {accept_model, override_rules, reject_model}) {
        const Status decided = ask([&](Context& context) {
            return decide(context, to_hex(last.digest), "a person", "a test says so");
        });
        ASSERT_FALSE(decided);
        EXPECT_TRUE(decided.error().message().starts_with("wrong-stage: ")) << decided.error().to_string();
    }
    EXPECT_EQ(stage("a"), "cancelled");
    EXPECT_EQ(lineage_length(), before);
}

// The second cannot propose what the lineage knows; the decision is still the first one's.
TEST_F(DecisionsTest, a_decision_goes_to_the_plan_that_proposed_the_model) {
    enrol_three();
    const auto last = propose("a", "last");
    clock_.advance(std::chrono::hours(1));
    propose("b", "last");
    EXPECT_EQ(stage("b"), "failed");
    ASSERT_TRUE(reject(last));
    EXPECT_EQ(stage("a"), "rejected");
    EXPECT_EQ(stage("b"), "failed");
}

}  // namespace
}  // namespace huizhen::coordinator
