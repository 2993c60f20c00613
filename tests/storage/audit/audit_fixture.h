#pragma once

#include <huizhen/audit/log.h>
#include <huizhen/audit/verify.h>
#include <huizhen/test_support/data.h>

namespace huizhen::audit {

inline Secret<32> test_seed(std::uint8_t byte = 1) {
    Secret<32> seed;
    std::ranges::fill(seed.mutable_bytes(), byte);
    return seed;
}

class AuditTest : public ::testing::Test {
  protected:
    Status append(int count) {
        for (int i = 0; i < count; ++i) {
            clock.advance(std::chrono::milliseconds(1500));
            HZ_TRY(log.append(
                {"user:a", "open-case", "10.0.0.1", "ward round " + std::to_string(i), std::nullopt}));
        }
        return {};
    }
    Verdict verdict(const std::optional<Head>& known = std::nullopt) {
        return verify(*db, log.public_key(), known).value();
    }
    std::int64_t first_broken() {
        const Verdict found = verdict();
        return found.broken ? found.broken->number : 0;
    }
    // What somebody with the file and an SQLite program may do.
    void tamper(const std::string& sql) {
        ASSERT_TRUE(
            db->script("DROP TRIGGER IF EXISTS audit_entries_stay; DROP TRIGGER IF EXISTS "
                       "audit_entries_are_as_written; PRAGMA foreign_keys = OFF; " +
                       sql));
    }

    testing::TemporaryFolder folder;
    std::unique_ptr<database::Connection> db =
        database::Connection::open(folder.path() / "x.db", database::Access::kWrite).value();
    ManualClock clock;
    Log log = Log::open(*db, test_seed(), clock, system_random()).value();
};

}  // namespace huizhen::audit
