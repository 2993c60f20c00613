#pragma once

// What a site has spent of its privacy budget. A value: charging gives a new ledger, for the caller to store
// in the same transaction as its decision to take part. It refuses a round over the site's own budget,
// whatever the coordinator asks. Any thread may read one.

#include <string>
#include <vector>

#include <huizhen/privacy/accountant.h>

namespace huizhen::privacy {

struct Budget {
    double epsilon = 0;
    double delta = 0;
};

struct LedgerEntry {
    std::string plan;
    std::uint64_t round = 0;
    // With the noise that is certain: of the honest sites of the quorum, not of all that were invited.
    GaussianRelease release;
};

class Ledger {
  public:
    // From what was stored, oldest first; empty for a new site. kInvalidArgument: no budget, an entry that is
    // no release, or a round charged twice. A budget that was lowered below what is spent is accepted: it
    // refuses every further round.
    static Result<Ledger> restore(const Budget& budget, std::vector<LedgerEntry> entries);

    const Budget& budget() const { return budget_; }
    std::span<const LedgerEntry> entries() const { return entries_; }
    bool has(std::string_view plan, std::uint64_t round) const;

    double spent() const { return accountant_.epsilon(budget_.delta); }  // epsilon at the budget's delta
    Result<double> spent_after(const GaussianRelease& release) const;    // for a plan, before it starts

    // kPermissionDenied: over the budget. kInvalidArgument: the round is charged already (a round that is
    // resumed replays its noise and spends nothing more; one begun anew has a new number).
    Result<Ledger> charge(LedgerEntry entry) const;

  private:
    explicit Ledger(const Budget& budget) : budget_(budget) {}

    Budget budget_;
    std::vector<LedgerEntry> entries_;
    RdpAccountant accountant_;
};

}  // namespace huizhen::privacy
