// versions/N.db is a database as the program that knew N steps left it: every one of them opens and goes on.
// A new step needs its file: HUIZHEN_WRITE_VERSION=1 test_jobs, once, before it ships.

#include <cstdlib>

#include <huizhen/database/backup.h>
#include <huizhen/database/migrations.h>

#include "queue_fixture.h"

namespace huizhen::jobs {
namespace {

namespace fs = std::filesystem;

TEST_F(QueueTest, every_version_ever_shipped_opens) {
    const auto newest = database::schema_version(*db, "jobs").value();
    const fs::path versions(JOBS_VERSIONS);
    const fs::path current = versions / (std::to_string(newest) + ".db");
    if (std::getenv("HUIZHEN_WRITE_VERSION") != nullptr && !fs::exists(current)) {
        add("died", Priority::kStat);
        ASSERT_TRUE(finish_stage(take().value(), "volume", {9}));
        add("waits");
        add("failed", Priority::kUrgent);
        ASSERT_TRUE(fail_it(take().value(), Retry::kNever));
        ASSERT_TRUE(database::back_up(folder.path() / "x.db", current));
    }
    for (std::int64_t version = 1; version <= newest; ++version) {
        const auto path = folder.path() / (std::to_string(version) + ".db");
        ASSERT_TRUE(fs::exists(versions / path.filename())) << "no file of version " << version;
        fs::copy_file(versions / path.filename(), path);
        fs::permissions(path, fs::perms(0600));
        db = database::Connection::open(path, database::Access::kWrite).value();
        restart();
        EXPECT_EQ(database::schema_version(*db, "jobs").value(), newest);
        const Job job = take().value();
        EXPECT_EQ(job.key, "died");
        EXPECT_EQ(queue->stage(job, "volume").value(), Bytes{9});
        EXPECT_EQ(finish(job).value(), State::kDone);
        EXPECT_EQ(taken_key(), "waits");
        EXPECT_EQ(view("failed").state, State::kQuarantined);
    }
}

}  // namespace
}  // namespace huizhen::jobs
