#pragma once

// Who masks with whom. Every site works it out for itself from the roster, so that the coordinator cannot
// place anybody: the ring's order is drawn from the round's context (preflight.h says what it is for).

#include <vector>

#include <huizhen/base/sha256.h>
#include <huizhen/secure_aggregation/preflight.h>

namespace huizhen::secagg {

// Sites are numbered by their place in the roster, 0..sites-1.
class NeighbourGraph {
  public:
    NeighbourGraph(const RoundShape& shape, const Sha256Digest& seed);

    // Ascending, without the site itself.
    std::vector<std::uint32_t> neighbours(std::uint32_t site) const;

    // The positions of a site's shares are the ranks in this list, from 1: neighbours and itself, ascending.
    std::vector<std::uint32_t> share_holders(std::uint32_t site) const;

    // Whether some window of neighbours/2 places on the ring holds more dropped sites than the shape allows.
    // `survived[i]`: site i is in the sum. Never in a complete graph.
    bool has_torn_window(const std::vector<bool>& survived) const;

  private:
    RoundShape shape_;
    std::vector<std::uint32_t> ring_;      // place -> site
    std::vector<std::uint32_t> place_of_;  // site -> place
};

}  // namespace huizhen::secagg
