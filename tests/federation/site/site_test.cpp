#include <huizhen/rpc/refusal.h>

#include "small_federation.h"

namespace huizhen::site {
namespace {

using rounds::Step;

RoundRow last_row(SmallFederation& federation, std::size_t i) {
    const auto rows = RoundStore(*federation.read(i)).latest(1).value();
    return rows.empty() ? RoundRow{} : rows[0];
}

// The daemons take the outcome in after the coordinator is done.
void settle(SmallFederation& federation, std::size_t i, std::uint64_t number = 1) {
    for (int tries = 0; tries < 600; ++tries) {
        const RoundRow row = last_row(federation, i);
        if (row.name.number == number && row.closed_at) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ADD_FAILURE() << "site " << i << " never heard the end: " << last_row(federation, i).stage;
}

TEST(Site, three_hospitals_complete_a_round) {
    SmallFederation federation;
    federation.start_all();
    federation.open_round();
    ASSERT_TRUE(federation.wait([&] { return federation.round_is_over(); }));
    const auto result = federation.result().value();
    EXPECT_EQ(result.model, federation.next_model);
    EXPECT_EQ(result.included.size(), 3U);
    EXPECT_EQ(result.evaluations.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        settle(federation, i);
        EXPECT_TRUE(last_row(federation, i).included);
    }
}

TEST(Site, goes_on_where_it_was_stopped_at_any_step) {
    for (const Step step :
         {Step::kKeys, Step::kShares, Step::kUpload, Step::kAgreement, Step::kUnmasking, Step::kEvaluation}) {
        SmallFederation federation;
        federation.plan.privacy = {rounds::PrivacyMode::kMultiplier, 1.0, 0.5, 0, 1e-5};
        bool stopped = false;
        federation.on_message = [&](std::size_t i, Step sent) {
            if (i != 1 || sent != step || stopped) return;
            stopped = federation.cut[1] = true;  // it never arrives
            federation.changed.notify_all();
        };
        federation.start_all();
        federation.open_round();
        ASSERT_TRUE(federation.wait([&] { return stopped; })) << rounds::step_name(step);
        federation.stop(1);
        federation.start(1);
        ASSERT_TRUE(federation.wait([&] { return federation.round_is_over(); })) << rounds::step_name(step);
        EXPECT_EQ(federation.result()->included.size(), 3U) << rounds::step_name(step);
        settle(federation, 1);
        EXPECT_EQ(LedgerStore(*federation.read(1)).entries()->size(), 1U) << "charged once";
        std::set<Sha256Digest> uploads;
        for (const auto& [site, digest] : federation.puts)
            if (site == 1) uploads.insert(digest);
        EXPECT_EQ(uploads.size(), 1U) << "never two vectors under one mask";
    }
}

TEST(Site, declines_by_its_policy_and_says_why) {
    SmallFederation federation;
    federation.plan.minimum_sites = 3;
    federation.write_policy(2, "demand_noise = true\n");
    federation.start_all();
    federation.open_round();
    ASSERT_TRUE(federation.wait([&] {
        return federation.coordinator &&
               (federation.coordinator->done() || !federation.coordinator->absences().empty());
    }));
    const RoundRow row = [&] {
        for (int tries = 0; tries < 100 && last_row(federation, 2).stage.empty(); ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return last_row(federation, 2);
    }();
    EXPECT_TRUE(row.trouble.starts_with("noise-demanded")) << row.trouble;
    const std::lock_guard lock(federation.mutex);
    ASSERT_FALSE(federation.coordinator->absences().empty());
    EXPECT_EQ(federation.coordinator->absences()[0].cause, rounds::Cause::kDeclined);
}

TEST(Site, declines_a_certificate_that_is_not_in_the_log) {
    SmallFederation federation;
    federation.start_all();
    federation.log.pop_back();  // of the third site
    federation.open_round();
    ASSERT_TRUE(federation.wait([&] { return !federation.coordinator->absences().empty(); }));
    const std::lock_guard lock(federation.mutex);
    EXPECT_TRUE(federation.coordinator->absences()[0].reason.starts_with("unknown-site"))
        << federation.coordinator->absences()[0].reason;
}

TEST(Site, reads_the_whole_log_again_when_somebody_is_revoked) {
    SmallFederation federation;
    const auto read = [&](int times) {
        for (int tries = 0; tries < 300; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            const std::lock_guard lock(federation.mutex);
            if (federation.whole_logs >= times) return true;
        }
        return false;
    };
    federation.start(0);
    ASSERT_TRUE(read(1));
    federation.hospitals[0]->site->notice({"revoked", "a certificate"});
    EXPECT_TRUE(read(2));
}

// A refusal at the third site, for good: its part ends by name, and it does not ask again.
void expect_to_give_up(SmallFederation& federation, const int& asked, std::string_view trouble) {
    federation.plan.minimum_sites = 3;
    federation.start_all();
    federation.open_round();
    ASSERT_TRUE(federation.wait([&] { return !federation.coordinator->absences().empty(); }));
    const std::lock_guard lock(federation.mutex);
    const auto absence = federation.coordinator->absences()[0];
    EXPECT_EQ(absence.site, rounds::site_id(2));
    EXPECT_EQ(absence.cause, rounds::Cause::kFailed);
    EXPECT_EQ(absence.reason, trouble);
    EXPECT_EQ(asked, 1);
}

TEST(Site, a_model_it_may_not_have_ends_its_part_by_name) {
    SmallFederation federation;
    int asked = 0;
    federation.on_fetch = [&](std::size_t i) -> Status {
        if (i != 2) return {};
        ++asked;
        return rpc::refuse(rpc::Refusal::kNotAllowed, "not for this site");
    };
    expect_to_give_up(federation, asked, "transfer-refused: not-allowed: not for this site");
}

TEST(Site, an_update_that_is_refused_ends_its_part_by_name) {
    SmallFederation federation;
    int asked = 0;
    federation.on_put = [&](std::size_t i) -> Status {
        if (i != 2) return {};
        ++asked;
        return rpc::refuse(rpc::Refusal::kWrongDigest, "other bytes");
    };
    expect_to_give_up(federation, asked, "transfer-refused: wrong-digest: other bytes");
}

TEST(Site, what_passes_is_waited_for) {
    SmallFederation federation;
    int asked = 0;
    federation.on_fetch = [&](std::size_t i) -> Status {
        if (i == 2 && asked++ == 0) return rpc::refuse(rpc::Refusal::kBusy, "later");
        return {};
    };
    federation.start_all();
    federation.open_round();
    ASSERT_TRUE(federation.wait([&] { return federation.round_is_over(); }));
    EXPECT_EQ(federation.result()->included.size(), 3U);
}

TEST(Site, what_a_crash_has_left_among_the_objects_goes_at_the_next_start) {
    SmallFederation federation;
    const auto left = std::vector<std::uint8_t>(1000, 7), noted = std::vector<std::uint8_t>(1000, 8);
    const auto folder = federation.hospitals[0]->state / "objects";
    const auto other = sha256(std::as_bytes(std::span(noted)));
    {
        const auto objects = rpc::FileObjects::open_folder(folder).value();
        ASSERT_TRUE(objects->add(left));
        const auto half = objects->receive(Sha256Digest{1}, 1000, "coordinator").value();
        ASSERT_TRUE(half->write(left));
        ASSERT_TRUE(objects->add(noted));
        const auto connection = database::Connection::open(federation.hospitals[0]->state / kDatabaseName,
                                                           database::Access::kWrite)
                                    .value();
        RoundStore rounds(*connection);
        ASSERT_TRUE(rounds.open({{rounds::PlanId("lung"), 1}, kTask, 1, true, {1}, {1}, {}}));
        ASSERT_TRUE(rounds.needs({rounds::PlanId("lung"), 1}, {other, 1000}));
        ASSERT_TRUE(rounds.close({rounds::PlanId("lung"), 1}, {"over", true, wall_now(system_clock())}));
    }
    federation.start(0);
    federation.stop(0);
    const auto objects = rpc::FileObjects::open_folder(folder).value();
    EXPECT_FALSE(objects->contains(sha256(std::as_bytes(std::span(left)))));
    EXPECT_TRUE(objects->contains(other));
    EXPECT_EQ(objects->used_bytes(), 1000U);
}

TEST(Transfers, know_what_time_does_not_change) {
    using rpc::Refusal;
    for (const Refusal refusal : {Refusal::kNotAllowed, Refusal::kNotExpected, Refusal::kWrongDigest,
                                  Refusal::kTooLarge, Refusal::kMalformed, Refusal::kWrongRole}) {
        EXPECT_TRUE(is_for_good(rpc::refuse(refusal, "x").value())) << rpc::refusal_name(refusal);
    }
    EXPECT_TRUE(is_for_good(Error(ErrorCode::kNotFound, "no-such-object: x")));
    for (const Refusal refusal : {Refusal::kBusy, Refusal::kNoSpace, Refusal::kUnreachable,
                                  Refusal::kNotConnected, Refusal::kShuttingDown, Refusal::kWrongOffset}) {
        EXPECT_FALSE(is_for_good(rpc::refuse(refusal, "x").value())) << rpc::refusal_name(refusal);
    }
    EXPECT_FALSE(is_for_good(Error(ErrorCode::kIo, "io: x")));
}

TEST(Site, scaffold_moves_its_control_only_when_it_is_in_the_sum) {
    SmallFederation federation;
    federation.plan.strategy.kind = rounds::StrategyKind::kScaffold;
    federation.start_all();
    federation.open_round();
    ASSERT_TRUE(federation.wait([&] { return federation.round_is_over(); }));
    settle(federation, 0);
    const auto first = KeptStore(*federation.read(0)).present(federation.plan.id).value();
    ASSERT_TRUE(first.contains(std::string(kOwnControl)));
    // A person aborts the second round once the first site has trained.
    federation.on_message = [&](std::size_t i, Step step) {
        if (i == 0 && step == Step::kUpload) federation.abort();
    };
    federation.open_round();
    settle(federation, 0, 2);
    EXPECT_EQ(KeptStore(*federation.read(0)).present(federation.plan.id).value(), first);
    EXPECT_FALSE(last_row(federation, 0).included);
}

TEST(Site, runs_the_model_that_the_lineage_names) {
    SmallFederation federation;
    const secagg::Ed25519Signer signer(
        secagg::Secret32(federation.lineage_key.reveal_secret("to sign records in a test").bytes()));
    acceptance::Lineage lineage;
    const auto add = [&](acceptance::Event event, const Sha256Digest& model) {
        acceptance::LineageRecord record = lineage.next(event, model);
        record.plan = "lung";
        if (event == acceptance::Event::kAccepted) record.verdict = acceptance::RecordedVerdict{true, {}};
        if (event == acceptance::Event::kRolledBack)
            record.override_by = acceptance::RecordedOverride{"ann", "a test", true};
        record.signer = "coordinator";
        const auto bytes = acceptance::sign_record(record, signer).value();
        const secagg::Ed25519Directory directory({{secagg::SiteId("coordinator"), signer.public_key()}});
        ASSERT_TRUE(lineage.append(bytes, directory));
        federation.lineage.emplace_back(bytes.begin(), bytes.end());
    };
    add(acceptance::Event::kCandidate, federation.next_model.digest);
    add(acceptance::Event::kAccepted, federation.next_model.digest);
    federation.start(0);
    std::optional<Sha256Digest> runs;
    for (int tries = 0; tries < 300 && !runs; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        runs = ModelStore(*federation.read(0)).find(kTask).value().runs;
    }
    EXPECT_EQ(runs, federation.next_model.digest);
}

TEST(Site, renews_its_certificate_and_goes_on_with_the_new_key) {
    SmallFederation federation(std::chrono::hours(20));
    const auto keys = KeyFolder::open(federation.hospitals[0]->state).value();
    const auto before = keys.certificate().value().who;
    federation.start_all();
    const auto renewed = [&] {
        for (std::size_t i = 0; i < 3; ++i) {
            const auto own = KeyFolder::open(federation.hospitals[i]->state)->certificate();
            const std::lock_guard lock(federation.mutex);
            if (own->who.fingerprint != federation.issued[i].fingerprint() || federation.log.size() < 6)
                return false;
        }
        return true;
    };
    for (int tries = 0; tries < 500 && !renewed(); ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_TRUE(renewed());
    EXPECT_NE(keys.certificate()->who.public_key, before.public_key);
    federation.open_round();
    ASSERT_TRUE(federation.wait([&] { return federation.round_is_over(); }));
    EXPECT_EQ(federation.result()->included.size(), 3U);
}

// How it ended.
Enrolment leave(SmallFederation& federation, bool reachable) {
    federation.start(0);
    {
        const std::lock_guard lock(federation.mutex);
        federation.cut[0] = !reachable;
    }
    const auto state = federation.hospitals[0]->state;
    EXPECT_TRUE(leave_order(state, {Order::Kind::kLeave, "", {}, "ann"}, 1));
    federation.hospitals[0]->thread.join();
    EXPECT_TRUE(federation.hospitals[0]->ended);
    federation.hospitals[0]->site.reset();
    EXPECT_FALSE(KeyFolder::open(state)->certificate());
    EXPECT_TRUE(waiting_orders(state).empty());
    return MembershipStore(*federation.read(0)).enrolment().value().value();
}

TEST(Site, leaves_when_a_person_orders_it_and_tells_the_coordinator) {
    SmallFederation federation;
    const Enrolment enrolment = leave(federation, true);
    EXPECT_EQ(enrolment.state, Membership::kLeft);
    EXPECT_EQ(enrolment.why, "left by ann");
    ASSERT_EQ(federation.left.size(), 1U);
    EXPECT_EQ(federation.left[0].second, "left the federation, by order of ann");
}

TEST(Site, leaves_where_the_coordinator_cannot_be_told) {
    SmallFederation federation;
    const Enrolment enrolment = leave(federation, false);
    EXPECT_EQ(enrolment.state, Membership::kLeft);
    EXPECT_TRUE(enrolment.why.starts_with("left by ann; the coordinator was not told: not-connected"))
        << enrolment.why;
}

}  // namespace
}  // namespace huizhen::site
