#include "service/grants.h"

#include <gtest/gtest.h>

namespace huizhen::coordinator {
namespace {

Sha256Digest digest_of(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

const rounds::SiteId kA("a"), kB("b");

TEST(Grants, a_site_fetches_what_its_rounds_named_until_the_plan_is_over) {
    Grants grants;
    const Sha256Digest model = digest_of("candidate");
    rounds::Candidate candidate;
    candidate.candidate.digest = model;
    grants.follow(kA, {{rounds::PlanId("p"), 1}, candidate}, 0);
    EXPECT_TRUE(grants.may_get(kA, model));
    EXPECT_FALSE(grants.may_get(kB, model));
    grants.forget_plan(rounds::PlanId("p"));
    EXPECT_FALSE(grants.may_get(kA, model));
}

TEST(Grants, what_sites_run_is_there_for_those_that_missed_the_rounds) {
    Grants grants;
    grants.open_to_all(digest_of("current"));
    grants.forget_plan(rounds::PlanId("p"));
    EXPECT_TRUE(grants.may_get(kA, digest_of("current")));
    EXPECT_TRUE(grants.may_get(kB, digest_of("current")));
    EXPECT_FALSE(grants.may_get(kB, digest_of("another")));
}

}  // namespace
}  // namespace huizhen::coordinator
