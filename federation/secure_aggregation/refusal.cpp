#include <huizhen/secure_aggregation/refusal.h>

namespace huizhen::secagg {

namespace {

struct Entry {
    Refusal refusal;
    std::string_view name;
    ErrorCode code;
};

constexpr Entry kEntries[] = {
    {Refusal::kTruncated, "truncated", ErrorCode::kMalformedInput},
    {Refusal::kMalformed, "malformed", ErrorCode::kMalformedInput},
    {Refusal::kUnsupportedVersion, "unsupported-version", ErrorCode::kUnsupported},
    {Refusal::kOutOfOrder, "out-of-order", ErrorCode::kIntegrity},
    {Refusal::kWrongRound, "wrong-round", ErrorCode::kIntegrity},
    {Refusal::kForged, "forged", ErrorCode::kIntegrity},
    {Refusal::kUnknownSite, "unknown-site", ErrorCode::kNotFound},
    {Refusal::kDuplicate, "duplicate", ErrorCode::kIntegrity},
    {Refusal::kWeakKey, "weak-key", ErrorCode::kIntegrity},
    {Refusal::kReusedKey, "reused-key", ErrorCode::kIntegrity},
    {Refusal::kUnsafeShape, "unsafe-shape", ErrorCode::kPermissionDenied},
    {Refusal::kAgainstPolicy, "against-policy", ErrorCode::kPermissionDenied},
    {Refusal::kFewerThanThreshold, "fewer-than-threshold", ErrorCode::kUnavailable},
    {Refusal::kActiveAndDropped, "active-and-dropped", ErrorCode::kIntegrity},
    {Refusal::kOwnSiteMisreported, "own-site-misreported", ErrorCode::kIntegrity},
    {Refusal::kInconsistent, "inconsistent", ErrorCode::kIntegrity},
    {Refusal::kWrongShare, "wrong-share", ErrorCode::kIntegrity},
    {Refusal::kWrongLength, "wrong-length", ErrorCode::kMalformedInput},
};

const Entry& entry_of(Refusal refusal) {
    return *std::find_if(std::begin(kEntries), std::end(kEntries),
                         [&](const Entry& entry) { return entry.refusal == refusal; });
}

}  // namespace

std::string_view refusal_name(Refusal refusal) { return entry_of(refusal).name; }

tl::unexpected<Error> refuse(Refusal refusal, std::string_view detail) {
    const Entry& entry = entry_of(refusal);
    return fail(Error(entry.code, std::string(detail)).within(entry.name));
}

bool is_refusal(const Error& error, Refusal refusal) {
    return error.message().starts_with(std::string(refusal_name(refusal)) + ":");
}

}  // namespace huizhen::secagg
