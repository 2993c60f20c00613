// kill -9 at random moments: every acknowledged entry is in the chain, and the chain is whole.

#include <chrono>
#include <random>
#include <thread>

#include <unistd.h>

#include <huizhen/audit/log.h>
#include <huizhen/audit/verify.h>
#include <huizhen/storage_test/child.h>
#include <huizhen/test_support/data.h>

namespace huizhen::audit {
namespace {

Secret<32> seed() {
    Secret<32> bytes;
    bytes.mutable_bytes()[0] = 1;
    return bytes;
}

// Appends for ever, two entries a transaction, and tells of each transaction that was committed.
int append_for_ever(const std::filesystem::path& path, int told) {
    auto db = database::Connection::open(path, database::Access::kWrite);
    if (!db) return 1;
    auto log = Log::open(**db, seed(), system_clock(), system_random());
    if (!log) return 2;
    while (true) {
        auto transaction = (*db)->begin();
        if (!transaction) return 3;
        for (int i = 0; i < 2; ++i) {
            if (!log->append(*transaction, {"user:a", "x", "", "why", std::nullopt})) return 4;
        }
        if (!transaction->commit()) return 5;
        const std::int64_t number = read_head(**db).value()->number;
        if (::write(told, &number, sizeof number) != sizeof number) return 6;
    }
}

TEST(AuditCrash, acknowledged_entries_survive_a_kill_at_any_moment) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "x.db";
    std::mt19937 random(17);
    std::int64_t acknowledged = 0;
    for (int round = 0; round < 30; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = storage_test::start_child([&] { return append_for_ever(path, ends[1]); });
        ::close(ends[1]);
        // Not to wait for something, but to be at a random place of the child's work.
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
        EXPECT_TRUE(storage_test::kill_child(child));
        std::int64_t number = 0;
        while (::read(ends[0], &number, sizeof number) == sizeof number) acknowledged = number;
        ::close(ends[0]);

        const auto db = database::Connection::open(path, database::Access::kWrite).value();
        const Log log = Log::open(*db, seed(), system_clock(), system_random()).value();
        const Verdict verdict = verify(*db, log.public_key()).value();
        ASSERT_FALSE(verdict.broken) << verdict.broken->why;
        EXPECT_GE(verdict.entries, acknowledged);
        EXPECT_EQ(verdict.entries % 2, 0) << "half a transaction";
    }
    EXPECT_GT(acknowledged, 20);
}

}  // namespace
}  // namespace huizhen::audit
