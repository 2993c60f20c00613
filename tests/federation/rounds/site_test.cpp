// What a site does with a coordinator that errs or lies, and with its own jobs.

#include <gmock/gmock.h>

#include "parties.h"

namespace huizhen::rounds {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Site, answers_a_duplicate_with_the_same_bytes) {
    Parties parties(3);
    for (const Step step :
         {Step::kProposal, Step::kRoster, Step::kSurvivors, Step::kSignatures, Step::kCandidate}) {
        std::optional<Message> message;
        while (!(message = parties.intercept(0, step))) {
            const auto [to_site, site, next] = parties.way.front();
            parties.way.pop_front();
            if (to_site) {
                parties.to(site, next);
            } else {
                parties.from(site, next);
            }
        }
        parties.to(0, *message);
        const Message answer = *parties.rounds[0]->last_sent();
        const auto again = parties.rounds[0]->apply({parties.now, FromCoordinator{*message}});
        EXPECT_FALSE(again.changed);
        ASSERT_EQ(again.outputs.size(), 1u) << step_name(step);
        EXPECT_EQ(std::get<Reply>(again.outputs[0]).message, answer) << step_name(step);
    }
}

// A coordinator that shows two sites two lists gets no second answer from either.
TEST(Site, refuses_a_second_message_of_a_kind_it_has_answered) {
    Parties parties(4), other(4);
    parties.until(Phase::kShares);
    const Message roster = *parties.intercept(0, Step::kRoster);
    parties.to(0, roster);
    Message second = roster;
    std::get<Roster>(second.body).secagg.push_back(0);
    const auto refused = parties.rounds[0]->apply({parties.now, FromCoordinator{second}});
    EXPECT_FALSE(refused.changed);
    EXPECT_THAT(refused.outputs, IsEmpty());
    EXPECT_TRUE(named(refused.refused, "inconsistent"));

    parties.until(Phase::kAgreement);
    const Message survivors = *parties.intercept(0, Step::kSurvivors);
    parties.to(0, survivors);
    Message shorter = survivors;
    std::get<Survivors>(shorter.body).secagg.back() ^= 1;
    EXPECT_TRUE(
        named(parties.rounds[0]->apply({parties.now, FromCoordinator{shorter}}).refused, "inconsistent"));
    parties.until(Phase::kDone);
    EXPECT_EQ(parties.coordinator->result()->included.size(), 4u);
}

TEST(Site, a_message_it_cannot_go_along_with_ends_its_part_by_name) {
    for (const Step step : {Step::kRoster, Step::kShareDelivery, Step::kSurvivors, Step::kSignatures}) {
        Parties parties(4);
        std::optional<Message> message;
        while (!(message = parties.intercept(3, step))) {
            const auto [to_site, site, next] = parties.way.front();
            parties.way.pop_front();
            if (to_site) {
                parties.to(site, next);
            } else {
                parties.from(site, next);
            }
        }
        std::visit(
            [](auto& body) {
                if constexpr (requires { body.secagg; }) body.secagg.resize(body.secagg.size() / 2);
            },
            message->body);
        EXPECT_TRUE(parties.to(3, *message).refused);
        EXPECT_EQ(parties.rounds[3]->stage(), SiteStage::kOut);
        parties.until(Phase::kDone);
        ASSERT_TRUE(parties.coordinator->result()->model) << step_name(step);
        const Absence& absence = parties.coordinator->result()->absences.at(0);
        EXPECT_EQ(absence.site, site_id(3));
        EXPECT_EQ(absence.cause, Cause::kFailed);
        EXPECT_THAT(absence.reason, HasSubstr(":")) << step_name(step);  // the refusal's name
    }
}

