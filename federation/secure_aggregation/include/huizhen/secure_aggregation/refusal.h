#pragma once

// Every refusal has a name, and an error's message starts with it: "forged: not the signature of site A".
// The names are stable: logs, audit records and peers keep them.

#include <string_view>

#include <huizhen/base/result.h>

namespace huizhen::secagg {

enum class Refusal {
    kTruncated,           // shorter than it says
    kMalformed,           // breaks its own format, or holds what its sender cannot mean
    kUnsupportedVersion,  // of another protocol version
    kOutOfOrder,          // a message of another phase of this round: early, late or replayed
    kWrongRound,          // made for another model, plan, round or roster
    kForged,              // a signature or a seal that does not match
    kUnknownSite,         // not enrolled, not in the roster, or not expected in this phase
    kDuplicate,           // the same sender twice
    kWeakKey,             // a public key that gives everybody the same secret
    kReusedKey,           // two keys in a roster are the same, or one's own was exchanged
    kUnsafeShape,         // graph, threshold or quorum below what the assumptions ask
    kAgainstPolicy,       // the site's own policy says no
    kFewerThanThreshold,  // too few sites are left: the round ends without a result
    kActiveAndDropped,    // a site is reported both, or neither
    kOwnSiteMisreported,  // the reader itself is not among the active
    kInconsistent,        // the survivors do not fit what this site has seen
    kWrongShare,          // shares that do not give back what was committed to
    kWrongLength,         // a vector of another length than the plan's
};

std::string_view refusal_name(Refusal refusal);

tl::unexpected<Error> refuse(Refusal refusal, std::string_view detail);

// Whether `error` is this refusal.
bool is_refusal(const Error& error, Refusal refusal);

}  // namespace huizhen::secagg
