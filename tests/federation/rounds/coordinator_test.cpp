// What a coordinator does with messages that do not belong, and when it stops waiting.

#include <gmock/gmock.h>

#include "parties.h"

namespace huizhen::rounds {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Bytes& secagg_of(Message& message) {
    return *std::visit(
        [](auto& body) -> Bytes* {
            if constexpr (requires { body.secagg; }) {
                return &body.secagg;
            } else {
                return nullptr;
            }
        },
        message.body);
}

TEST(Coordinator, a_round_without_a_network_gives_the_plain_sum) {
    Parties parties(4);
    parties.installs = false;
    parties.until(Phase::kAggregate);
    ASSERT_EQ(parties.coordinator->phase(), Phase::kAggregate);
    EXPECT_EQ(parties.sum(), plain_sum(parties.setup.plan.invited, 17));
}

TEST(Coordinator, stale_and_misplaced_messages_change_nothing) {
    Parties parties(3);
    parties.until(Phase::kShares);
    Message stale = *parties.rounds[0]->last_sent();
    stale.round.number = 99;
    EXPECT_TRUE(named(parties.from(0, stale).refused, "wrong-round"));
    stale.round = {PlanId("another"), 1};
    EXPECT_TRUE(named(parties.from(0, stale).refused, "wrong-round"));

    const RoundName name = parties.coordinator->name();
    EXPECT_TRUE(named(parties.from(0, {name, Unmasking{}}).refused, "out-of-order"));
    EXPECT_TRUE(named(parties.from(0, {name, Roster{}}).refused, "malformed"));
    EXPECT_TRUE(named(parties.from(9, {name, Shares{}}).refused, "unknown-site"));
    const auto again = parties.from(0, {name, Keys{Bytes{1, 2, 3}}});
    EXPECT_FALSE(again.changed);
    EXPECT_FALSE(again.refused);  // a duplicate, of whatever bytes: the first ones stand
    EXPECT_EQ(parties.coordinator->absences().size(), 0u);
}

TEST(Coordinator, a_duplicate_is_taken_once_in_every_phase) {
    Parties parties(3);
    for (const Phase phase : {Phase::kShares, Phase::kUpload, Phase::kAgreement, Phase::kUnmasking,
                              Phase::kValidate, Phase::kDone}) {
        std::vector<std::pair<std::size_t, Message>> replies;
        for (const auto& [to_site, site, message] : parties.way) {
            if (!to_site) replies.emplace_back(site, message);
        }
        parties.until(phase);
        for (const auto& [site, message] : replies) EXPECT_FALSE(parties.from(site, message).changed);
    }
    EXPECT_TRUE(parties.coordinator->result()->model);
}

TEST(Coordinator, a_message_that_another_site_signed_costs_its_bearer_the_place) {
    Parties parties(4);
    for (std::size_t i = 0; i < 4; ++i) parties.to(i, *parties.intercept(i, Step::kProposal));
    const Message keys = *parties.intercept(0, Step::kKeys);
    const auto applied = parties.from(1, keys);
    EXPECT_TRUE(applied.changed);
    EXPECT_TRUE(named(applied.refused, "forged"));
    parties.from(0, keys);
    parties.until(Phase::kDone);
    EXPECT_THAT(parties.coordinator->result()->included, ElementsAre(site_id(0), site_id(2), site_id(3)));
    const Absence& absence = parties.coordinator->result()->absences.at(0);
    EXPECT_EQ(absence.site, site_id(1));
    EXPECT_EQ(absence.cause, Cause::kRefused);
    EXPECT_THAT(absence.reason, HasSubstr("site-0000"));
}

TEST(Coordinator, a_spoilt_message_costs_its_sender_the_place_by_name) {
    struct Case {
        Phase phase;
        Step step;
    };
    for (const auto& [phase, step] :
         {Case{Phase::kKeys, Step::kKeys}, Case{Phase::kShares, Step::kShares},
          Case{Phase::kUpload, Step::kUpload}, Case{Phase::kAgreement, Step::kAgreement},
          Case{Phase::kUnmasking, Step::kUnmasking}}) {
        Parties parties(4);
        parties.until(phase);
        std::optional<Message> message;
        while (!message) {
            message = parties.intercept(2, step);
            if (message) break;
            const auto [to_site, site, next] = parties.way.front();
            parties.way.pop_front();
            if (to_site) {
                parties.to(site, next);
            } else {
                parties.from(site, next);
            }
        }
        secagg_of(*message).back() ^= 1;
        EXPECT_TRUE(parties.from(2, *message).refused) << step_name(step);
        parties.until(Phase::kDone);
        ASSERT_TRUE(parties.coordinator->result()->model) << step_name(step);
        const Absence& absence = parties.coordinator->result()->absences.at(0);
        EXPECT_EQ(absence.site, site_id(2));
        EXPECT_EQ(absence.phase, phase);
        EXPECT_EQ(absence.cause, Cause::kRefused);
    }
}

TEST(Coordinator, an_upload_that_comes_before_its_object_is_asked_for_again) {
    Parties parties(3);
    parties.until(Phase::kUpload);
    for (std::size_t i = 0; i < 3; ++i) parties.to(i, *parties.intercept(i, Step::kShareDelivery));
    const Message upload = *parties.intercept(0, Step::kUpload);
    const MemoryUploads all = parties.uploads;
    parties.uploads = {};
    const auto early = parties.from(0, upload);
    EXPECT_FALSE(early.changed);
    ASSERT_TRUE(early.refused);
    EXPECT_EQ(early.refused->code(), ErrorCode::kNotFound);
    parties.uploads = all;
    const auto pending = parties.coordinator->pending_for(site_id(0), parties.rounds[0]->position());
    ASSERT_EQ(pending.size(), 1u);
    EXPECT_EQ(step_of(pending[0].body), Step::kShareDelivery);
    parties.to(0, pending[0]);
    parties.until(Phase::kDone);
    EXPECT_EQ(parties.coordinator->result()->included.size(), 3u);
}

TEST(Coordinator, an_upload_of_another_length_is_refused) {
    Parties parties(4);
    parties.until(Phase::kUpload);
    for (std::size_t i = 0; i < 4; ++i) parties.to(i, *parties.intercept(i, Step::kShareDelivery));
    Message upload = *parties.intercept(0, Step::kUpload);
    std::get<Upload>(upload.body).object.bytes -= 4;
    EXPECT_TRUE(named(parties.from(0, upload).refused, "wrong-length"));
    parties.until(Phase::kDone);
    EXPECT_EQ(parties.coordinator->result()->included.size(), 3u);
}

TEST(Coordinator, one_sites_words_under_anothers_name_are_refused) {
    Parties parties(4);
    parties.until(Phase::kUpload);
    for (std::size_t i = 0; i < 4; ++i) parties.to(i, *parties.intercept(i, Step::kShareDelivery));
    Message upload = *parties.intercept(0, Step::kUpload);
    const Message other = *parties.intercept(1, Step::kUpload);
    std::get<Upload>(upload.body).object = std::get<Upload>(other.body).object;
    EXPECT_TRUE(named(parties.from(0, upload).refused, "forged"));
    parties.from(1, other);
    parties.until(Phase::kDone);
    EXPECT_EQ(parties.coordinator->result()->included.size(), 3u);
}

TEST(Coordinator, a_revoked_site_is_out_at_once_wherever_the_round_is) {
    for (const Phase phase : {Phase::kKeys, Phase::kShares, Phase::kUpload}) {
        Parties parties(5);
        parties.installs = false;
        parties.until(phase);
        // Site 1 has answered in this phase already when it is revoked.
        const Step ask = phase == Phase::kKeys     ? Step::kProposal
                         : phase == Phase::kShares ? Step::kRoster
                                                   : Step::kShareDelivery;
        const Step answer = phase == Phase::kKeys     ? Step::kKeys
                            : phase == Phase::kShares ? Step::kShares
                                                      : Step::kUpload;
        parties.to(1, *parties.intercept(1, ask));
        EXPECT_TRUE(parties.from(1, *parties.intercept(1, answer)).changed);
        EXPECT_TRUE(parties.give(SiteRevoked{site_id(1)}).changed);
        EXPECT_TRUE(named(parties.from(1, {parties.coordinator->name(), Shares{}}).refused, "revoked"));
        parties.until(Phase::kAggregate);
        ASSERT_EQ(parties.coordinator->phase(), Phase::kAggregate) << phase_name(phase);
        const auto included = parties.coordinator->sums().at(0).included;
        EXPECT_THAT(included, ElementsAre(site_id(0), site_id(2), site_id(3), site_id(4)));
        EXPECT_EQ(parties.sum(), plain_sum(included, 17)) << phase_name(phase);
        EXPECT_TRUE(parties.coordinator->pending_for(site_id(1), {}).empty());
    }
}

TEST(Coordinator, a_sum_that_holds_a_revoked_sites_update_is_thrown_away) {
    for (const Phase phase : {Phase::kAgreement, Phase::kUnmasking, Phase::kAggregate}) {
        Parties parties(5);
        parties.installs = false;
        parties.until(phase);
        parties.give(SiteRevoked{site_id(1)});
        ASSERT_TRUE(parties.coordinator->done()) << phase_name(phase);
        EXPECT_EQ(parties.coordinator->result()->failure->kind, FailureKind::kSiteRevoked);
        EXPECT_TRUE(parties.coordinator->sums().empty());
        EXPECT_FALSE(parties.give(Installed{object("late"), std::nullopt}).changed);
    }
}

TEST(Coordinator, a_revocation_while_the_sites_measure_leaves_the_model) {
    Parties parties(4);
    parties.until(Phase::kValidate);
    parties.give(SiteRevoked{site_id(1)});
    parties.until(Phase::kDone);
    EXPECT_TRUE(parties.coordinator->result()->model);
    EXPECT_EQ(parties.coordinator->result()->absences.at(0).cause, Cause::kRevoked);
    EXPECT_FALSE(parties.coordinator->result()->evaluations.contains(site_id(1)));
}

TEST(Coordinator, what_cannot_become_a_model_fails_by_name) {
    Parties parties(3);
    parties.installs = false;
    parties.until(Phase::kAggregate);
    parties.give(NotInstalled{"the disk is full"});
    EXPECT_EQ(parties.coordinator->result()->failure,
              (Failure{FailureKind::kAggregation, "the disk is full"}));
}

TEST(Coordinator, evaluates_only_where_the_plan_says) {
    TrainingPlan plan = plan_for(3);
    plan.iterations = 6;
    plan.evaluate_every = 2;
    RoundSetup setup = setup_for(plan);
    for (const std::uint32_t iteration : {1u, 2u, 3u, 6u}) {
        setup.iteration = iteration;
        Parties parties(3, setup);
        parties.until(Phase::kDone);
        EXPECT_EQ(parties.coordinator->result()->evaluations.size(), iteration % 2 == 0 ? 3u : 0u)
            << iteration;
    }
    plan.evaluate_every = 0;
    EXPECT_FALSE(evaluates(plan, 5));
    EXPECT_TRUE(evaluates(plan, 6));
}

TEST(Coordinator, a_close_of_another_phase_or_of_nobody_awaited_does_nothing) {
    Parties parties(4);
    parties.until(Phase::kShares);
    EXPECT_FALSE(parties.give(Close{Phase::kKeys, {{site_id(0), Cause::kSilent}}}).changed);
    EXPECT_FALSE(parties.give(Close{Phase::kShares, {{SiteId("stranger"), Cause::kSilent}}}).changed);
    EXPECT_FALSE(parties.give(Close{Phase::kShares, {}}).changed);
}

TEST(Coordinator, deadlines_follow_silence_grace_and_the_phase_limit) {
    using std::chrono::seconds;
    Parties parties(4);  // silence 120 s, grace 60 s, limit 3,600 s
    const auto at = [&](const std::map<SiteId, WallTime>& heard) {
        return parties.coordinator->next_deadline(heard)->at - kStart;
    };
    EXPECT_EQ(at({}), seconds(120));
    EXPECT_EQ(at({{site_id(1), kStart + seconds(50)}}), seconds(170));
    EXPECT_EQ(at({{site_id(1), kStart + seconds(3'590)}}), seconds(3'600));  // alive, but it never answers

    parties.now = kStart + seconds(40);
    for (std::size_t i = 0; i < 3; ++i) {
        parties.to(i, *parties.intercept(i, Step::kProposal));
        parties.from(i, *parties.intercept(i, Step::kKeys));
    }
    // Three are enough since 40 s: the fourth has its grace, or less where nothing is heard of it.
    EXPECT_EQ(at({{site_id(3), kStart + seconds(90)}}), seconds(100));
    const auto deadline = parties.coordinator->next_deadline({{site_id(3), kStart + seconds(90)}});
    EXPECT_EQ(deadline->close, (Close{Phase::kKeys, {{site_id(3), Cause::kTooLate}}}));
    parties.now = kStart + seconds(100);
    EXPECT_TRUE(parties.give(deadline->close).changed);
    EXPECT_EQ(parties.coordinator->phase(), Phase::kShares);
    EXPECT_EQ(at({}), seconds(220));
    parties.until(Phase::kDone);
    EXPECT_FALSE(parties.coordinator->next_deadline({}));
}

TEST(Coordinator, whoever_is_behind_is_sent_what_it_needs_and_nobody_else) {
    Parties parties(4);
    const auto pending = [&](std::size_t site, const Position& position) {
        std::vector<Step> steps;
        for (const Message& message : parties.coordinator->pending_for(site_id(site), position)) {
            steps.push_back(step_of(message.body));
        }
        return steps;
    };
    EXPECT_THAT(pending(0, {}), ElementsAre(Step::kProposal));
    EXPECT_THAT(pending(0, {Step::kProposal, Step::kKeys}),
                ElementsAre(Step::kProposal));  // its keys are lost
    parties.until(Phase::kShares);
    EXPECT_THAT(pending(0, {Step::kProposal, Step::kKeys}), ElementsAre(Step::kRoster));
    parties.until(Phase::kUpload);
    EXPECT_THAT(pending(0, {Step::kRoster, Step::kShares}), ElementsAre(Step::kShareDelivery));
    EXPECT_THAT(pending(0, {Step::kShareDelivery, Step::kNone}), ElementsAre());  // it trains
    parties.give_up_on_awaited();
    ASSERT_TRUE(parties.coordinator->done());
    EXPECT_THAT(pending(0, {Step::kShareDelivery, Step::kNone}), ElementsAre(Step::kOutcome));
    EXPECT_THAT(pending(0, {Step::kOutcome, Step::kNone}), ElementsAre());
    EXPECT_THAT(pending(0, {}), ElementsAre());  // a site that knows nothing of it need not
    EXPECT_THAT(parties.coordinator->pending_for(SiteId("stranger"), {}), ElementsAre());
}

TEST(Coordinator, refuses_a_setup_that_makes_no_round) {
    Parties parties(3);
    const CoordinatorTools tools{&parties.enrolled.directory(), &parties.uploads, &parties.executor};
    RoundSetup setup = setup_for(plan_for(3));
    setup.words = 0;
    EXPECT_FALSE(CoordinatorRound::open(setup, tools));
    setup = setup_for(plan_for(3));
    setup.invited[0].site = SiteId("stranger");
    EXPECT_FALSE(CoordinatorRound::open(setup, tools));
    setup = setup_for(plan_for(3));
    setup.iteration = 2;
    EXPECT_FALSE(CoordinatorRound::open(setup, tools));
    // Fewer enrolled than the plan needs: it opens, and is over by name.
    setup = setup_for(plan_for(3));
    setup.invited.pop_back();
    const auto round = CoordinatorRound::open(setup, tools);
    ASSERT_TRUE(round);
    EXPECT_EQ(round->result()->failure->kind, FailureKind::kTooFewSites);
}

}  // namespace
}  // namespace huizhen::rounds