TEST(Site, messages_of_other_rounds_and_steps_change_nothing) {
    Parties parties(3);
    parties.until(Phase::kShares);
    Message roster = *parties.intercept(0, Step::kRoster);
    roster.round.number = 7;
    EXPECT_TRUE(named(parties.to(0, roster).refused, "wrong-round"));
    const RoundName name = parties.coordinator->name();
    EXPECT_TRUE(named(parties.to(0, {name, Survivors{}}).refused, "out-of-order"));
    EXPECT_TRUE(named(parties.to(0, {name, Signatures{}}).refused, "out-of-order"));
    EXPECT_TRUE(named(parties.to(0, {name, ShareDelivery{}}).refused, "out-of-order"));
    EXPECT_TRUE(named(parties.to(0, {name, Keys{}}).refused, "malformed"));
    EXPECT_EQ(parties.rounds[0]->stage(), SiteStage::kAwaitRoster);
}

// Whatever of the proposal a coordinator changes for one site, that site's keys are for another round.
TEST(Site, one_that_was_told_something_else_never_adds_to_the_sum) {
    const std::function<void(Proposal&)> lies[] = {
        [](Proposal& told) { told.model = object("another model"); },
        [](Proposal& told) { told.state = object("another state"); },
        [](Proposal& told) { told.words += 1; },
        [](Proposal& told) { told.plan.codec.clip = 2; },
        [](Proposal& told) { told.plan.learning.local_epochs = 9; },
        [](Proposal& told) { told.plan.minimum_sites = 4; },
    };
    for (const auto& lie : lies) {
        Parties parties(4);
        parties.installs = false;
        Message told = *parties.intercept(2, Step::kProposal);
        lie(std::get<Proposal>(told.body));
        parties.to(2, told);
        const Message keys = *parties.intercept(2, Step::kKeys);
        EXPECT_TRUE(named(parties.from(2, keys).refused, "wrong-round"));
        parties.until(Phase::kAggregate);
        const auto sums = parties.coordinator->sums();
        EXPECT_THAT(sums.at(0).included, ElementsAre(site_id(0), site_id(1), site_id(3)));
        EXPECT_EQ(parties.sum(), plain_sum(sums.at(0).included, 17));
    }
}

// A coordinator that runs two rounds beside each other, each model for half of the sites, and deals the
// messages of one to the sites of the other: nobody's keys, rosters or boxes fit.
TEST(Site, two_models_at_once_reveal_nothing) {
    Parties honest(6), twisted(6);
    for (std::size_t i = 3; i < 6; ++i) {
        Message told = *twisted.intercept(i, Step::kProposal);
        std::get<Proposal>(told.body).model = object("marked model");
        twisted.to(i, told);
        EXPECT_TRUE(twisted.from(i, *twisted.intercept(i, Step::kKeys)).refused);
    }
    honest.until(Phase::kShares);
    const Message roster = *honest.intercept(5, Step::kRoster);
    const auto applied = twisted.to(5, roster);
    ASSERT_TRUE(applied.refused);
    EXPECT_THAT(applied.refused->message(), HasSubstr("wrong-round"));
    EXPECT_EQ(twisted.rounds[5]->stage(), SiteStage::kOut);
    twisted.until(Phase::kDone);
    EXPECT_TRUE(twisted.coordinator->result()->model);  // of the three who were told the same
    EXPECT_EQ(twisted.coordinator->result()->included.size(), 3u);
}

TEST(Site, declines_what_secure_aggregation_would_never_accept) {
    RoundSetup setup = setup_for(plan_for(3));
    Parties parties(3, setup);
    Message told = *parties.intercept(0, Step::kProposal);
    std::get<Proposal>(told.body).plan.minimum_sites = 2;
    parties.to(0, told);
    EXPECT_EQ(parties.rounds[0]->stage(), SiteStage::kDeclined);
    EXPECT_THAT(*parties.rounds[0]->trouble(), HasSubstr("against-policy"));
    EXPECT_THAT(std::get<Decline>(parties.rounds[0]->last_sent()->body).reason, HasSubstr("against-policy"));
}

