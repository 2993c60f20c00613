#pragma once

// Which model a site runs: its own word goes before the coordinator's.

#include <set>

#include <huizhen/acceptance/lineage.h>

namespace huizhen::acceptance {

struct SiteModelPolicy {
    std::optional<Sha256Digest> pinned;  // this and no other, whatever becomes current
    std::set<Sha256Digest> refused;      // never these
    bool runs_shadow = true;
};

struct ModelChoice {
    std::optional<Sha256Digest> runs;    // none: diagnose nothing with a federated model
    std::optional<Sha256Digest> shadow;  // beside it, its results shown to nobody
    std::string reason;                  // one sentence
};

// A pinned model must be in the lineage and not rejected, so that a typing error or a foreign file never
// runs. Where the current one is refused, the latest that was current before and is not.
ModelChoice choose_model(const SiteModelPolicy& policy, const Lineage& lineage);

// kInvalidArgument: pinned and refused at once.
Status check(const SiteModelPolicy& policy);

}  // namespace huizhen::acceptance
