#include <nlohmann/json.hpp>

#include <huizhen/audit/export.h>

#include "audit_fixture.h"

namespace huizhen::audit {
namespace {

TEST_F(AuditTest, an_empty_and_a_grown_chain_are_whole) {
    EXPECT_FALSE(verdict().broken);
    EXPECT_FALSE(read_head(*db).value());
    ASSERT_TRUE(append(50));
    EXPECT_FALSE(verdict().broken);
    EXPECT_EQ(verdict().entries, 50);
    EXPECT_EQ(read_head(*db).value()->number, 50);
}

TEST_F(AuditTest, an_entry_is_there_with_its_change_or_not_at_all) {
    ASSERT_TRUE(db->script("CREATE TABLE t (a)"));
    {
        auto transaction = db->begin().value();
        ASSERT_TRUE(db->run("INSERT INTO t VALUES (1)"));
        ASSERT_TRUE(log.append(transaction, {"user:a", "change", "", "", std::nullopt}));
    }
    EXPECT_EQ(verdict().entries, 0);
    auto transaction = db->begin().value();
    ASSERT_TRUE(log.append(transaction, {"user:a", "change", "", "", std::nullopt}));
    ASSERT_TRUE(log.append(transaction, {"user:a", "again", "", "", std::nullopt}));
    ASSERT_TRUE(transaction.commit());
    EXPECT_EQ(verdict().entries, 2);
    EXPECT_FALSE(verdict().broken);
}

TEST_F(AuditTest, goes_on_after_opening_again) {
    ASSERT_TRUE(append(3));
    Log again = Log::open(*db, test_seed(), clock, system_random()).value();
    ASSERT_TRUE(again.append({"user:b", "sign-off", "", "", std::nullopt}));
    EXPECT_FALSE(verdict().broken);
    EXPECT_EQ(verdict().entries, 4);
}

TEST_F(AuditTest, entries_without_an_actor_or_too_long_are_refused) {
    EXPECT_EQ(log.append({"", "x", "", "", std::nullopt}).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(log.append({"x", "", "", "", std::nullopt}).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(log.append({std::string(257, 'x'), "x", "", "", std::nullopt}).error().code(),
              ErrorCode::kLimitExceeded);
    EXPECT_EQ(log.append({"x", "x", "", std::string(4097, 'x'), std::nullopt}).error().code(),
              ErrorCode::kLimitExceeded);
    EXPECT_TRUE(log.append({std::string(256, 'x'), "x", "", std::string(4096, 'x'), std::nullopt}));
}

TEST_F(AuditTest, the_database_itself_refuses_to_change_or_remove_entries) {
    ASSERT_TRUE(append(3));
    EXPECT_FALSE(db->run("UPDATE audit_entries SET who = 'x' WHERE number = 2"));
    EXPECT_FALSE(db->run("DELETE FROM audit_entries WHERE number = 3"));
    EXPECT_FALSE(verdict().broken);
}

TEST_F(AuditTest, exports_every_entry_and_the_head_as_json_lines) {
    ASSERT_TRUE(append(2));
    ASSERT_TRUE(log.append({"user:\x01\"b", "odd", "\xff", "line\nbreak", std::nullopt}));
    std::vector<nlohmann::json> lines;
    ASSERT_TRUE(export_json_lines(*db, log.public_key(), [&](std::string_view line) -> Status {
        EXPECT_EQ(line.find('\n'), std::string_view::npos);
        lines.push_back(nlohmann::json::parse(line));
        return {};
    }));
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[0]["who"], "user:a");
    EXPECT_EQ(lines[0]["why"], "ward round 0");
    EXPECT_EQ(lines[1]["time_us"], 3'000'000);
    EXPECT_TRUE(lines[0]["about"].is_null());
    EXPECT_EQ(lines[2]["why"], "line\nbreak");
    EXPECT_EQ(lines[3]["head"], 3);
    EXPECT_EQ(lines[3]["hash"], lines[2]["hash"]);
    const auto stopped = export_json_lines(
        *db, log.public_key(), [](std::string_view) -> Status { return fail(ErrorCode::kIo, "full"); });
    EXPECT_EQ(stopped.error().message(), "full");
}

}  // namespace
}  // namespace huizhen::audit
