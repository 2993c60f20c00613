#include <huizhen/database/migrations.h>
#include <huizhen/test_support/data.h>

#include "open_database.h"

namespace huizhen::database {
namespace {

constexpr std::array<Migration, 3> kSteps = {{
    {"people", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT; INSERT INTO t VALUES (1, 'one')"},
    {"notes", "CREATE TABLE n (t INTEGER NOT NULL REFERENCES t) STRICT; INSERT INTO n VALUES (1)"},
    {"length", "ALTER TABLE t ADD COLUMN c INTEGER; UPDATE t SET c = length(b)"},
}};

class MigrationsTest : public ::testing::Test {
  protected:
    Status migrate_to(std::size_t version) {
        return migrate(*db, "test", std::span(kSteps).first(version), clock);
    }
    testing::TemporaryFolder folder;
    std::unique_ptr<Connection> db = open_database(folder.path() / "x.db");
    ManualClock clock;
};

TEST_F(MigrationsTest, every_version_comes_to_the_newest_with_its_data) {
    for (std::size_t from = 0; from <= kSteps.size(); ++from) {
        const auto file = open_database(folder.path() / (std::to_string(from) + ".db"));
        ASSERT_TRUE(migrate(*file, "test", std::span(kSteps).first(from), clock));
        EXPECT_EQ(schema_version(*file, "test").value(), static_cast<std::int64_t>(from));
        if (from == 1) {
            ASSERT_TRUE(file->run("INSERT INTO t VALUES (2, 'three')"));
        }
        ASSERT_TRUE(migrate(*file, "test", kSteps, clock)) << from;
        EXPECT_EQ(schema_version(*file, "test").value(), 3);
        EXPECT_EQ(file->value<std::int64_t>("SELECT sum(c) FROM t").value(), from == 1 ? 8 : 3);
        EXPECT_TRUE(migrate(*file, "test", kSteps, clock)) << "again: nothing to do";
    }
}

TEST_F(MigrationsTest, a_newer_database_is_refused_by_name_and_untouched) {
    ASSERT_TRUE(migrate_to(3));
    const Status refused = migrate_to(2);
    EXPECT_EQ(refused.error().code(), ErrorCode::kUnsupported);
    EXPECT_TRUE(refused.error().message().starts_with("database-too-new: "));
    EXPECT_EQ(schema_version(*db, "test").value(), 3);
}

TEST_F(MigrationsTest, a_step_that_was_edited_after_it_ran_is_refused) {
    ASSERT_TRUE(migrate_to(1));
    auto steps = kSteps;
    steps[0].sql = "CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB) STRICT";
    const Status refused = migrate(*db, "test", steps, clock);
    EXPECT_EQ(refused.error().code(), ErrorCode::kIntegrity);
    EXPECT_TRUE(refused.error().message().starts_with("migration-changed: "));
    EXPECT_EQ(schema_version(*db, "test").value(), 1);
}

TEST_F(MigrationsTest, a_record_that_is_missing_is_refused) {
    ASSERT_TRUE(migrate_to(3));
    ASSERT_TRUE(db->run("DELETE FROM schema_migrations WHERE number = 2"));
    EXPECT_TRUE(migrate_to(3).error().message().starts_with("migration-changed: "));
}

TEST_F(MigrationsTest, a_step_that_fails_leaves_nothing_and_those_before_it) {
    auto steps = kSteps;
    steps[2].sql = "CREATE TABLE half (a) ; INSERT INTO nowhere VALUES (1)";
    EXPECT_FALSE(migrate(*db, "test", steps, clock));
    EXPECT_EQ(schema_version(*db, "test").value(), 2);
    EXPECT_EQ(db->value<std::int64_t>("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").value(), 0);
    EXPECT_TRUE(migrate_to(3));
}

TEST_F(MigrationsTest, a_step_that_leaves_references_dangling_is_undone) {
    auto steps = kSteps;
    steps[2].sql = "PRAGMA defer_foreign_keys = ON; DELETE FROM t";
    EXPECT_TRUE(
        migrate(*db, "test", steps, clock).error().message().starts_with("migration-breaks-references: "));
    EXPECT_EQ(count(*db), 1);
}

TEST_F(MigrationsTest, components_of_one_file_do_not_meet) {
    ASSERT_TRUE(migrate_to(3));
    constexpr std::array<Migration, 1> kOther = {{{"own", "CREATE TABLE other (a)"}}};
    ASSERT_TRUE(migrate(*db, "other", kOther, clock));
    EXPECT_EQ(schema_version(*db, "other").value(), 1);
    EXPECT_EQ(schema_version(*db, "test").value(), 3);
    EXPECT_EQ(schema_version(*db, "absent").value(), 0);
}

}  // namespace
}  // namespace huizhen::database
