// Above a hundred sites the graph is sparse. (A thousand: tests/bench/federation/bench_round.)

#include "parties.h"

namespace huizhen::rounds {
namespace {

TEST(ManySites, a_sparse_round_is_exact_with_some_of_them_gone) {
    TrainingPlan plan = plan_for(150);
    plan.minimum_sites = 100;
    plan.secrecy.corrupt_percent = 10;
    Parties parties(150, plan);
    parties.installs = false;
    parties.until(Phase::kUpload);
    for (std::size_t i = 0; i < 150; i += 15) {
        while (parties.intercept(i, Step::kShareDelivery)) {
        }
    }
    parties.until(Phase::kAgreement);
    ASSERT_EQ(parties.coordinator->phase(), Phase::kUpload);
    parties.give_up_on_awaited();
    parties.until(Phase::kAggregate);
    ASSERT_EQ(parties.coordinator->phase(), Phase::kAggregate);
    const auto included = parties.coordinator->sums().at(0).included;
    EXPECT_EQ(included.size(), 140u);
    EXPECT_EQ(parties.sum(), plain_sum(included, 17));
}

}  // namespace
}  // namespace huizhen::rounds
