#pragma once

// What the coordinator knows during a round; each phase's source adds its part.

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <huizhen/secure_aggregation/coordinator_round.h>
#include <huizhen/secure_aggregation/shamir.h>

#include "phase_messages.h"
#include "round_keys.h"

namespace huizhen::secagg {

struct CoordinatorRound {
    Terms terms;
    Sha256Digest terms_digest{};
    const Directory* directory = nullptr;

    // Until the roster is fixed: the messages by site.
    std::map<SiteId, std::pair<Member, Bytes>> keys;

    Roster roster;
    std::optional<NeighbourGraph> graph;

    // Members that may answer in the present phase, and that have.
    std::set<std::uint32_t> expected, answered;

    std::map<std::uint32_t, SharesBody> shares;  // by maker
    std::set<std::uint32_t> sharers;
    std::map<std::uint32_t, Sha256Digest> commitments;

    std::vector<std::uint32_t> sum;
    SurvivorsBody survivors;
    std::vector<MemberSignature> agreement;

    std::map<std::uint32_t, std::vector<Share>> revealed;  // by whom they are about

    // The member who sent this, if it is of this phase and its sender has not been heard.
    Result<std::uint32_t> read_sender(const Frame& frame) const;
    // Ends a phase: who answered is expected in the next. kFewerThanThreshold below the quorum.
    Status advance(std::string_view phase);
    bool active(std::uint32_t member) const {
        return std::binary_search(survivors.active.begin(), survivors.active.end(), member);
    }
};

}  // namespace huizhen::secagg
