#include "service/model_keeper.h"

#include <gtest/gtest.h>

#include <huizhen/test_support/data.h>

namespace huizhen::site {
namespace {

using acceptance::Event;

constexpr const char* kTask = "ct-crops/1";

Sha256Digest model(std::uint8_t number) {
    Sha256Digest digest{};
    digest[0] = number;
    return digest;
}

struct Keeper : ::testing::Test {
    Keeper() { EXPECT_TRUE(migrate_state(*connection, system_clock())); }

    void say(Event event, std::uint8_t which) {
        auto record = lineage.next(event, model(which));
        record.plan = "lung";
        if (event == acceptance::Event::kAccepted) record.verdict = acceptance::RecordedVerdict{true, {}};
        if (event == acceptance::Event::kRolledBack)
            record.override_by = acceptance::RecordedOverride{"ann", "a test", true};
        record.signer = "coordinator";
        const auto bytes = acceptance::sign_record(record, signer).value();
        ASSERT_TRUE(lineage.append(
            bytes, secagg::Ed25519Directory({{secagg::SiteId("coordinator"), signer.public_key()}})));
        records.emplace_back(bytes.begin(), bytes.end());
    }
    rpc::LineagePage page(std::uint64_t skip) const {
        const auto key = signer.public_key();
        return {{records.begin() + static_cast<std::ptrdiff_t>(skip), records.end()},
                std::string(key.begin(), key.end())};
    }
    void accept(std::uint8_t which) {
        say(Event::kCandidate, which);
        say(Event::kAccepted, which);
    }
    // What is wanted comes.
    void arrive(ModelKeeper& keeper) {
        const auto wanted = keeper.wanted().value();
        for (const auto& [task, digest] : wanted) ASSERT_TRUE(keeper.arrived(task, digest));
    }
    TaskModel now() { return store.find(kTask).value(); }

    testing::TemporaryFolder folder;
    std::unique_ptr<database::Connection> connection =
        database::Connection::open(folder.path() / kDatabaseName, database::Access::kWrite).value();
    ModelStore store{*connection};
    secagg::Ed25519Signer signer{secagg::Secret32(std::span<const std::uint8_t, 32>(model(77)))};
    acceptance::Lineage lineage;
    std::vector<std::string> records;
};

TEST_F(Keeper, runs_what_is_current_once_it_is_here) {
    ModelKeeper keeper(store, NewModels::kRun, system_clock());
    accept(1);
    ASSERT_TRUE(keeper.take(kTask, page(0)));
    EXPECT_FALSE(now().runs);
    EXPECT_EQ(now().wanted, model(1));
    arrive(keeper);
    EXPECT_EQ(now().runs, model(1));
    accept(2);
    ASSERT_TRUE(keeper.take(kTask, page(2)));
    EXPECT_EQ(now().runs, model(1)) << "until the new one is here";
    arrive(keeper);
    EXPECT_EQ(now().runs, model(2));
    EXPECT_EQ(now().former, model(1));
    say(Event::kRolledBack, 1);
    ASSERT_TRUE(keeper.take(kTask, page(4)));
    arrive(keeper);
    EXPECT_EQ(now().runs, model(1));
}

TEST_F(Keeper, a_pin_and_a_refusal_go_before_the_coordinator) {
    ModelKeeper keeper(store, NewModels::kRun, system_clock());
    accept(1);
    accept(2);
    ASSERT_TRUE(keeper.take(kTask, page(0)));
    arrive(keeper);
    ASSERT_TRUE(keeper.pin(kTask, model(1)));
    arrive(keeper);
    EXPECT_EQ(now().runs, model(1));
    EXPECT_FALSE(keeper.pin(kTask, model(9))) << "not in the lineage";
    ASSERT_TRUE(keeper.unpin(kTask));
    arrive(keeper);
    EXPECT_EQ(now().runs, model(2));
    ASSERT_TRUE(keeper.refuse(kTask, model(2)));
    arrive(keeper);
    EXPECT_EQ(now().runs, model(1)) << "the latest that was current before";
}

TEST_F(Keeper, asks_where_the_policy_says_so) {
    ModelKeeper keeper(store, NewModels::kAsk, system_clock());
    accept(1);
    ASSERT_TRUE(keeper.take(kTask, page(0)));
    EXPECT_TRUE(keeper.wanted()->empty());
    EXPECT_NE(now().reason.find("waits for a person"), std::string::npos);
    ASSERT_TRUE(keeper.pin(kTask, model(1)));
    arrive(keeper);
    EXPECT_EQ(now().runs, model(1));
}

TEST_F(Keeper, comes_back_from_the_database_and_checks_what_is_there) {
    {
        ModelKeeper keeper(store, NewModels::kRun, system_clock());
        accept(1);
        ASSERT_TRUE(keeper.take(kTask, page(0)));
    }
    ModelKeeper keeper(store, NewModels::kRun, system_clock());
    ASSERT_TRUE(keeper.restore());
    EXPECT_EQ(keeper.records(kTask), 2U);
    accept(2);
    ASSERT_TRUE(keeper.take(kTask, page(2)));
    ASSERT_TRUE(connection->run("UPDATE lineage SET record = x'00' WHERE number = 1"));
    EXPECT_FALSE(ModelKeeper(store, NewModels::kRun, system_clock()).restore());
}

TEST_F(Keeper, another_key_or_a_changed_record_is_refused) {
    ModelKeeper keeper(store, NewModels::kRun, system_clock());
    accept(1);
    ASSERT_TRUE(keeper.take(kTask, page(0)));
    accept(2);
    auto forged = page(2);
    forged.records[0][40] = static_cast<char>(forged.records[0][40] ^ 1);
    EXPECT_FALSE(keeper.take(kTask, forged));
    auto other = page(2);
    other.public_key[0] = static_cast<char>(other.public_key[0] ^ 1);
    const auto taken = keeper.take(kTask, other);
    ASSERT_FALSE(taken);
    EXPECT_TRUE(taken.error().message().starts_with("lineage-key-changed")) << taken.error().message();
    EXPECT_EQ(keeper.records(kTask), 2U);
    ASSERT_TRUE(keeper.take(kTask, page(2)));
}

}  // namespace
}  // namespace huizhen::site
