#include <huizhen/rpc/refusal.h>

namespace huizhen::rpc {

namespace {

struct Entry {
    Refusal refusal;
    std::string_view name;
    ErrorCode code;
};

constexpr Entry kEntries[] = {
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

}  // namespace huizhen::rpc
