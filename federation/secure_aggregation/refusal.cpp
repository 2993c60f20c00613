#include <huizhen/base/refusal_table.h>
#include <huizhen/secure_aggregation/refusal.h>

namespace huizhen::secagg {

namespace {

constexpr RefusalEntry<Refusal> kEntries[] = {
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

constexpr RefusalTable<Refusal> kTable(kEntries);

}  // namespace

std::string_view refusal_name(Refusal refusal) { return kTable.name_of(refusal); }

tl::unexpected<Error> refuse(Refusal refusal, std::string_view detail) {
    return kTable.refuse(refusal, detail);
}

bool is_refusal(const Error& error, Refusal refusal) { return kTable.is(error, refusal); }

}  // namespace huizhen::secagg
