#include <gmock/gmock.h>

#include <huizhen/rounds/plan.h>

#include "fixtures.h"

namespace huizhen::rounds {
namespace {

using testing::HasSubstr;

using Change = std::function<void(TrainingPlan&)>;

void make_noisy(TrainingPlan& plan) {
    plan.privacy.mode = PrivacyMode::kMultiplier;
    plan.privacy.noise_multiplier = 1;
    plan.privacy.clip_norm = 1;
    plan.codec.weigh_by_samples = false;
}

TEST(Plan, an_ordinary_one_passes) {
    EXPECT_TRUE(check_plan(plan_for(3)));
    EXPECT_TRUE(check_plan(plan_for(250)));
    TrainingPlan noisy = plan_for(5);
    make_noisy(noisy);
    EXPECT_TRUE(check_plan(noisy));
}

TEST(Plan, says_what_to_change) {
    struct Case {
        Change change;
        const char* says;
    };
    const Case cases[] = {
        {[](TrainingPlan& p) { p.id = PlanId(""); }, "an id"},
        {[](TrainingPlan& p) { p.id = PlanId(std::string(129, 'x')); }, "an id"},
        {[](TrainingPlan& p) { p.task.clear(); }, "a task"},
        {[](TrainingPlan& p) { p.start_model.bytes = 0; }, "start model"},
        {[](TrainingPlan& p) { std::swap(p.invited[0], p.invited[1]); }, "in order"},
        {[](TrainingPlan& p) { p.invited[1] = p.invited[0]; }, "once"},
        {[](TrainingPlan& p) { p.mandatory = {SiteId("stranger")}; }, "not invited"},
        {[](TrainingPlan& p) { p.minimum_sites = 2; }, "minimum is 3"},
        {[](TrainingPlan& p) { p.minimum_sites = 13; }, "12 are invited"},
        {[](TrainingPlan& p) { p.iterations = 0; }, "1 iteration"},
        {[](TrainingPlan& p) { p.learning.learning_rate = std::nan(""); }, "within their ranges"},
        {[](TrainingPlan& p) { p.learning.local_epochs = 0; }, "within their ranges"},
        {[](TrainingPlan& p) { p.strategy.kind = StrategyKind::kFedProx; }, "mu above 0"},
        {[](TrainingPlan& p) { p.strategy.trim = 0.5; }, "0.49"},
        {[](TrainingPlan& p) { p.strategy.robust = RobustRule::kMedian; }, "needs groups"},
        {[](TrainingPlan& p) { p.groups = 3; }, "robust rule"},
        {[](TrainingPlan& p) { p.groups = 2, p.strategy.robust = RobustRule::kKrum; }, "3 groups"},
        {[](TrainingPlan& p) { p.groups = 3, p.strategy.robust = RobustRule::kKrum; },
         "minimum of at least 9"},
        {[](TrainingPlan& p) { p.groups = 4, p.strategy.robust = RobustRule::kKrum, p.minimum_sites = 9; },
         "minimum of 12"},
        {[](TrainingPlan& p) { p.codec.clip = 0; }, "clip"},
        {[](TrainingPlan& p) { p.codec.max_samples = 4'000'000'000; }, "plan: "},
        {[](TrainingPlan& p) { p.codec.kind = CodecKind::kPacked, p.codec.bits = 16; }, "fewer bits"},
        {[](TrainingPlan& p) { p.codec.kind = CodecKind::kSparse, p.codec.keep_fraction = 0; }, "sparse"},
        {[](TrainingPlan& p) { p.secrecy.security_bits = 129; }, "limit"},
        {[](TrainingPlan& p) { p.secrecy.corrupt_percent = 99; }, "plan: "},
        {[](TrainingPlan& p) { make_noisy(p), p.privacy.clip_norm = 0; }, "clipping norm"},
        {[](TrainingPlan& p) { make_noisy(p), p.codec.weigh_by_samples = true; }, "turn weighing off"},
        {[](TrainingPlan& p) { make_noisy(p), p.privacy.noise_multiplier = 0; }, "not set"},
        {[](TrainingPlan& p) { p.patience.silence = Seconds(0); }, "time limits"},
        {[](TrainingPlan& p) { p.patience.max_attempts = 0; }, "attempts"},
    };
    for (const Case& one : cases) {
        TrainingPlan plan = plan_for(12);
        one.change(plan);
        const Status checked = check_plan(plan);
        ASSERT_FALSE(checked) << one.says;
        EXPECT_EQ(checked.error().code(), ErrorCode::kInvalidArgument);
        EXPECT_THAT(checked.error().message(), HasSubstr(one.says));
    }
}

// Another digest for the same plan would part coordinators and sites of different versions.
TEST(Plan, its_digest_is_what_it_always_was) {
    TrainingPlan plan;
    plan.id = PlanId("lungs-1");
    plan.name = "Lungs";
    plan.task = "ct-crops/1";
    plan.start_model.digest[0] = 1;
    plan.start_model.bytes = 100;
    plan.iterations = 7;
    plan.invited = {SiteId("a"), SiteId("b"), SiteId("c")};
    plan.mandatory = {SiteId("b")};
    plan.learning.proximal = 0.25;
    plan.strategy.kind = StrategyKind::kFedAdam;
    plan.privacy.epsilon = 8;
    plan.patience.grace = Seconds(11);
    plan.groups = 2;
    EXPECT_EQ(to_hex(digest_of(plan)), "d5c598e8e21332644f739603aefab13bed38534a049b8086f85415434cbef18b");
}

TEST(Plan, its_digest_hangs_on_every_field) {
    const Change changes[] = {
        [](TrainingPlan& p) { p.id = PlanId("other"); },
        [](TrainingPlan& p) { p.name += "x"; },
        [](TrainingPlan& p) { p.task += "x"; },
        [](TrainingPlan& p) { p.start_model = object("other"); },
        [](TrainingPlan& p) { p.iterations = 9; },
        [](TrainingPlan& p) { p.invited.pop_back(); },
        [](TrainingPlan& p) { p.mandatory = {p.invited[0]}; },
        [](TrainingPlan& p) { p.minimum_sites = 4; },
        [](TrainingPlan& p) { p.learning.local_epochs = 2; },
        [](TrainingPlan& p) { p.learning.learning_rate *= 2; },
        [](TrainingPlan& p) { p.learning.batch = 8; },
        [](TrainingPlan& p) { p.learning.proximal = 0.1; },
        [](TrainingPlan& p) { p.learning.optimizer = OptimizerKind::kAdamW; },
        [](TrainingPlan& p) { p.learning.momentum = 0.5; },
        [](TrainingPlan& p) { p.learning.decay = 0.5; },
        [](TrainingPlan& p) { p.learning.batch_clip = 0.5; },
        [](TrainingPlan& p) { p.learning.last_rate = 0.5; },
        [](TrainingPlan& p) { p.strategy.kind = StrategyKind::kFedAdam; },
        [](TrainingPlan& p) { p.strategy.server_rate = 0.5; },
        [](TrainingPlan& p) { p.strategy.beta1 = 0.5; },
        [](TrainingPlan& p) { p.strategy.beta2 = 0.5; },
        [](TrainingPlan& p) { p.strategy.tau = 0.5; },
        [](TrainingPlan& p) { p.strategy.robust = RobustRule::kKrum; },
        [](TrainingPlan& p) { p.strategy.trim = 0.1; },
        [](TrainingPlan& p) { p.codec.kind = CodecKind::kPacked; },
        [](TrainingPlan& p) { p.codec.clip = 2; },
        [](TrainingPlan& p) { p.codec.bits = 4; },
        [](TrainingPlan& p) { p.codec.keep_fraction = 0.5; },
        [](TrainingPlan& p) { p.codec.weigh_by_samples = false; },
        [](TrainingPlan& p) { p.codec.max_samples = 3; },
        [](TrainingPlan& p) { p.privacy.mode = PrivacyMode::kTarget; },
        [](TrainingPlan& p) { p.privacy.clip_norm = 3; },
        [](TrainingPlan& p) { p.privacy.noise_multiplier = 3; },
        [](TrainingPlan& p) { p.privacy.epsilon = 3; },
        [](TrainingPlan& p) { p.privacy.delta = 1e-6; },
        [](TrainingPlan& p) { p.secrecy.corrupt_percent = 1; },
        [](TrainingPlan& p) { p.secrecy.dropout_percent = 1; },
        [](TrainingPlan& p) { p.secrecy.security_bits = 41; },
        [](TrainingPlan& p) { p.secrecy.failure_bits = 21; },
        [](TrainingPlan& p) { p.patience.silence *= 2; },
        [](TrainingPlan& p) { p.patience.grace *= 2; },
        [](TrainingPlan& p) { p.patience.phase_limit *= 2; },
        [](TrainingPlan& p) { p.patience.max_attempts = 2; },
        [](TrainingPlan& p) { p.patience.retry_after *= 2; },
        [](TrainingPlan& p) { p.groups = 3; },
        [](TrainingPlan& p) { p.evaluate_every = 3; },
    };
    std::set<Sha256Digest> digests{digest_of(plan_for(5))};
    for (const Change& change : changes) {
        TrainingPlan plan = plan_for(5);
        change(plan);
        EXPECT_TRUE(digests.insert(digest_of(plan)).second);
    }
}

TEST(Plan, finds_the_noise_for_a_wanted_epsilon) {
    TrainingPlan plan = plan_for(5);
    make_noisy(plan);
    plan.privacy.mode = PrivacyMode::kTarget;
    plan.privacy.noise_multiplier = 0;
    plan.privacy.epsilon = 8;
    plan.iterations = 20;
    EXPECT_FALSE(check_plan(plan));
    const auto resolved = resolve_privacy(plan);
    ASSERT_TRUE(resolved);
    EXPECT_TRUE(check_plan(*resolved));
    EXPECT_LE(*epsilon_of(*resolved), 8.0);
    EXPECT_GT(*epsilon_of(*resolved), 7.9);
    EXPECT_FALSE(epsilon_of(plan_for(5)));
    plan.privacy.epsilon = -1;
    EXPECT_FALSE(resolve_privacy(plan));
}

TEST(Plan, counts_only_the_noise_that_is_certain) {
    TrainingPlan plan = plan_for(9);
    EXPECT_EQ(honest_sites(plan, 9), 5u);  // quorum 5, nobody corrupt
    plan.secrecy.corrupt_percent = 33;
    EXPECT_EQ(honest_sites(plan, 9), 4u);  // quorum 6, two corrupt
}

TEST(Plan, terms_bind_the_whole_plan) {
    Proposal proposal;
    proposal.plan = plan_for(4);
    proposal.model = object("model");
    proposal.words = 17;
    const secagg::Terms terms = terms_of(proposal, 5);
    EXPECT_EQ(terms.plan, "lung-2026-03@" + to_hex(digest_of(proposal.plan)));
    EXPECT_EQ(terms.model, proposal.model.digest);
    EXPECT_TRUE(secagg::check_terms(terms));
    proposal.state = object("state");
    EXPECT_NE(terms_of(proposal, 5).model, terms.model);
    proposal.plan.id = PlanId(std::string(kMaxIdBytes, 'x'));
    EXPECT_TRUE(secagg::check_terms(terms_of(proposal, 5)));
}

}  // namespace
}  // namespace huizhen::rounds
