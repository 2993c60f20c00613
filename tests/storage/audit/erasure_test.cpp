#include <fstream>
#include <iterator>

#include "audit_fixture.h"

namespace huizhen::audit {
namespace {

constexpr std::array<std::uint8_t, 3> kOne = {1, 1, 1}, kTwo = {2, 2, 2};  // keyed hashes of two patients

class ErasureTest : public AuditTest {
  protected:
    void tell_of(std::span<const std::uint8_t> patient, const std::string& why) {
        auto transaction = db->begin().value();
        const Reference about = log.reference_of(transaction, patient).value();
        ASSERT_TRUE(log.append(transaction, {"user:a", "open-case", "10.0.0.1", why, about}));
        ASSERT_TRUE(transaction.commit());
    }
    Status erase(std::span<const std::uint8_t> patient) {
        HZ_ASSIGN(auto transaction, db->begin());
        HZ_TRY(log.erase_patient(transaction, patient, {"user:dpo", "", "", "request 17", std::nullopt}));
        return transaction.commit();
    }
};

TEST_F(ErasureTest, a_patient_keeps_one_reference_that_is_no_hash_of_them) {
    auto transaction = db->begin().value();
    const Reference one = log.reference_of(transaction, kOne).value();
    EXPECT_EQ(log.reference_of(transaction, kOne).value(), one);
    EXPECT_NE(log.reference_of(transaction, kTwo).value(), one);
}

TEST_F(ErasureTest, leaves_a_valid_chain_without_the_patient) {
    for (int i = 0; i < 5; ++i) {
        tell_of(kOne, "said by Old Patient");
        tell_of(kTwo, "kept");
    }
    ASSERT_TRUE(erase(kOne));
    const Verdict after = verdict();
    EXPECT_FALSE(after.broken) << after.broken->why;
    EXPECT_EQ(after.entries, 11);
    EXPECT_EQ(after.erased_reasons, 5);
    EXPECT_EQ(db->value<std::int64_t>("SELECT count(*) FROM audit_patients").value(), 1);
    EXPECT_EQ(erase(kOne).error().code(), ErrorCode::kNotFound);

    // Not in the file either, once its write-ahead log is folded in.
    db.reset();
    std::ifstream file(folder.path() / "x.db", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(bytes.find("Old Patient"), std::string::npos);
    EXPECT_NE(bytes.find("kept"), std::string::npos);
}

TEST_F(ErasureTest, a_patient_who_comes_back_is_another_one) {
    tell_of(kOne, "before");
    ASSERT_TRUE(erase(kOne));
    tell_of(kOne, "after");
    EXPECT_FALSE(verdict().broken);
    EXPECT_EQ(db->value<std::int64_t>("SELECT count(DISTINCT about) FROM audit_entries").value(), 2);
}

TEST_F(ErasureTest, reasons_that_vanish_without_an_erasure_break_the_chain) {
    tell_of(kOne, "before");
    tell_of(kTwo, "other");
    ASSERT_TRUE(erase(kOne));
    ASSERT_TRUE(db->run("DELETE FROM audit_reasons WHERE number = 2"));
    EXPECT_EQ(first_broken(), 2);
    ASSERT_TRUE(db->run("DELETE FROM audit_reasons WHERE number = 3"));  // of the erasure itself
    EXPECT_EQ(first_broken(), 2);
}

TEST_F(ErasureTest, an_erasure_that_is_rolled_back_never_was) {
    tell_of(kOne, "before");
    {
        auto transaction = db->begin().value();
        ASSERT_TRUE(log.erase_patient(transaction, kOne, {"user:dpo", "", "", "", std::nullopt}));
    }
    EXPECT_EQ(verdict().erased_reasons, 0);
    EXPECT_EQ(verdict().entries, 1);
    EXPECT_FALSE(verdict().broken);
}

}  // namespace
}  // namespace huizhen::audit
