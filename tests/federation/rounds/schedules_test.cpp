// One fault at every place, and thousands of schedules with many.

#include <cstdlib>

#include "world.h"

namespace huizhen::rounds {
namespace {

std::string told(const World& world, std::uint32_t seed) {
    std::string text = "seed " + std::to_string(seed) + ", " + std::to_string(world.seconds()) + " s, " +
                       std::to_string(world.crashes()) + " kills: ";
    for (const std::string& one : world.broken()) text += one + "; ";
    if (world.has_result() && world.result().failure) text += world.result().failure->reason;
    return text;
}

// What an undisturbed round of so many sites comes to.
struct Undisturbed {
    explicit Undisturbed(std::size_t sites) : enrolled(sites), setup(setup_for(plan_for(sites))) {
        World world(enrolled, setup, {});
        world.run();
        EXPECT_TRUE(world.broken().empty()) << told(world, 1);
        result = world.result();
        messages = world.messages_sent();
        inputs = world.inputs_taken();
    }
    Enrolled enrolled;
    RoundSetup setup;
    RoundResult result;
    std::size_t messages = 0, inputs = 0;
};

TEST(Schedules, an_undisturbed_round_includes_everybody) {
    const Undisturbed calm(4);
    EXPECT_EQ(calm.result.included.size(), 4u);
    EXPECT_EQ(calm.result.evaluations.size(), 4u);
    EXPECT_TRUE(calm.result.absences.empty());
    EXPECT_GT(calm.messages, 50u);
}

// The same model whatever single fault there was, since nobody was away for long.
void expect_same(const Undisturbed& calm, const WorldOptions& options, std::size_t place) {
    World world(calm.enrolled, calm.setup, options);
    world.run();
    ASSERT_TRUE(world.broken().empty()) << "at " << place << ", " << told(world, options.seed);
    ASSERT_EQ(world.result().model, calm.result.model) << "at " << place;
    ASSERT_EQ(world.result().evaluations, calm.result.evaluations) << "at " << place;
}

TEST(Schedules, a_lost_message_anywhere_changes_nothing) {
    for (const std::size_t sites : {3u, 4u}) {
        const Undisturbed calm(sites);
        for (std::size_t i = 0; i < calm.messages; ++i) expect_same(calm, {.drop_message = i}, i);
    }
}

TEST(Schedules, a_doubled_message_anywhere_changes_nothing) {
    for (const std::size_t sites : {3u, 4u}) {
        const Undisturbed calm(sites);
        for (std::size_t i = 0; i < calm.messages; ++i) expect_same(calm, {.duplicate_message = i}, i);
    }
}

TEST(Schedules, a_message_that_is_overtaken_anywhere_changes_nothing) {
    for (const std::size_t sites : {3u, 4u}) {
        const Undisturbed calm(sites);
        for (std::size_t i = 0; i < calm.messages; ++i) expect_same(calm, {.delay_message = i}, i);
    }
}

TEST(Schedules, a_kill_at_any_input_changes_nothing) {
    for (const std::size_t sites : {3u, 4u}) {
        const Undisturbed calm(sites);
        for (std::size_t i = 0; i < calm.inputs; ++i) {
            for (const Kill kill : {Kill::kBeforeCommit, Kill::kAfterCommit}) {
                expect_same(calm, {.kill_at = i, .kill = kill}, i);
            }
        }
    }
}

// How many schedules: HUIZHEN_SCHEDULES, or as many as an ordinary run of the tests can bear.
std::uint32_t schedules() {
    const char* wanted = std::getenv("HUIZHEN_SCHEDULES");
    return wanted ? static_cast<std::uint32_t>(std::strtoul(wanted, nullptr, 10)) : 2'000;
}

WorldOptions stormy(std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto some = [&](double limit) { return std::uniform_real_distribution<>(0, limit)(random); };
    WorldOptions options;
    options.seed = seed;
    options.words = 5;
    options.drop = some(0.3);
    options.duplicate = some(0.3);
    options.delay_s = some(20);
    options.crash = some(0.06);
    options.training_s = some(60);
    return options;
}

// Nobody is away for long, so that everybody is in.
TEST(Schedules, many_faults_and_all_sites_alive_give_the_sum_of_all) {
    std::vector<std::unique_ptr<Enrolled>> enrolled;
    for (std::size_t sites = 0; sites <= 5; ++sites) enrolled.push_back(std::make_unique<Enrolled>(sites));
    std::size_t crashes = 0;
    for (std::uint32_t seed = 1; seed <= schedules() / 2; ++seed) {
        const std::size_t sites = 3 + seed % 3;
        TrainingPlan plan = plan_for(sites);
        plan.patience.silence = Seconds(3'000);
        plan.patience.grace = Seconds(30'000);
        plan.patience.phase_limit = Seconds(40'000);
        World world(*enrolled[sites], setup_for(plan), stormy(seed));
        world.run();
        crashes += world.crashes();
        ASSERT_TRUE(world.broken().empty()) << told(world, seed);
        ASSERT_TRUE(world.result().model) << told(world, seed);
        ASSERT_EQ(world.result().included.size(), sites) << told(world, seed);
        ASSERT_EQ(world.result().evaluations.size(), sites) << told(world, seed);
    }
    EXPECT_GT(crashes, schedules());
}

// Sites die, sleep, decline, fail and are revoked: the exact sum of the included, or a failure with a name.
TEST(Schedules, whatever_happens_a_round_ends_exactly_or_by_name) {
    std::vector<std::unique_ptr<Enrolled>> enrolled;
    for (std::size_t sites = 0; sites <= 7; ++sites) enrolled.push_back(std::make_unique<Enrolled>(sites));
    std::size_t successes = 0, failures = 0, partial = 0;
    for (std::uint32_t seed = 1; seed <= schedules() / 2; ++seed) {
        std::mt19937 random(seed + 1'000'000);
        const std::size_t sites = 4 + seed % 4;
        TrainingPlan plan = plan_for(sites);
        if (seed % 5 == 0) plan.mandatory = {site_id(random() % sites)};
        if (seed % 3 == 0) plan.secrecy.corrupt_percent = 33;
        WorldOptions options = stormy(seed);
        options.delay_s = std::min(options.delay_s, 5.0);
        options.drop = std::min(options.drop, 0.1);
        for (std::size_t i = 0; i < sites; ++i) {
            const double when = std::uniform_real_distribution<>(0, 120)(random);
            switch (random() % 16) {
                case 0: options.dies_at[i] = when; break;
                case 1:
                    options.away[i] = {when, when + std::uniform_real_distribution<>(0, 400)(random)};
                    break;
                case 2: options.refuses[i] = "task-not-allowed: malignancy"; break;
                case 3: options.job_fails[i] = "the disk is full"; break;
                case 4: options.slow_s[i] = 10 * when; break;
                case 5: options.revoked_at[i] = when; break;
                default: break;
            }
        }
        World world(*enrolled[sites], setup_for(plan), options);
        world.run();
        ASSERT_TRUE(world.broken().empty()) << told(world, seed);
        (world.result().model ? successes : failures) += 1;
        if (world.result().model && world.result().included.size() < sites) ++partial;
    }
    RecordProperty("successes", static_cast<int>(successes));
    EXPECT_GT(successes, schedules() / 8);
    EXPECT_GT(failures, schedules() / 100);
    EXPECT_GT(partial, schedules() / 10);
}

}  // namespace
}  // namespace huizhen::rounds
