#pragma once

// What the site has spent of its privacy budget, kept. The loop's thread alone, in its transaction.

#include <huizhen/privacy/ledger.h>

#include "state/schema.h"

namespace huizhen::site {

class LedgerStore {
  public:
    explicit LedgerStore(database::Connection& connection) : connection_(&connection) {}

    Result<std::vector<privacy::LedgerEntry>> entries() const;  // oldest first
    // Once a round: kept already, nothing happens.
    Status charge(const privacy::LedgerEntry& entry, WallTime at);

  private:
    database::Connection* connection_;
};

}  // namespace huizhen::site
