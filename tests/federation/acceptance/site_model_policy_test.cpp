#include <huizhen/acceptance/site_model_policy.h>

#include "lineage_cases.h"

namespace huizhen::acceptance {
namespace {

// 1 and 2 were current, 3 is, 4 is shadowed, 5 rejected.
History history() {
    History history;
    EXPECT_TRUE(history.add(Event::kCandidate, 1));
    EXPECT_TRUE(history.add(Event::kAccepted, 1));
    for (const std::uint8_t number : {std::uint8_t{2}, std::uint8_t{3}}) {
        EXPECT_TRUE(history.add(Event::kCandidate, number, static_cast<std::uint8_t>(number - 1)));
        EXPECT_TRUE(history.add(Event::kAccepted, number));
    }
    EXPECT_TRUE(history.add(Event::kCandidate, 5, 3));
    EXPECT_TRUE(history.add(Event::kRejected, 5, 0, false));
    EXPECT_TRUE(history.add(Event::kCandidate, 4, 3));
    EXPECT_TRUE(history.add(Event::kShadow, 4));
    return history;
}

TEST(SiteModelPolicy, without_a_word_of_its_own_a_site_runs_what_is_current) {
    const History whole = history();
    const ModelChoice choice = choose_model({}, whole.lineage);
    EXPECT_EQ(choice.runs, model(3));
    EXPECT_EQ(choice.shadow, model(4));
    EXPECT_EQ(choice.reason, "current");
    SiteModelPolicy no_shadow;
    no_shadow.runs_shadow = false;
    EXPECT_FALSE(choose_model(no_shadow, whole.lineage).shadow);
    EXPECT_FALSE(choose_model({}, Lineage()).runs);
}

TEST(SiteModelPolicy, a_pin_holds_against_whatever_becomes_current) {
    const History whole = history();
    SiteModelPolicy policy;
    policy.pinned = model(2);
    EXPECT_EQ(choose_model(policy, whole.lineage).runs, model(2));
    EXPECT_TRUE(
        choose_model(policy, whole.lineage).reason.starts_with("pinned by the site; current is 0303"));
    for (const std::uint8_t wrong : {std::uint8_t{5}, std::uint8_t{77}}) {  // rejected; never heard of
        policy.pinned = model(wrong);
        EXPECT_FALSE(choose_model(policy, whole.lineage).runs);
    }
    policy.pinned = model(4);
    EXPECT_EQ(choose_model(policy, whole.lineage).runs, model(4));
    EXPECT_FALSE(choose_model(policy, whole.lineage).shadow);
}

TEST(SiteModelPolicy, a_refused_model_gives_way_to_the_latest_before_it) {
    const History whole = history();
    SiteModelPolicy policy;
    policy.refused = {model(3), model(4)};
    EXPECT_EQ(choose_model(policy, whole.lineage).runs, model(2));
    EXPECT_FALSE(choose_model(policy, whole.lineage).shadow);
    policy.refused = {model(2), model(3)};
    EXPECT_EQ(choose_model(policy, whole.lineage).runs, model(1));
    policy.refused = {model(1), model(2), model(3)};
    EXPECT_FALSE(choose_model(policy, whole.lineage).runs);
    policy.pinned = model(1);
    EXPECT_FALSE(check(policy));
    EXPECT_FALSE(choose_model(policy, whole.lineage).runs);
}

}  // namespace
}  // namespace huizhen::acceptance
