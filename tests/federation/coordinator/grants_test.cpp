#include "service/grants.h"

#include <gtest/gtest.h>

namespace huizhen::coordinator {
namespace {

Sha256Digest digest_of(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

const rounds::SiteId kA("a"), kB("b");

TEST(Grants, a_site_fetches_what_its_round_named_until_the_round_is_over) {
    Grants grants;
    const Sha256Digest model = digest_of("candidate");
    rounds::Candidate candidate;
    candidate.candidate.digest = model;
    grants.follow(kA, {{rounds::PlanId("p"), 1}, candidate}, 0);
    EXPECT_TRUE(grants.may_get(kA, model));
    EXPECT_FALSE(grants.may_get(kB, model));
    grants.end_round(rounds::PlanId("p"));
    EXPECT_FALSE(grants.may_get(kA, model));
    // Nor does the word that it is over open what it made.
    rounds::Outcome outcome;
    outcome.model = candidate.candidate;
    grants.follow(kA, {{rounds::PlanId("p"), 1}, outcome}, 0);
    EXPECT_FALSE(grants.may_get(kA, model));
}

TEST(Grants, of_an_older_round_end_with_a_newer_one_at_the_latest) {
    Grants grants;
    const rounds::PlanId plan("p");
    rounds::Proposal first, second;
    first.model.digest = digest_of("first");
    second.model.digest = digest_of("second");
    grants.follow(kA, {{plan, 1}, first}, 0);
    grants.follow(kA, {{plan, 1}, rounds::ShareDelivery{}}, 400);
    grants.end_round(plan);
    EXPECT_FALSE(grants.may_put(kA, digest_of("update")));
    grants.follow(kA, {{plan, 2}, second}, 0);
    grants.follow(kA, {{plan, 1}, first}, 0);
    EXPECT_FALSE(grants.may_get(kA, digest_of("first")));
    EXPECT_TRUE(grants.may_get(kA, digest_of("second")));
}

TEST(Grants, what_sites_run_is_there_for_those_that_missed_the_rounds) {
    Grants grants;
    grants.open_to_all(digest_of("current"));
    grants.forget_plan(rounds::PlanId("p"));
    EXPECT_TRUE(grants.may_get(kA, digest_of("current")));
    EXPECT_TRUE(grants.may_get(kB, digest_of("current")));
    EXPECT_FALSE(grants.may_get(kB, digest_of("another")));
}

TEST(Grants, a_site_brings_one_update_in_a_round_and_may_begin_it_again) {
    Grants grants;
    const rounds::PlanId plan("p");
    EXPECT_FALSE(grants.may_put(kA, digest_of("update")));
    grants.follow(kA, {{plan, 1}, rounds::ShareDelivery{}}, 400);
    const auto first = grants.may_put(kA, digest_of("update"));
    ASSERT_TRUE(first);
    EXPECT_EQ(*first, 400U);
    EXPECT_TRUE(grants.may_put(kA, digest_of("update")));
    EXPECT_FALSE(grants.may_put(kA, digest_of("another")));
    EXPECT_FALSE(grants.may_put(kB, digest_of("update")));
    grants.follow(kA, {{plan, 1}, rounds::ShareDelivery{}}, 400);  // said again: nothing changes
    EXPECT_FALSE(grants.may_put(kA, digest_of("another")));
    EXPECT_EQ(grants.end_round(plan).size(), 1U);
    EXPECT_TRUE(grants.end_round(plan).empty());
    grants.follow(kA, {{plan, 2}, rounds::Proposal{}}, 400);
    EXPECT_FALSE(grants.may_put(kA, digest_of("update")));
}

}  // namespace
}  // namespace huizhen::coordinator
