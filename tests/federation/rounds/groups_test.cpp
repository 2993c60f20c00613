// Robust aggregation: groups of at least three, each securely summed by itself.

#include <gmock/gmock.h>

#include "parties.h"
#include "world.h"

namespace huizhen::rounds {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TrainingPlan grouped(std::size_t sites, std::uint32_t groups, std::uint32_t minimum) {
    TrainingPlan plan = plan_for(sites);
    plan.groups = groups;
    plan.minimum_sites = minimum;
    plan.strategy.robust = RobustRule::kMedian;
    return plan;
}

TEST(Groups, each_sum_is_the_plain_sum_of_its_group) {
    Parties parties(14, grouped(14, 4, 12));
    parties.installs = false;
    parties.until(Phase::kAggregate);
    const auto sums = parties.coordinator->sums();
    ASSERT_THAT(sums, SizeIs(4));
    std::set<SiteId> all;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        EXPECT_GE(sums[i].included.size(), 3u);
        EXPECT_LE(sums[i].included.size(), 4u);
        EXPECT_EQ(parties.sum(i), plain_sum(sums[i].included, 17));
        all.insert(sums[i].included.begin(), sums[i].included.end());
    }
    EXPECT_THAT(all, SizeIs(14));
}

TEST(Groups, are_drawn_by_lot_and_the_same_again_from_the_same_seed) {
    const auto groups_of = [](std::string_view seed) {
        RoundSetup setup = setup_for(grouped(12, 3, 9));
        setup.seed = digest_of_text(seed);
        Parties parties(12, setup);
        parties.until(Phase::kDone);
        return parties.coordinator->result()->groups;
    };
    EXPECT_EQ(groups_of("one"), groups_of("one"));
    EXPECT_NE(groups_of("one"), groups_of("two"));
}

// Who declines before the keys are fixed shrinks no group below three: there are fewer groups.
TEST(Groups, are_made_of_those_whose_keys_came) {
    for (const std::size_t declining : {1u, 2u}) {
        Parties some(13, grouped(13, 4, 12));
        for (std::size_t i = 0; i < declining; ++i) {
            some.open(i, *some.intercept(i, Step::kProposal), "outside-hours: not now");
        }
        some.until(Phase::kDone);
        const RoundResult& result = *some.coordinator->result();
        if (declining == 1) {
            ASSERT_TRUE(result.model);
            EXPECT_THAT(result.groups, SizeIs(4));
            for (const auto& group : result.groups) EXPECT_THAT(group, SizeIs(3));
        } else {
            EXPECT_EQ(result.failure->kind, FailureKind::kTooFewSites);
        }
    }
}

// Of four groups one loses its quorum: the other three are enough, and its sites are named.
TEST(Groups, one_that_is_lost_does_not_take_the_round_with_it) {
    Parties four(16, grouped(16, 4, 12));
    four.installs = false;
    four.until(Phase::kShares);
    // The first group by its roster: three of its four members say no more.
    const Message roster = *four.intercept(0, Step::kRoster);
    four.to(0, roster);
    std::vector<std::size_t> members{0};
    for (std::size_t i = 1; i < 16; ++i) {
        const auto other = four.intercept(i, Step::kRoster);
        if (!other) continue;
        if (other->body == roster.body) members.push_back(i);
        four.to(i, *other);
    }
    ASSERT_THAT(members, SizeIs(4));
    for (const std::size_t i : {members[1], members[2], members[3]}) four.intercept(i, Step::kShares);
    four.until(Phase::kUpload);
    four.give_up_on_awaited();
    four.until(Phase::kAggregate);
    ASSERT_EQ(four.coordinator->phase(), Phase::kAggregate);
    const auto sums = four.coordinator->sums();
    ASSERT_THAT(sums, SizeIs(3));
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(four.sum(i), plain_sum(sums[i].included, 17));
    std::size_t lost = 0;
    for (const Absence& absence : four.coordinator->absences()) lost += absence.cause == Cause::kGroupLost;
    EXPECT_EQ(lost, 1u);  // the one that answered; the others are silent
}

// Two of three would be a quorum, but no sum over two is ever unmasked.
TEST(Groups, one_with_two_left_is_lost) {
    TrainingPlan plan = grouped(13, 4, 12);
    Parties spare(13, plan);
    spare.installs = false;
    spare.until(Phase::kUpload);
    const auto out = spare.intercept(5, Step::kShareDelivery);
    ASSERT_TRUE(out);
    spare.until(Phase::kAgreement);
    spare.give_up_on_awaited();
    spare.until(Phase::kAggregate);
    for (const GroupSum& sum : spare.coordinator->sums()) EXPECT_GE(sum.included.size(), 3u);
    if (spare.coordinator->done()) {
        EXPECT_EQ(spare.coordinator->result()->failure->kind, FailureKind::kTooFewSites);
    }
}

TEST(Groups, too_few_of_them_end_the_round) {
    Parties parties(9, grouped(9, 3, 9));
    parties.until(Phase::kUpload);
    parties.give_up_on_awaited();
    EXPECT_EQ(parties.coordinator->result()->failure->kind, FailureKind::kTooFewSites);
}

TEST(Groups, many_faults_leave_each_sum_exact) {
    const Enrolled enrolled(12);
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        WorldOptions options;
        options.seed = seed;
        options.drop = 0.1;
        options.duplicate = 0.1;
        options.delay_s = 5;
        options.crash = 0.02;
        if (seed % 3 == 0) options.dies_at[seed % 12] = seed;
        TrainingPlan plan = grouped(12, 3, 9);
        plan.patience.silence = Seconds(600);
        plan.patience.grace = Seconds(300);
        World world(enrolled, setup_for(plan), options);
        world.run();
        ASSERT_THAT(world.broken(), IsEmpty()) << seed;
        if (world.result().model) {
            EXPECT_THAT(world.result().groups, SizeIs(3));
        }
    }
}

}  // namespace
}  // namespace huizhen::rounds
