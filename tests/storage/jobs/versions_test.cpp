// Every version ever shipped opens and goes on (storage_test/versions.h).

#include <huizhen/database/backup.h>
#include <huizhen/database/migrations.h>
#include <huizhen/storage_test/versions.h>

#include "queue_fixture.h"

namespace huizhen::jobs {
namespace {

TEST_F(QueueTest, every_version_ever_shipped_opens) {
    const auto newest = database::schema_version(*db, "jobs").value();
    if (const auto current = storage_test::version_to_write(JOBS_VERSIONS, newest); !current.empty()) {
        add("died", Priority::kStat);
        ASSERT_TRUE(finish_stage(take().value(), "volume", {9}));
        add("waits");
        add("failed", Priority::kUrgent);
        ASSERT_TRUE(fail_it(take().value(), Retry::kNever));
        ASSERT_TRUE(database::back_up(folder.path() / "x.db", current));
    }
    for (std::int64_t version = 1; version <= newest; ++version) {
        const auto path = storage_test::copy_of_version(JOBS_VERSIONS, version, folder.path());
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
