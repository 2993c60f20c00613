#include <huizhen/rounds/absence.h>

namespace huizhen::rounds {

std::string_view phase_name(Phase phase) {
    switch (phase) {
        case Phase::kKeys: return "keys";
        case Phase::kShares: return "shares";
        case Phase::kUpload: return "upload";
        case Phase::kAgreement: return "agreement";
        case Phase::kUnmasking: return "unmasking";
        case Phase::kAggregate: return "aggregate";
        case Phase::kValidate: return "validate";
        case Phase::kDone: return "done";
    }
    return "unknown";
}

std::string_view cause_name(Cause cause) {
    switch (cause) {
        case Cause::kDeclined: return "declined";
        case Cause::kSilent: return "silent";
        case Cause::kTooLate: return "too-late";
        case Cause::kFailed: return "failed";
        case Cause::kRefused: return "refused";
        case Cause::kRevoked: return "revoked";
        case Cause::kGroupLost: return "group-lost";
    }
    return "unknown";
}

std::string_view failure_name(FailureKind kind) {
    switch (kind) {
        case FailureKind::kTooFewSites: return "too-few-sites";
        case FailureKind::kMandatoryMissing: return "mandatory-missing";
        case FailureKind::kSiteRevoked: return "site-revoked";
        case FailureKind::kUnmasking: return "unmasking";
        case FailureKind::kAborted: return "aborted";
        case FailureKind::kAggregation: return "aggregation";
        case FailureKind::kSetup: return "setup";
    }
    return "unknown";
}

}  // namespace huizhen::rounds