TEST(Site, is_charged_once_when_its_upload_begins) {
    TrainingPlan plan = plan_for(4);
    plan.privacy.mode = PrivacyMode::kMultiplier;
    plan.privacy.noise_multiplier = 1.5;
    plan.privacy.clip_norm = 2;
    plan.codec.weigh_by_samples = false;
    Parties parties(4, plan);
    parties.until(Phase::kUpload);
    EXPECT_THAT(parties.charges, IsEmpty());
    parties.until(Phase::kDone);
    ASSERT_EQ(parties.charges.size(), 4u);
    EXPECT_EQ(parties.charges[0].second.plan, plan.id.str());
    EXPECT_EQ(parties.charges[0].second.round, 1u);
    EXPECT_EQ(parties.charges[0].second.release.noise_multiplier, 1.5);
    // Three of four are sure to be in the sum; together their noise has deviation 1.5 * 2.
    EXPECT_NEAR(parties.noise_stddevs.at(0), 3 / std::sqrt(3.0), 1e-12);
}

TEST(Site, is_not_charged_without_noise) {
    Parties parties(3);
    parties.until(Phase::kDone);
    EXPECT_THAT(parties.charges, IsEmpty());
    EXPECT_EQ(parties.noise_stddevs.at(0), 0);
}

TEST(Site, waits_for_the_model_and_for_the_state) {
    RoundSetup setup = setup_for(plan_for(3));
    setup.state = object("control variate");
    Parties parties(3, setup);
    const Message told = *parties.intercept(0, Step::kProposal);
    const SiteSetup with{site_id(0), told, std::nullopt, kStart};
    auto round =
        SiteRound::open(with, secret_of("x"), {&parties.enrolled.signer(0), &parties.enrolled.directory()});
    std::set<ObjectRef> wanted;
    for (const SiteOutput& output : round->pending()) {
        if (const auto* fetch = std::get_if<Fetch>(&output)) wanted.insert(fetch->object);
    }
    EXPECT_EQ(wanted, (std::set{setup.model, *setup.state}));
    EXPECT_FALSE(round->apply({kStart, Fetched{object("never asked for")}}).changed);
    EXPECT_TRUE(round->apply({kStart, Fetched{setup.model}}).changed);
    EXPECT_FALSE(round->apply({kStart, Fetched{setup.model}}).changed);
}

TEST(Site, a_job_that_ends_twice_or_too_late_changes_nothing) {
    Parties parties(3);
    parties.until(Phase::kAgreement);
    EXPECT_FALSE(parties.give_site(0, Masked{{digest_of_text("again"), 4 * 17}}).changed);
    EXPECT_FALSE(parties.give_site(0, Uploaded{object("something")}).changed);
    EXPECT_FALSE(parties.give_site(0, Evaluated{Bytes{1}}).changed);
    parties.until(Phase::kDone);
    for (std::size_t i = 0; i < 3; ++i) {
        while (const auto outcome = parties.intercept(i, Step::kOutcome)) parties.to(i, *outcome);
        EXPECT_TRUE(parties.rounds[i]->done());
        EXPECT_FALSE(parties.give_site(i, JobFailed{"late"}).changed);
    }
}

TEST(Site, says_that_it_has_uploaded_only_when_all_of_it_is_there) {
    Parties parties(3);
    parties.trains = false;
    parties.until(Phase::kDone);
    SiteRound& round = *parties.rounds[0];
    const ObjectRef object{digest_of_text("masked"), 4 * 17};
    const auto masked = round.apply({kStart, Masked{object}});
    ASSERT_EQ(masked.outputs.size(), 1u);
    EXPECT_EQ(std::get<PutObject>(masked.outputs[0]).object, object);
    EXPECT_FALSE(round.last_sent());
    EXPECT_EQ(round.position(), (Position{Step::kShareDelivery, Step::kNone}));
    const auto uploaded = round.apply({kStart, Uploaded{object}});
    ASSERT_EQ(uploaded.outputs.size(), 1u);
    EXPECT_EQ(step_of(std::get<Reply>(uploaded.outputs[0]).message.body), Step::kUpload);
    EXPECT_EQ(round.position().sent, Step::kUpload);
}

TEST(Site, masked_words_of_another_length_are_refused) {
    Parties parties(3);
    parties.trains = false;
    parties.until(Phase::kDone);
    EXPECT_TRUE(named(parties.give_site(0, Masked{{digest_of_text("short"), 4}}).refused, "wrong-length"));
    EXPECT_EQ(parties.rounds[0]->stage(), SiteStage::kTraining);
}

