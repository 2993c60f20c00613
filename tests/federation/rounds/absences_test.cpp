// Who falls away where, and what is said of it.

#include <gmock/gmock.h>

#include "world.h"

namespace huizhen::rounds {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Ran {
    explicit Ran(std::size_t sites, const WorldOptions& options, TrainingPlan plan)
        : enrolled(sites), world(enrolled, setup_for(plan), options) {
        world.run();
        EXPECT_THAT(world.broken(), IsEmpty());
        result = world.result();
    }
    Ran(std::size_t sites, const WorldOptions& options) : Ran(sites, options, plan_for(sites)) {}

    const Absence* absence(std::size_t site, Phase phase) const {
        for (const Absence& one : result.absences) {
            if (one.site == site_id(site) && one.phase == phase) return &one;
        }
        return nullptr;
    }

    Enrolled enrolled;
    World world;
    RoundResult result;
};

struct MutedPhase {
    Step from;
    Phase phase;
};
constexpr MutedPhase kMuted[] = {{Step::kKeys, Phase::kKeys},
                                 {Step::kShares, Phase::kShares},
                                 {Step::kUpload, Phase::kUpload},
                                 {Step::kAgreement, Phase::kAgreement},
                                 {Step::kUnmasking, Phase::kUnmasking}};

// Six sites, nobody corrupt: the quorum is four, the minimum three.
TEST(Absences, a_result_without_as_many_as_the_quorum_allows_at_every_phase) {
    for (const auto& [from, phase] : kMuted) {
        const std::size_t tolerated = 2;
        WorldOptions options;
        for (std::size_t i = 0; i < tolerated; ++i) options.mute_from[2 * i] = from;
        const Ran ran(6, options);
        ASSERT_TRUE(ran.result.model) << phase_name(phase);
        EXPECT_EQ(ran.result.included.size(), phase <= Phase::kUpload ? 4u : 6u) << phase_name(phase);
        for (std::size_t i = 0; i < tolerated; ++i) {
            const Absence* absence = ran.absence(2 * i, phase);
            ASSERT_TRUE(absence) << phase_name(phase);
            EXPECT_EQ(absence->cause, Cause::kTooLate)
                << phase_name(phase);  // it is heard, and does not answer
        }
    }
}

TEST(Absences, one_site_too_few_ends_the_round_by_name_at_every_phase) {
    for (const auto& [from, phase] : kMuted) {
        WorldOptions options;
        for (std::size_t i = 0; i < 4; ++i) options.mute_from[i] = from;
        const Ran ran(6, options);
        ASSERT_TRUE(ran.result.failure) << phase_name(phase);
        const auto expected =
            phase == Phase::kUnmasking ? FailureKind::kUnmasking : FailureKind::kTooFewSites;
        EXPECT_EQ(ran.result.failure->kind, expected) << phase_name(phase);
        EXPECT_THAT(ran.result.failure->reason, HasSubstr("2 of")) << phase_name(phase);
        if (phase <= Phase::kUpload) {
            EXPECT_THAT(ran.result.failure->reason, HasSubstr("site-0000"));
        }
        EXPECT_FALSE(ran.result.model);
        for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(ran.absence(i, phase)) << phase_name(phase) << i;
    }
}

TEST(Absences, a_dead_site_is_silent_and_the_others_finish) {
    for (const double when : {0.0, 1.0, 4.0}) {
        const Ran ran(4, {.dies_at = {{1, when}}});
        ASSERT_TRUE(ran.result.model) << when;
        EXPECT_TRUE(std::any_of(ran.result.absences.begin(), ran.result.absences.end(),
                                [](const Absence& one) {
                                    return one.site == site_id(1) &&
                                           (one.cause == Cause::kSilent || one.cause == Cause::kTooLate);
                                }))
            << when;
        EXPECT_FALSE(ran.result.evaluations.contains(site_id(1)));
        EXPECT_EQ(ran.result.evaluations.size(), 3u);
    }
}

TEST(Absences, an_outage_of_six_minutes_loses_nobody) {
    TrainingPlan plan = plan_for(4);
    plan.patience.silence = Seconds(900);
    plan.patience.grace = Seconds(600);
    for (const double begin : {0.5, 2.0, 4.0}) {
        const Ran ran(4, {.away = {{2, {begin, begin + 360}}}}, plan);
        ASSERT_TRUE(ran.result.model) << begin;
        EXPECT_EQ(ran.result.included.size(), 4u) << begin;
        EXPECT_THAT(ran.result.absences, IsEmpty()) << begin;
    }
}

TEST(Absences, a_coordinator_that_was_down_for_long_calls_nobody_silent) {
    for (std::size_t kill_at = 0; kill_at < 60; kill_at += 3) {
        const Ran ran(4, {.coordinator_downtime_s = 7'200, .kill_at = kill_at, .kill = Kill::kAfterCommit},
                      [] {
                          TrainingPlan plan = plan_for(4);
                          plan.patience.phase_limit = Seconds(86'400);
                          return plan;
                      }());
        ASSERT_TRUE(ran.result.model) << kill_at;
        EXPECT_EQ(ran.result.included.size(), 4u) << kill_at;
    }
}

TEST(Absences, all_sites_away_at_once_are_waited_for) {
    TrainingPlan plan = plan_for(3);
    plan.patience.silence = Seconds(900);
    const Ran ran(3, {.away = {{0, {2, 362}}, {1, {2, 362}}, {2, {2, 362}}}}, plan);
    EXPECT_TRUE(ran.result.model);
}

TEST(Absences, a_site_that_declines_says_why_and_is_not_asked_again) {
    const Ran ran(4, {.refuses = {{3, "outside-hours: this site trains at other hours"}}});
    ASSERT_TRUE(ran.result.model);
    const Absence* absence = ran.absence(3, Phase::kKeys);
    ASSERT_TRUE(absence);
    EXPECT_EQ(absence->cause, Cause::kDeclined);
    EXPECT_THAT(absence->reason, HasSubstr("outside-hours"));
    EXPECT_FALSE(ran.result.evaluations.contains(site_id(3)));
    EXPECT_FALSE(ran.absence(3, Phase::kValidate));
    EXPECT_LT(ran.world.seconds(), 60);
}

TEST(Absences, a_site_whose_training_fails_still_measures) {
    const Ran ran(4, {.job_fails = {{0, "the disk is full"}}});
    ASSERT_TRUE(ran.result.model);
    const Absence* absence = ran.absence(0, Phase::kUpload);
    ASSERT_TRUE(absence);
    EXPECT_EQ(absence->cause, Cause::kFailed);
    EXPECT_EQ(absence->reason, "the disk is full");
    EXPECT_TRUE(ran.result.evaluations.contains(site_id(0)));
    EXPECT_LT(ran.world.seconds(), 60);
}

TEST(Absences, a_slow_site_is_left_out_after_the_grace_and_still_measures) {
    const Ran ran(4, {.slow_s = {{1, 500}}});
    ASSERT_TRUE(ran.result.model);
    const Absence* absence = ran.absence(1, Phase::kUpload);
    ASSERT_TRUE(absence);
    EXPECT_EQ(absence->cause, Cause::kTooLate);
    EXPECT_TRUE(ran.result.evaluations.contains(site_id(1)));
    EXPECT_LT(ran.world.seconds(), 120);
}

TEST(Absences, a_slow_site_that_is_needed_is_waited_for) {
    EXPECT_EQ(Ran(3, {.slow_s = {{1, 500}}}).result.included.size(), 3u);  // the minimum
    TrainingPlan plan = plan_for(4);
    plan.mandatory = {site_id(1)};
    EXPECT_EQ(Ran(4, {.slow_s = {{1, 500}}}, plan).result.included.size(), 4u);
}

TEST(Absences, without_a_mandatory_site_the_round_fails_by_its_name) {
    TrainingPlan plan = plan_for(5);
    plan.mandatory = {site_id(2)};
    const WorldOptions ways[] = {{.dies_at = {{2, 0}}},
                                 {.refuses = {{2, "task-not-allowed: malignancy"}}},
                                 {.job_fails = {{2, "no cases"}}},
                                 {.revoked_at = {{2, 1}}}};
    for (const WorldOptions& options : ways) {
        const Ran ran(5, options, plan);
        ASSERT_TRUE(ran.result.failure);
        EXPECT_EQ(ran.result.failure->kind, FailureKind::kMandatoryMissing);
        EXPECT_THAT(ran.result.failure->reason, HasSubstr("without site-0002"));
    }
}

TEST(Absences, a_mandatory_site_that_has_uploaded_may_fall_silent) {
    TrainingPlan plan = plan_for(5);
    plan.mandatory = {site_id(2)};
    const Ran ran(5, {.mute_from = {{2, Step::kAgreement}}}, plan);
    ASSERT_TRUE(ran.result.model);
    EXPECT_EQ(ran.result.included.size(), 5u);
}

TEST(Absences, a_person_can_abort_and_everybody_is_told) {
    const Ran ran(3, {.aborted_at = 3});
    ASSERT_TRUE(ran.result.failure);
    EXPECT_EQ(ran.result.failure->kind, FailureKind::kAborted);
    EXPECT_EQ(ran.result.failure->reason, "li: wrong plan");
    for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(ran.world.site(i)->done());
}

TEST(Absences, a_site_that_missed_the_round_measures_its_model) {
    TrainingPlan plan = plan_for(4);
    plan.patience.grace = Seconds(5);
    const Ran ran(4, {.away = {{3, {0, 20}}}, .slow_s = {{0, 30}}}, plan);
    ASSERT_TRUE(ran.result.model);
    EXPECT_EQ(ran.absence(3, Phase::kKeys)->cause, Cause::kTooLate);
    EXPECT_TRUE(ran.result.evaluations.contains(site_id(3)));
}

}  // namespace
}  // namespace huizhen::rounds
