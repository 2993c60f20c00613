// Every version ever shipped opens, is whole, and can be written on (storage_test/versions.h).

#include <huizhen/database/backup.h>
#include <huizhen/database/migrations.h>
#include <huizhen/storage_test/versions.h>

#include "audit_fixture.h"

namespace huizhen::audit {
namespace {

TEST_F(AuditTest, every_version_ever_shipped_opens) {
    const auto newest = database::schema_version(*db, "audit").value();
    if (const auto current = storage_test::version_to_write(AUDIT_VERSIONS, newest); !current.empty()) {
        ASSERT_TRUE(append(3));
        auto transaction = db->begin().value();
        constexpr std::array<std::uint8_t, 2> kPatient = {1, 2};
        const Reference about = log.reference_of(transaction, kPatient).value();
        ASSERT_TRUE(log.append(transaction, {"user:a", "open-case", "", "gone", about}));
        ASSERT_TRUE(log.erase_patient(transaction, kPatient, {"user:dpo", "", "", "request", std::nullopt}));
        ASSERT_TRUE(transaction.commit());
        ASSERT_TRUE(database::back_up(folder.path() / "x.db", current));
    }
    for (std::int64_t version = 1; version <= newest; ++version) {
        const auto path = storage_test::copy_of_version(AUDIT_VERSIONS, version, folder.path());
        const auto shipped = database::Connection::open(path, database::Access::kWrite).value();
        EXPECT_EQ(database::schema_version(*shipped, "audit").value(), version);
        Log old = Log::open(*shipped, test_seed(), clock, system_random()).value();
        EXPECT_EQ(database::schema_version(*shipped, "audit").value(), newest);
        const Verdict before = verify(*shipped, old.public_key()).value();
        EXPECT_FALSE(before.broken);
        EXPECT_EQ(before.entries, 5);
        EXPECT_EQ(before.erased_reasons, 1);
        ASSERT_TRUE(old.append({"user:a", "goes-on", "", "", std::nullopt}));
        EXPECT_FALSE(verify(*shipped, old.public_key()).value().broken);
    }
}

}  // namespace
}  // namespace huizhen::audit
