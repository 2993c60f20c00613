#include <sys/stat.h>

#include <huizhen/base/check.h>
#include <huizhen/test_support/data.h>
#include <huizhen/test_support/unprivileged.h>

#include "open_database.h"

namespace huizhen::database {
namespace {

class ConnectionTest : public ::testing::Test {
  protected:
    ConnectionTest() { EXPECT_TRUE(db->script("CREATE TABLE t (a INTEGER PRIMARY KEY, b ANY) STRICT")); }
    testing::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "x.db";
    std::unique_ptr<Connection> db = open_database(path);
};

TEST_F(ConnectionTest, is_durable_private_and_strict) {
    EXPECT_EQ(db->value<std::string>("PRAGMA journal_mode").value(), "wal");
    EXPECT_EQ(db->value<std::int64_t>("PRAGMA synchronous").value(), 2);  // FULL
    EXPECT_EQ(db->value<std::int64_t>("PRAGMA foreign_keys").value(), 1);
    for (const char* suffix : {"", "-wal", "-writer"}) {
        struct stat info {};
        ASSERT_EQ(::stat((path.string() + suffix).c_str(), &info), 0) << suffix;
        EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
    }
}

TEST_F(ConnectionTest, gives_back_every_type_as_it_was_bound) {
    const Blob blob = {0, 1, 255};
    const std::string text("a\0b", 3);
    ASSERT_TRUE(
        db->run("INSERT INTO t VALUES (1, ?1), (2, ?2), (3, ?3), (4, ?4), (5, ?5), (6, ?6), (7, ?7)",
                {std::int64_t{-7}, 0.5, text, blob, std::monostate(), BlobView(), std::string_view()}));
    EXPECT_EQ(db->rows_changed(), 7);
    auto rows = db->query("SELECT b FROM t ORDER BY a").value();
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.get<std::int64_t>(0).value(), -7);
    EXPECT_EQ(rows.get<std::optional<std::int64_t>>(0).value(), -7);
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.get<double>(0).value(), 0.5);
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.get<std::string>(0).value(), text);
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.get<Blob>(0).value(), blob);
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.get<std::optional<std::string>>(0).value(), std::nullopt);
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.get<Blob>(0).value(), Blob());
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.get<std::string>(0).value(), "");
    EXPECT_FALSE(rows.next().value());
    EXPECT_FALSE(rows.next().value());
    EXPECT_THROW((void)rows.get<double>(0), InvariantBroken);
}

TEST_F(ConnectionTest, converts_nothing_silently) {
    ASSERT_TRUE(db->run("INSERT INTO t VALUES (1, '12')"));
    EXPECT_EQ(db->value<std::int64_t>("SELECT b FROM t").error().code(), ErrorCode::kIntegrity);
    EXPECT_EQ(db->value<std::string>("SELECT a FROM t").error().code(), ErrorCode::kIntegrity);
    EXPECT_EQ(db->value<double>("SELECT NULL").error().code(), ErrorCode::kIntegrity);
    EXPECT_EQ(db->value<std::int64_t>("SELECT a FROM t WHERE a = 2").value(), std::nullopt);
}

TEST_F(ConnectionTest, a_transaction_that_is_not_committed_never_was) {
    {
        auto transaction = db->begin().value();
        ASSERT_TRUE(transaction.connection().run("INSERT INTO t VALUES (1, 1)"));
        EXPECT_THROW((void)db->begin(), InvariantBroken);
    }
    EXPECT_FALSE(db->in_transaction());
    EXPECT_EQ(count(*db), 0);
    auto transaction = db->begin().value();
    ASSERT_TRUE(db->run("INSERT INTO t VALUES (1, 1)"));
    EXPECT_EQ(count(*open_database(path, Access::kRead)), 0);  // not before it is committed
    ASSERT_TRUE(transaction.commit());
    EXPECT_EQ(count(*open_database(path, Access::kRead)), 1);
}

TEST_F(ConnectionTest, a_refused_statement_leaves_the_transaction_usable) {
    auto transaction = db->begin().value();
    ASSERT_TRUE(db->run("INSERT INTO t VALUES (1, 1)"));
    const auto refused = db->run("INSERT INTO t VALUES (1, 2)");
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_TRUE(refused.error().message().starts_with("constraint: "));
    ASSERT_TRUE(transaction.commit());
    EXPECT_EQ(count(*db), 1);
}

TEST_F(ConnectionTest, foreign_keys_are_enforced) {
    ASSERT_TRUE(db->script("CREATE TABLE child (a INTEGER REFERENCES t) STRICT"));
    EXPECT_FALSE(db->run("INSERT INTO child VALUES (5)"));
}

TEST_F(ConnectionTest, the_same_query_runs_inside_its_own_loop) {
    ASSERT_TRUE(db->run("INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)"));
    int pairs = 0;
    auto outer = db->query("SELECT a FROM t").value();
    while (outer.next().value()) {
        auto inner = db->query("SELECT a FROM t").value();
        while (inner.next().value()) ++pairs;
    }
    EXPECT_EQ(pairs, 9);
}

TEST_F(ConnectionTest, a_second_writer_is_refused_and_readers_are_not) {
    const auto second = Connection::open(path, Access::kWrite);
    EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
    EXPECT_TRUE(second.error().message().starts_with("in-use: "));
    auto transaction = db->begin().value();
    EXPECT_EQ(count(*open_database(path, Access::kRead)), 0);
    EXPECT_EQ(open_database(path, Access::kRead)->run("DELETE FROM t").error().code(),
              ErrorCode::kPermissionDenied);
    ASSERT_TRUE(transaction.commit());
    db.reset();
    EXPECT_TRUE(Connection::open(path, Access::kWrite));
}

TEST_F(ConnectionTest, too_long_values_are_refused) {
    const std::string text(kMaxValueBytes + 1, 'x');
    EXPECT_EQ(db->run("INSERT INTO t VALUES (1, ?1)", {text}).error().code(), ErrorCode::kLimitExceeded);
    EXPECT_EQ(count(*db), 0);
}

TEST_F(ConnectionTest, mistakes_of_ours_are_caught) {
    EXPECT_EQ(db->run("SELEC").error().code(), ErrorCode::kInternal);
    EXPECT_THROW((void)db->run("SELECT 1; SELECT 2"), InvariantBroken);
    EXPECT_THROW((void)db->run("SELECT ?1"), InvariantBroken);
}

TEST(Connection, says_what_is_wrong_with_the_place) {
    const testing::TemporaryFolder folder;
    EXPECT_EQ(Connection::open(folder.path() / "absent.db", Access::kRead).error().code(),
              ErrorCode::kNotFound);
    EXPECT_EQ(Connection::open(folder.path() / "no" / "x.db", Access::kWrite).error().code(),
              ErrorCode::kNotFound);
    const auto path = folder.path() / "x.db";
    ASSERT_TRUE(open_database(path)->script("CREATE TABLE t (a)"));
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0777));
    std::filesystem::permissions(path, std::filesystem::perms(0444));
    const auto refused = [&] {
        const testing::UnprivilegedFileAccess unprivileged;
        return Connection::open(path, Access::kWrite).error();
    };
    EXPECT_EQ(refused().code(), ErrorCode::kPermissionDenied);  // may not even lock it
    // SQLite itself would open this one for reading and say nothing.
    std::filesystem::permissions(path.string() + "-writer", std::filesystem::perms(0666));
    EXPECT_EQ(refused().code(), ErrorCode::kPermissionDenied);
    EXPECT_TRUE(refused().message().starts_with("read-only: ")) << refused().message();
}

}  // namespace
}  // namespace huizhen::database
