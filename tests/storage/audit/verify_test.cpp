#include "audit_fixture.h"

namespace huizhen::audit {
namespace {

TEST_F(AuditTest, every_changed_field_names_its_entry) {
    ASSERT_TRUE(append(9));
    for (const char* change : {"who = 'user:b'", "what = 'x'", "origin = ''", "time_us = time_us + 1",
                               "about = zeroblob(32)", "commitment = zeroblob(32)", "hash = zeroblob(32)"}) {
        ASSERT_TRUE(db->script("SAVEPOINT before"));
        tamper(std::string("UPDATE audit_entries SET ") + change + " WHERE number = 5");
        EXPECT_EQ(first_broken(), 5) << change;
        ASSERT_TRUE(db->script("ROLLBACK TO before; RELEASE before"));
        ASSERT_EQ(first_broken(), 0);
    }
}

TEST_F(AuditTest, a_removed_inserted_or_swapped_entry_is_named) {
    ASSERT_TRUE(append(9));
    ASSERT_TRUE(db->script("PRAGMA foreign_keys = OFF"));  // which has no effect within a savepoint
    const auto broken_by = [&](const std::string& sql) {
        EXPECT_TRUE(db->script("SAVEPOINT before"));
        tamper(sql);
        const std::int64_t number = first_broken();
        EXPECT_TRUE(db->script("ROLLBACK TO before; RELEASE before"));
        return number;
    };
    EXPECT_EQ(broken_by("DELETE FROM audit_entries WHERE number = 4"), 4);
    EXPECT_EQ(broken_by("DELETE FROM audit_entries WHERE number = 1"), 1);
    EXPECT_EQ(broken_by("DELETE FROM audit_entries WHERE number = 9"), 9);
    EXPECT_EQ(
        broken_by("INSERT INTO audit_entries SELECT 10, time_us, who, what, origin, about, commitment, hash "
                  "FROM audit_entries WHERE number = 9"),
        10);
    EXPECT_EQ(
        broken_by(
            "UPDATE audit_entries SET number = 100 WHERE number = 4; UPDATE audit_entries SET number = 4 "
            "WHERE number = 5; UPDATE audit_entries SET number = 5 WHERE number = 100"),
        4);
    EXPECT_EQ(broken_by("UPDATE audit_reasons SET why = 'x' WHERE number = 3"), 3);
    EXPECT_EQ(broken_by("DELETE FROM audit_reasons WHERE number = 3"), 3);
    EXPECT_EQ(broken_by("DELETE FROM audit_head"), 10);
    EXPECT_EQ(broken_by("UPDATE audit_head SET signature = zeroblob(64)"), 10);
    EXPECT_EQ(first_broken(), 0);
}

TEST_F(AuditTest, a_chain_made_anew_under_another_key_is_not_ours) {
    Log forger = Log::open(*db, test_seed(2), clock, system_random()).value();
    ASSERT_TRUE(forger.append({"user:a", "x", "", "", std::nullopt}));
    EXPECT_EQ(first_broken(), 2);
    EXPECT_FALSE(verify(*db, forger.public_key()).value().broken);
}

TEST_F(AuditTest, entries_taken_back_together_with_their_head_are_found_by_a_head_kept_elsewhere) {
    ASSERT_TRUE(append(5));
    const auto earlier = read_head(*db).value();
    ASSERT_TRUE(append(3));
    const auto kept = read_head(*db).value();
    EXPECT_FALSE(verdict(kept).broken);
    EXPECT_FALSE(verdict(earlier).broken);
    tamper("DELETE FROM audit_entries WHERE number > 5; DELETE FROM audit_reasons WHERE number > 5");
    ASSERT_TRUE(db->run("UPDATE audit_head SET number = 5, hash = ?1, signature = ?2",
                        {earlier->hash, earlier->signature}));
    EXPECT_FALSE(verdict().broken) << "a whole older database is a whole database";
    EXPECT_EQ(verdict(kept).broken->number, 6);
    ASSERT_TRUE(append(3));
    EXPECT_EQ(verdict(kept).broken->number, 8);
}

TEST_F(AuditTest, stops_when_asked) {
    auto transaction = db->begin().value();
    for (int i = 0; i < 1024; ++i) {
        ASSERT_TRUE(log.append(transaction, {"user:a", "x", "", "", std::nullopt}));
    }
    ASSERT_TRUE(transaction.commit());
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(verify(*db, log.public_key(), {}, silent_progress(), stop.get_token()).error().code(),
              ErrorCode::kCancelled);
}

}  // namespace
}  // namespace huizhen::audit
