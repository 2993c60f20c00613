#include <huizhen/base/refusal_table.h>
#include <huizhen/rpc/refusal.h>

namespace huizhen::rpc {

namespace {

constexpr RefusalEntry<Refusal> kEntries[] = {
    {Refusal::kNoCertificate, "no-certificate", ErrorCode::kPermissionDenied},
    {Refusal::kWrongRole, "wrong-role", ErrorCode::kPermissionDenied},
    {Refusal::kUnsupportedVersion, "unsupported-version", ErrorCode::kUnsupported},
    {Refusal::kMalformed, "malformed", ErrorCode::kMalformedInput},
    {Refusal::kTooLarge, "too-large", ErrorCode::kLimitExceeded},
    {Refusal::kOutOfOrder, "out-of-order", ErrorCode::kIntegrity},
    {Refusal::kRepeated, "repeated", ErrorCode::kIntegrity},
    {Refusal::kWrongSession, "wrong-session", ErrorCode::kIntegrity},
    {Refusal::kWrongSite, "wrong-site", ErrorCode::kPermissionDenied},
    {Refusal::kReplaced, "replaced", ErrorCode::kUnavailable},
    {Refusal::kSilent, "silent", ErrorCode::kUnavailable},
    {Refusal::kBusy, "busy", ErrorCode::kLimitExceeded},
    {Refusal::kNotConnected, "not-connected", ErrorCode::kUnavailable},
    {Refusal::kNotExpected, "not-expected", ErrorCode::kPermissionDenied},
    {Refusal::kNotAllowed, "not-allowed", ErrorCode::kPermissionDenied},
    {Refusal::kWrongDigest, "wrong-digest", ErrorCode::kIntegrity},
    {Refusal::kWrongOffset, "wrong-offset", ErrorCode::kIntegrity},
    {Refusal::kNoSpace, "no-space", ErrorCode::kIo},
    {Refusal::kShuttingDown, "shutting-down", ErrorCode::kUnavailable},
    {Refusal::kUnreachable, "unreachable", ErrorCode::kUnavailable},
};

constexpr RefusalTable<Refusal> kTable(kEntries);

}  // namespace

std::string_view refusal_name(Refusal refusal) { return kTable.name_of(refusal); }

tl::unexpected<Error> refuse(Refusal refusal, std::string_view detail) {
    return kTable.refuse(refusal, detail);
}

bool is_refusal(const Error& error, Refusal refusal) { return kTable.is(error, refusal); }

}  // namespace huizhen::rpc
