#include <gtest/gtest.h>

#include <huizhen/rounds/site_round.h>
#include <huizhen/test_support/data.h>

#include "service/spool.h"
#include "state/kept_store.h"
#include "state/ledger_store.h"
#include "state/membership_store.h"
#include "state/model_store.h"
#include "state/round_store.h"

namespace huizhen::site {
namespace {

constexpr WallTime kNow{std::chrono::milliseconds{1'800'000'000'000}};

rounds::RoundName round_name(std::uint64_t number, const char* plan = "lung") {
    return {rounds::PlanId(plan), number};
}

Sha256Digest digest(std::uint8_t first) {
    Sha256Digest digest{};
    digest[0] = first;
    return digest;
}

struct State : ::testing::Test {
    State() { EXPECT_TRUE(migrate_state(*connection, system_clock())); }

    void open_round(std::uint64_t number, WallTime at = kNow) {
        NewRound round{round_name(number), "ct-crops/1", 1, true, {1, 2}, {3}, at};
        ASSERT_TRUE(rounds.open(round));
    }

    testing::TemporaryFolder folder;
    std::unique_ptr<database::Connection> connection =
        database::Connection::open(folder.path() / kDatabaseName, database::Access::kWrite).value();
    RoundStore rounds{*connection};
    LedgerStore ledger{*connection};
    KeptStore kept{*connection};
    MembershipStore membership{*connection};
    ModelStore models{*connection};
};

TEST_F(State, an_open_round_comes_back_with_its_journal) {
    open_round(1);
    ASSERT_TRUE(rounds.append(round_name(1), 0, Blob{7}, kNow));
    ASSERT_TRUE(rounds.append(round_name(1), 1, Blob{8, 9}, kNow + std::chrono::seconds(5)));
    ASSERT_TRUE(rounds.set_stage(round_name(1), "training", ""));
    const auto open = rounds.open_rounds().value();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].setup, (Blob{1, 2}));
    EXPECT_EQ(open[0].sealed_seed, Blob{3});
    EXPECT_EQ(open[0].journal, (std::vector<Blob>{{7}, {8, 9}}));
    EXPECT_EQ(open[0].row.stage, "training");
    EXPECT_EQ(open[0].row.heard_at, kNow + std::chrono::seconds(5));
}

TEST_F(State, a_round_that_is_over_keeps_its_end_alone) {
    open_round(1);
    ASSERT_TRUE(rounds.append(round_name(1), 0, Blob{7}, kNow));
    ASSERT_TRUE(rounds.close(round_name(1), {"model ab", true, kNow}));
    EXPECT_TRUE(rounds.open_rounds().value().empty());
    EXPECT_EQ(rounds.last_number(rounds::PlanId("lung")).value(), 1U);
    EXPECT_EQ(rounds.last_number(rounds::PlanId("other")).value(), 0U);
    const auto latest = rounds.latest(10).value();
    ASSERT_EQ(latest.size(), 1U);
    EXPECT_EQ(latest[0].outcome, "model ab");
    EXPECT_TRUE(latest[0].included);
    EXPECT_EQ(connection->value<std::int64_t>("SELECT count(*) FROM journal").value(), 0);
    EXPECT_EQ(connection->value<std::int64_t>("SELECT length(seed) FROM round").value(), 0);
}

TEST_F(State, rounds_of_the_day_are_counted) {
    open_round(1, kNow - std::chrono::hours(30));
    open_round(2, kNow);
    NewRound declined{round_name(3), "ct-crops/1", 1, false, {}, {}, kNow};
    ASSERT_TRUE(rounds.open(declined));
    EXPECT_EQ(rounds.begun_since(kNow - std::chrono::hours(1)).value(), 1U);
}

TEST_F(State, a_sum_this_site_helped_to_unmask_is_remembered_after_the_round) {
    const huizhen::rounds::PlanId plan("lung");
    open_round(1);
    EXPECT_TRUE(rounds.has_trained_for(plan).value());
    EXPECT_FALSE(rounds.has_trained_for(huizhen::rounds::PlanId("other")).value());
    ASSERT_TRUE(rounds.set_stage(
        round_name(1), huizhen::rounds::stage_name(huizhen::rounds::SiteStage::kAwaitSignatures), ""));
    EXPECT_FALSE(rounds.has_unmasked(plan, 1).value());
    ASSERT_TRUE(rounds.set_stage(round_name(1),
                                 huizhen::rounds::stage_name(huizhen::rounds::SiteStage::kUnmasked), ""));
    ASSERT_TRUE(rounds.set_stage(round_name(1),
                                 huizhen::rounds::stage_name(huizhen::rounds::SiteStage::kConcluded), ""));
    ASSERT_TRUE(rounds.close(round_name(1), {"failed", false, kNow}));
    EXPECT_TRUE(rounds.has_unmasked(plan, 1).value());
    EXPECT_FALSE(rounds.has_unmasked(plan, 2).value());
}

