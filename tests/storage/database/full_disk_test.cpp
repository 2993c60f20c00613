// A disk that fills up in the middle: "disk-full", what was committed stays, what was not is gone.

#include <cerrno>

#include <huizhen/files/descriptor.h>
#include <huizhen/storage_test/child.h>
#include <huizhen/test_support/data.h>

#include "open_database.h"

namespace huizhen::database {
namespace {

namespace disk = storage_test;

Status insert_many(Connection& db, std::int64_t& committed) {
    const std::string text(2000, 'x');
    for (int i = 0; i < 10'000; ++i) {
        HZ_ASSIGN(Transaction transaction, db.begin());
        HZ_TRY(db.run("INSERT INTO t VALUES (NULL, ?1)", {text}));
        HZ_TRY(db.run("INSERT INTO t VALUES (NULL, ?1)", {text}));
        HZ_TRY(transaction.commit());
        committed += 2;
    }
    return {};
}

// In a child, whose disk is small. Exit code 0: everything held.
int fill(const std::filesystem::path& path, std::string_view reason) {
    std::int64_t committed = 0;
    auto db = Connection::open(path, Access::kWrite);
    if (!db || !(*db)->script("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT")) return 10;
    const Status filled = insert_many(**db, committed);
    if (filled || filled.error().code() != ErrorCode::kIo) return 11;
    if (!filled.error().message().starts_with("disk-full: ") ||
        filled.error().message().find(reason) == std::string::npos) {
        std::fprintf(stderr, "%s\n", filled.error().message().c_str());
        return 12;
    }
    if (committed == 0 || count(**db) != committed) return 13;
    if (!(*db)->check_integrity()) return 14;
    db->reset();
    auto again = Connection::open(path, Access::kRead);
    if (!again || count(**again) != committed) return 15;
    return 0;
}

TEST(FullDisk, a_limit_on_the_files_size_is_named) {
    const testing::TemporaryFolder folder;
    EXPECT_EQ(disk::run_in_child([&] {
                  disk::limit_file_size(600'000);
                  return fill(folder.path() / "x.db", "limit on the size of files");
              }),
              0);
}

TEST(FullDisk, room_is_asked_for_only_where_it_helps) {
    const Error full = files::system_error(ENOSPC, "cannot write", "/x"),
                large = files::system_error(EFBIG, "cannot write", "/x");
    EXPECT_EQ(full.message(), "disk-full: cannot write /x: No space left on device; free some space");
    EXPECT_EQ(large.message(), "disk-full: cannot write /x: " + std::string(files::kFileTooLarge));
}

TEST(FullDisk, a_full_file_system_is_named) {
    const testing::TemporaryFolder folder;
    constexpr int kForbidden = 77;
    const int code = disk::run_in_child([&] {
        if (!disk::mount_small_disk(folder.path(), 800'000)) return kForbidden;
        return fill(folder.path() / "x.db", "full");
    });
    if (code == kForbidden) return;  // the limit above has to do
    EXPECT_EQ(code, 0);
}

TEST(FullDisk, a_quota_is_named_and_room_made_is_used) {
    const testing::TemporaryFolder folder;
    const auto db = open_database(folder.path() / "x.db", Access::kWrite, {.max_pages = 40});
    ASSERT_TRUE(db->script("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT"));
    std::int64_t committed = 0;
    EXPECT_TRUE(insert_many(*db, committed).error().message().starts_with("disk-full: "));
    EXPECT_EQ(count(*db), committed);
    ASSERT_TRUE(db->run("DELETE FROM t WHERE a > 2"));
    EXPECT_TRUE(db->run("INSERT INTO t VALUES (NULL, ?1)", {std::string(2000, 'y')}));
}

TEST(FullDisk, what_follows_in_a_lost_transaction_is_refused) {
    const testing::TemporaryFolder folder;
    EXPECT_EQ(disk::run_in_child([&] {
                  disk::limit_file_size(600'000);
                  const auto db = open_database(folder.path() / "x.db");
                  if (!db->script(
                          "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT; PRAGMA cache_size = 10")) {
                      return 10;
                  }
                  auto transaction = db->begin().value();
                  const std::string text(50'000, 'x');
                  bool full = false;
                  for (int i = 0; i < 100 && !full; ++i)
                      full = !db->run("INSERT INTO t VALUES (NULL, ?1)", {text});
                  if (!full) return 11;
                  const Status after = db->run("INSERT INTO t VALUES (NULL, 'small')");
                  // Either SQLite gave up the transaction, and so do we; or it lives, and its commit decides.
                  if (!after && !after.error().message().starts_with("transaction-lost: ") &&
                      !after.error().message().starts_with("disk-full: ")) {
                      return 12;
                  }
                  if (transaction.commit() && count(*db) == 0) return 13;
                  return db->check_integrity() ? 0 : 14;
              }),
              0);
}

}  // namespace
}  // namespace huizhen::database