TEST(Site, a_person_can_withdraw_it_and_its_upload) {
    Parties parties(5);
    parties.installs = false;
    parties.until(Phase::kUpload);
    parties.to(4, *parties.intercept(4, Step::kShareDelivery));
    parties.from(4, *parties.intercept(4, Step::kUpload));
    parties.give_site(4, JobFailed{"withdrawn by chen"});
    parties.until(Phase::kAggregate);
    const auto sums = parties.coordinator->sums();
    EXPECT_EQ(sums.at(0).included.size(), 4u);
    EXPECT_EQ(parties.sum(), plain_sum(sums.at(0).included, 17));
    EXPECT_EQ(parties.coordinator->absences().at(0).reason, "withdrawn by chen");
}

TEST(Site, left_out_while_it_trains_it_stops_and_still_measures) {
    Parties parties(4);
    parties.trains = false;
    parties.until(Phase::kDone);
    ASSERT_EQ(parties.rounds[3]->stage(), SiteStage::kTraining);
    const Absence absence{site_id(3), Phase::kUpload, Cause::kTooLate,
                          "not done when the others were enough"};
    const auto out = parties.to(3, {parties.coordinator->name(), LeftOut{absence}});
    ASSERT_EQ(out.outputs.size(), 1u);
    EXPECT_TRUE(std::holds_alternative<StopJob>(out.outputs[0]));
    EXPECT_THAT(*parties.rounds[3]->trouble(), HasSubstr("too-late in upload"));
    EXPECT_FALSE(parties.give_site(3, Masked{{digest_of_text("x"), 4 * 17}}).changed);
    const Candidate candidate{"malignancy", 1, object("start"), object("new model")};
    parties.to(3, {parties.coordinator->name(), candidate});
    EXPECT_EQ(step_of(parties.rounds[3]->last_sent()->body), Step::kEvaluation);
}

TEST(Site, measuring_that_fails_is_told_apart_from_training_that_did) {
    Parties parties(3);
    parties.evaluates = false;
    parties.until(Phase::kValidate);
    while (const auto candidate = parties.intercept(0, Step::kCandidate)) parties.to(0, *candidate);
    // An old failure of training that arrives now is not one of measuring.
    EXPECT_FALSE(parties.from(0, {parties.coordinator->name(), Failed{Step::kRoster, "old"}}).changed);
    parties.give_site(0, JobFailed{"no held-out cases"});
    EXPECT_EQ(step_of(parties.rounds[0]->last_sent()->body), Step::kFailed);
    parties.from(0, *parties.intercept(0, Step::kFailed));
    EXPECT_THAT(parties.coordinator->absences(),
                ElementsAre(Absence{site_id(0), Phase::kValidate, Cause::kFailed, "no held-out cases"}));
}

TEST(Site, a_round_opens_with_nothing_but_a_proposal_or_a_candidate) {
    Enrolled enrolled(1);
    const SiteTools tools{&enrolled.signer(0), &enrolled.directory()};
    const SiteSetup setup{site_id(0), {{PlanId("plan"), 1}, Roster{}}, std::nullopt, kStart};
    EXPECT_FALSE(SiteRound::open(setup, secret_of("x"), tools));
}

TEST(Site, an_outcome_says_whether_what_it_keeps_moves_on) {
    Parties parties(4);
    parties.until(Phase::kUpload);
    parties.way.erase(std::remove_if(parties.way.begin(), parties.way.end(),
                                     [](const auto& one) { return std::get<1>(one) == 3; }),
                      parties.way.end());
    parties.until(Phase::kAgreement);
    parties.give_up_on_awaited();
    parties.until(Phase::kValidate);
    parties.give_up_on_awaited();
    parties.until(Phase::kDone);
    const Message outcome = outcome_message(*parties.coordinator->result());
    for (const std::size_t site : {0u, 3u}) {
        const auto applied = parties.to(site, outcome);
        const auto& concluded = std::get<Concluded>(applied.outputs.back());
        EXPECT_EQ(concluded.included, site == 0) << site;
        EXPECT_FALSE(parties.to(site, outcome).changed);
    }
}

}  // namespace
}  // namespace huizhen::rounds