TEST_F(State, files_are_unneeded_once_a_newer_round_of_the_plan_is_over) {
    open_round(1);
    ASSERT_TRUE(rounds.needs(round_name(1), {digest(1), 10}));
    ASSERT_TRUE(rounds.needs(round_name(1), {digest(2), 10}));
    EXPECT_TRUE(rounds.unneeded(kNow).value().empty());
    ASSERT_TRUE(rounds.close(round_name(1), {"", true, kNow}));
    EXPECT_TRUE(rounds.unneeded(kNow).value().empty()) << "the next round begins with them";
    ASSERT_TRUE(rounds.release(round_name(1), digest(2)));
    EXPECT_EQ(rounds.unneeded(kNow).value(), std::vector{digest(2)});
    ASSERT_TRUE(rounds.forget(digest(2)));
    open_round(2);
    EXPECT_EQ(rounds.unneeded(kNow).value(), std::vector{digest(1)});
    TaskModel model;
    model.task = "ct-crops/1";
    model.runs = digest(1);
    ASSERT_TRUE(models.set(model));
    EXPECT_TRUE(rounds.unneeded(kNow).value().empty());
}

TEST_F(State, a_round_is_charged_once) {
    const privacy::LedgerEntry entry{"lung", 4, {1.5, 1, 1}};
    ASSERT_TRUE(ledger.charge(entry, kNow));
    ASSERT_TRUE(ledger.charge(entry, kNow));
    ASSERT_TRUE(ledger.charge({"lung", 5, {1.5, 1, 1}}, kNow));
    const auto entries = ledger.entries().value();
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].round, 4U);
    EXPECT_EQ(entries[0].release.noise_multiplier, 1.5);
}

TEST_F(State, kept_vectors_move_only_when_the_update_was_in_the_sum) {
    const KeptVectors first{{"residual", objects::ObjectName("a")}},
        second{{"residual", objects::ObjectName("b")}};
    ASSERT_TRUE(kept.set_next(round_name(1), first));
    EXPECT_TRUE(kept.present(rounds::PlanId("lung")).value().empty());
    EXPECT_EQ(kept.next(round_name(1)).value(), first);
    ASSERT_TRUE(kept.settle(round_name(1), true));
    EXPECT_EQ(kept.present(rounds::PlanId("lung")).value(), first);
    ASSERT_TRUE(kept.set_next(round_name(2), second));
    ASSERT_TRUE(kept.settle(round_name(2), false));
    EXPECT_EQ(kept.present(rounds::PlanId("lung")).value(), first);
    EXPECT_TRUE(kept.next(round_name(2)).value().empty());
}

TEST_F(State, kept_vectors_lie_sealed_and_unnamed_ones_go) {
    const auto ring = vault::KeyRing::generate(system_random());
    const auto store = objects::Store::open(folder.path() / "kept", ring, system_random()).value();
    const std::vector<float> values{1.5F, -2, 0};
    const auto name = put_vector(*store, values).value();
    const auto stray = put_vector(*store, std::vector<float>{9}).value();
    EXPECT_EQ(get_vector(*store, name, 3).value(), values);
    EXPECT_FALSE(get_vector(*store, name, 4));
    ASSERT_TRUE(kept.set_next(round_name(1), {{"norms", name}}));
    ASSERT_TRUE(kept.sweep(*store));
    EXPECT_TRUE(store->contains(name));
    EXPECT_FALSE(store->contains(stray));
}

TEST_F(State, enrolment_and_connection_come_back) {
    EXPECT_FALSE(membership.enrolment().value());
    Enrolment enrolment{"st-mary", "fed.example.org:7443", digest(9), "", Membership::kWaiting, {1, 2}, "",
                        kNow};
    ASSERT_TRUE(membership.set(enrolment));
    const auto read = membership.enrolment().value().value();
    EXPECT_EQ(read.site, "st-mary");
    EXPECT_EQ(read.proxy, "");
    EXPECT_EQ(read.state, Membership::kWaiting);
    EXPECT_EQ(read.ticket, (Blob{1, 2}));
    ASSERT_TRUE(membership.set(ConnectionState{true, "", kNow}));
    EXPECT_TRUE(membership.connection().value()->connected);
}

TEST_F(State, models_come_back_with_pins_and_refusals) {
    TaskModel model;
    model.task = "ct-crops/1";
    model.pinned = digest(1);
    model.refused = {digest(2), digest(3)};
    model.changed_at = kNow;
    ASSERT_TRUE(models.set(model));
    const auto all = models.all().value();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].pinned, digest(1));
    EXPECT_EQ(all[0].refused, model.refused);
    EXPECT_FALSE(all[0].runs);
    EXPECT_EQ(models.find("unknown").value().task, "unknown");
}

TEST_F(State, orders_wait_in_their_order) {
    ASSERT_TRUE(leave_order(folder.path(), {Order::Kind::kPin, "ct-crops/1", digest(5), "ann"}, 2));
    ASSERT_TRUE(leave_order(folder.path(), {Order::Kind::kLeave, "", {}, "ann"}, 10));
    const auto orders = waiting_orders(folder.path());
    ASSERT_EQ(orders.size(), 2U);
    ASSERT_TRUE(orders[0].order);
    EXPECT_EQ(orders[0].order->kind, Order::Kind::kPin);
    EXPECT_EQ(orders[0].order->model, digest(5));
    EXPECT_EQ(orders[1].order->kind, Order::Kind::kLeave);
}

}  // namespace
}  // namespace huizhen::site
