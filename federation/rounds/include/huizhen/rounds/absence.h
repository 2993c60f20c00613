#pragma once

// Nobody is left out without a name and a reason.

#include <string>
#include <string_view>
#include <vector>

#include <huizhen/rounds/names.h>

namespace huizhen::rounds {

// Numbers are kept for good.
enum class Phase : std::uint8_t {
    kKeys = 1,
    kShares = 2,
    kUpload = 3,
    kAgreement = 4,
    kUnmasking = 5,
    kAggregate = 6,
    kValidate = 7,
    kDone = 8,
};
std::string_view phase_name(Phase phase);  // "keys" and the like

enum class Cause : std::uint8_t {
    kDeclined = 1,   // the site's own policy or a person there
    kSilent = 2,     // no bytes for the plan's silence limit
    kTooLate = 3,    // alive, but not done when the others were enough
    kFailed = 4,     // the site says that it cannot go on
    kRefused = 5,    // what it sent was refused
    kRevoked = 6,    // its certificate was
    kGroupLost = 7,  // too few of its group were left
};
std::string_view cause_name(Cause cause);

// A site that did not answer in a phase. Up to kUpload it is not in the sum; later it may be, see `included`.
struct Absence {
    SiteId site;
    Phase phase = Phase::kKeys;
    Cause cause = Cause::kSilent;
    std::string reason;  // for a person
    bool operator==(const Absence&) const = default;
};

// Why a round ended without a result.
enum class FailureKind : std::uint8_t {
    kTooFewSites = 1,       // below the plan's minimum, or below a quorum of secure aggregation
    kMandatoryMissing = 2,  // by name
    kSiteRevoked = 3,       // whose update could no longer be taken out of the sum
    kUnmasking = 4,         // shares that do not give back what was committed to
    kAborted = 5,           // by a person
    kAggregation = 6,       // the sums could not become a model
    kSetup = 7,             // no round could be made of these terms
};
std::string_view failure_name(FailureKind kind);

struct Failure {
    FailureKind kind = FailureKind::kAborted;
    std::string reason;
    bool operator==(const Failure&) const = default;
};

}  // namespace huizhen::rounds
