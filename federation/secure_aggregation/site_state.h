#pragma once

// What a site knows during a round; each phase's source adds its part.

#include <map>
#include <optional>

#include <huizhen/secure_aggregation/shamir.h>
#include <huizhen/secure_aggregation/site_round.h>

#include "phase_messages.h"
#include "round_keys.h"

namespace huizhen::secagg {

// The shares that one member made for this site.
struct HeldShares {
    Secret32 mask_key, self_seed;
};

struct SiteRound {
    Terms terms;
    SitePolicy policy;
    SiteIdentity identity;
    Sha256Digest terms_digest{};

    // Advertised; the private halves are wiped once the upload is masked.
    KeyPair share_key, mask_key;

    // From the roster.
    Roster roster;
    std::uint32_t self = 0;
    std::optional<NeighbourGraph> graph;
    Secret32 self_seed;  // wiped once the upload is masked

    // From the delivery: by maker, this site's own share of its own seed included.
    std::map<std::uint32_t, HeldShares> held;

    SurvivorsBody survivors;

    std::string self_name() const { return identity.id.str(); }
};

}  // namespace huizhen::secagg
