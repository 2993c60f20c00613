#include <fstream>

#include <huizhen/database/backup.h>
#include <huizhen/storage_test/child.h>
#include <huizhen/test_support/data.h>

#include "open_database.h"

namespace huizhen::database {
namespace {

class BackupTest : public ::testing::Test {
  protected:
    BackupTest() {
        EXPECT_TRUE(db->script("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB) STRICT"));
        insert(2000);
    }
    void insert(int rows) {
        auto transaction = db->begin().value();
        for (int i = 0; i < rows; ++i) {
            ASSERT_TRUE(db->run("INSERT INTO t VALUES (NULL, zeroblob(3000))"));
        }
        ASSERT_TRUE(transaction.commit());
    }
    int files_beside() {
        const std::filesystem::directory_iterator entries(folder.path());
        return static_cast<int>(std::distance(begin(entries), end(entries)));
    }
    testing::TemporaryFolder folder;
    std::filesystem::path live = folder.path() / "live.db", copy = folder.path() / "copy.db";
    std::unique_ptr<Connection> db = open_database(live);
};

// Writes into the source in the middle of the copy.
class Meddler : public ProgressSink {
  public:
    explicit Meddler(Connection& db) : db_(&db) {}
    void advance(std::string_view, std::uint64_t done, std::uint64_t total) override {
        if (done == total) return;
        ++calls;
        EXPECT_TRUE(db_->run("INSERT INTO t VALUES (NULL, x'00')"));
    }
    int calls = 0;

  private:
    Connection* db_;
};

TEST_F(BackupTest, is_one_consistent_moment_while_a_writer_goes_on) {
    Meddler meddler(*db);
    ASSERT_TRUE(back_up(live, copy, meddler));
    EXPECT_GT(meddler.calls, 0);
    EXPECT_EQ(count(*db), 2000 + meddler.calls);
    EXPECT_EQ(count(*open_database(copy, Access::kRead)), 2000);
    EXPECT_TRUE(verify_backup(copy));
    EXPECT_FALSE(std::filesystem::exists(copy.string() + "-wal"));
    EXPECT_EQ(std::filesystem::status(copy).permissions(), std::filesystem::perms(0600));
}

TEST_F(BackupTest, a_destroyed_database_comes_back) {
    ASSERT_TRUE(back_up(live, copy));
    db.reset();
    for (const char* suffix : {"", "-wal", "-shm", "-writer"})
        std::filesystem::remove(live.string() + suffix);
    ASSERT_TRUE(restore(copy, live));
    db = open_database(live);
    EXPECT_EQ(count(*db), 2000);
    insert(1);
    EXPECT_EQ(db->value<std::string>("PRAGMA journal_mode").value(), "wal");
}

TEST_F(BackupTest, nothing_is_ever_written_over) {
    ASSERT_TRUE(back_up(live, copy));
    EXPECT_TRUE(back_up(live, copy).error().message().starts_with("already-there: "));
    EXPECT_TRUE(restore(copy, live).error().message().starts_with("already-there: "));
    // A log that a dead database left would be played into the restored one.
    const auto fresh = folder.path() / "fresh.db";
    std::ofstream(fresh.string() + "-wal") << "old";
    EXPECT_TRUE(restore(copy, fresh).error().message().starts_with("already-there: "));
}

TEST_F(BackupTest, a_damaged_backup_is_not_restored) {
    ASSERT_TRUE(back_up(live, copy));
    {
        std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096 * 20);
        file << std::string(4096, '\xA5');
    }
    const auto fresh = folder.path() / "fresh.db";
    EXPECT_EQ(verify_backup(copy).error().code(), ErrorCode::kIntegrity);
    EXPECT_EQ(restore(copy, fresh).error().code(), ErrorCode::kIntegrity);
    EXPECT_FALSE(std::filesystem::exists(fresh));
}

TEST_F(BackupTest, a_stopped_or_failed_copy_leaves_nothing) {
    const int before = files_beside();
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(back_up(live, copy, silent_progress(), stop.get_token()).error().code(), ErrorCode::kCancelled);
    EXPECT_EQ(back_up(folder.path() / "absent.db", copy).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(storage_test::run_in_child([&] {
                  storage_test::limit_file_size(1'000'000);
                  const Status full = back_up(live, copy);
                  return !full && full.error().message().find("disk-full: ") != std::string::npos ? 0 : 1;
              }),
              0);
    EXPECT_FALSE(std::filesystem::exists(copy));
    EXPECT_EQ(files_beside(), before);
}

}  // namespace
}  // namespace huizhen::database
