#include <cstdio>

#include <huizhen/privacy/ledger.h>

namespace huizhen::privacy {

namespace {

std::string two_digits(double epsilon) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.2f", epsilon);
    return text;
}

}  // namespace

Result<Ledger> Ledger::restore(const Budget& budget, std::vector<LedgerEntry> entries) {
    if (!(budget.epsilon > 0) || !(budget.delta > 0 && budget.delta < 1)) {
        return fail(ErrorCode::kInvalidArgument,
                    "a budget has an epsilon above 0 and a delta between 0 and 1");
    }
    Ledger ledger(budget);
    for (LedgerEntry& entry : entries) {
        if (ledger.has(entry.plan, entry.round)) {
            return fail(ErrorCode::kInvalidArgument, "round " + std::to_string(entry.round) + " of plan " +
                                                         entry.plan + " is in the ledger twice");
        }
        HZ_TRY(ledger.accountant_.compose(entry.release));
        ledger.entries_.push_back(std::move(entry));
    }
    return ledger;
}

bool Ledger::has(std::string_view plan, std::uint64_t round) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const LedgerEntry& entry) { return entry.round == round && entry.plan == plan; });
}

Result<double> Ledger::spent_after(const GaussianRelease& release) const {
    RdpAccountant after = accountant_;
    HZ_TRY(after.compose(release));
    return after.epsilon(budget_.delta);
}

Result<Ledger> Ledger::charge(LedgerEntry entry) const {
    if (has(entry.plan, entry.round)) {
        return fail(ErrorCode::kInvalidArgument, "round " + std::to_string(entry.round) + " of plan " +
                                                     entry.plan + " is charged already");
    }
    Ledger after = *this;
    HZ_TRY(after.accountant_.compose(entry.release));
    if (after.spent() > budget_.epsilon) {
        return fail(ErrorCode::kPermissionDenied,
                    "over-budget: the round would bring epsilon from " + two_digits(spent()) + " to " +
                        two_digits(after.spent()) + ", above this site's " + two_digits(budget_.epsilon));
    }
    after.entries_.push_back(std::move(entry));
    return after;
}

}  // namespace huizhen::privacy
