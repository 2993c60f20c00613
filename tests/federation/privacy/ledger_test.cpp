#include <huizhen/privacy/ledger.h>

namespace huizhen::privacy {
namespace {

constexpr Budget kBudget{8, 1e-5};

LedgerEntry entry(std::uint64_t round, double multiplier = 4) { return {"lung", round, {multiplier, 1, 1}}; }

TEST(Ledger, charges_rounds_until_the_budget_is_spent) {
    Ledger ledger = Ledger::restore(kBudget, {}).value();
    EXPECT_EQ(ledger.spent(), 0);
    std::uint64_t round = 0;
    for (;; ++round) {
        const double foretold = ledger.spent_after(entry(round).release).value();
        auto after = ledger.charge(entry(round));
        EXPECT_EQ(after.has_value(), foretold <= kBudget.epsilon);
        if (!after) {
            EXPECT_EQ(after.error().code(), ErrorCode::kPermissionDenied);
            EXPECT_TRUE(after.error().message().starts_with("over-budget"));
            break;
        }
        ledger = *after;
        EXPECT_DOUBLE_EQ(ledger.spent(), foretold);
    }
    EXPECT_GT(round, 12u);  // 12 such rounds are 4.01: see accountant_test
    EXPECT_LE(ledger.spent(), kBudget.epsilon);
    EXPECT_EQ(ledger.entries().size(), round);
}

TEST(Ledger, a_refused_round_leaves_it_as_it_was) {
    const Ledger ledger = Ledger::restore(kBudget, {entry(1)}).value();
    const double before = ledger.spent();
    EXPECT_FALSE(ledger.charge(entry(2, 0.1)));
    EXPECT_EQ(ledger.spent(), before);
    EXPECT_FALSE(ledger.has("lung", 2));
    EXPECT_TRUE(ledger.charge(entry(2)));
}

TEST(Ledger, does_not_charge_a_round_twice) {
    const Ledger ledger = Ledger::restore(kBudget, {entry(1)}).value();
    EXPECT_EQ(ledger.charge(entry(1)).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_FALSE(Ledger::restore(kBudget, {entry(1), entry(1)}));
    EXPECT_TRUE(ledger.charge({"pathology", 1, {4, 1, 1}}));
}

TEST(Ledger, restored_is_the_ledger_that_was_stored) {
    Ledger ledger = Ledger::restore(kBudget, {}).value();
    for (std::uint64_t round = 0; round < 5; ++round) ledger = ledger.charge(entry(round)).value();
    const std::vector<LedgerEntry> stored(ledger.entries().begin(), ledger.entries().end());
    EXPECT_DOUBLE_EQ(Ledger::restore(kBudget, stored).value().spent(), ledger.spent());
}

TEST(Ledger, a_lowered_budget_refuses_everything_further) {
    const Ledger lowered = Ledger::restore({0.1, 1e-5}, {entry(1)}).value();
    EXPECT_GT(lowered.spent(), 0.1);
    EXPECT_FALSE(lowered.charge(entry(2, 1000)));
}

TEST(Ledger, refuses_what_is_no_budget_and_no_release) {
    EXPECT_FALSE(Ledger::restore({0, 1e-5}, {}));
    EXPECT_FALSE(Ledger::restore({1, 0}, {}));
    EXPECT_FALSE(Ledger::restore({1, 1}, {}));
    const Ledger ledger = Ledger::restore(kBudget, {}).value();
    EXPECT_EQ(ledger.charge(entry(1, 0)).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_FALSE(ledger.spent_after({0, 1, 1}));
}

}  // namespace
}  // namespace huizhen::privacy
