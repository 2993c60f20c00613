// A disk that fills up: "disk-full" to whoever adds, what was acknowledged stays and is worked off.

#include <huizhen/storage_test/child.h>

#include "queue_fixture.h"

namespace huizhen::jobs {
namespace {

int fill(const std::filesystem::path& path) {
    auto db = database::Connection::open(path, database::Access::kWrite, {.max_pages = 60});
    if (!db) return 10;
    auto queue = Queue::open(**db, system_clock(), system_random());
    if (!queue) return 11;
    std::int64_t added = 0;
    for (;; ++added) {
        auto transaction = (*db)->begin();
        if (!transaction) return 12;
        const auto done = queue->add(
            *transaction, {"diagnose", std::to_string(added), Priority::kRoutine, Bytes(2000, 1), {}});
        const Status committed = done ? transaction->commit() : fail(done.error());
        if (committed) continue;
        if (!committed.error().message().starts_with("disk-full: ")) return 13;
        break;
    }
    if (added < 10 || count(**db)->of(State::kWaiting) != added) return 14;
    auto transaction = (*db)->begin();
    const auto job = queue->take(*transaction, std::span(&kDiagnose, 1));
    if (!job || !*job || !queue->finish(*transaction, **job) || !transaction->commit()) return 15;
    return (*db)->check_integrity() ? 0 : 16;
}

TEST(JobsFullDisk, nothing_acknowledged_is_lost_and_work_goes_on) {
    const testing::TemporaryFolder folder;
    EXPECT_EQ(storage_test::run_in_child([&] { return fill(folder.path() / "x.db"); }), 0);
}

}  // namespace
}  // namespace huizhen::jobs
