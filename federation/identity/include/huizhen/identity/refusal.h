#pragma once

// Every refusal has a name, and an error's message starts with it: "invitation-used: ...". The names are
// stable: logs, audit records and peers keep them.

#include <string_view>

#include <huizhen/base/result.h>

namespace huizhen::identity {

struct Refusal {
    std::string_view name;
    ErrorCode code;

    tl::unexpected<Error> because(std::string_view sentence) const {
        return fail(Error(code, std::string(sentence)).within(name));
    }
    bool is(const Error& error) const { return error.message().starts_with(std::string(name) + ":"); }
};

namespace refusal {

inline constexpr Refusal kNameMalformed{"name-malformed", ErrorCode::kInvalidArgument};

inline constexpr Refusal kKeyMalformed{"key-malformed", ErrorCode::kMalformedInput};
inline constexpr Refusal kKeyOfAnother{"key-of-another", ErrorCode::kIntegrity};
inline constexpr Refusal kPassphraseWeak{"passphrase-weak", ErrorCode::kInvalidArgument};
inline constexpr Refusal kPassphraseWrong{"passphrase-wrong", ErrorCode::kPermissionDenied};

inline constexpr Refusal kCertificateTooLarge{"certificate-too-large", ErrorCode::kLimitExceeded};
inline constexpr Refusal kCertificateMalformed{"certificate-malformed", ErrorCode::kMalformedInput};
inline constexpr Refusal kCertificateUnsupported{"certificate-unsupported", ErrorCode::kUnsupported};
inline constexpr Refusal kCertificateNameless{"certificate-nameless", ErrorCode::kPermissionDenied};
inline constexpr Refusal kCertificateUntrusted{"certificate-untrusted", ErrorCode::kIntegrity};
inline constexpr Refusal kCertificateOtherRole{"certificate-other-role", ErrorCode::kPermissionDenied};
inline constexpr Refusal kCertificateTooEarly{"certificate-too-early", ErrorCode::kPermissionDenied};
inline constexpr Refusal kCertificateExpired{"certificate-expired", ErrorCode::kPermissionDenied};
inline constexpr Refusal kCertificateRevoked{"certificate-revoked", ErrorCode::kPermissionDenied};
inline constexpr Refusal kOtherRoot{"other-root", ErrorCode::kIntegrity};

inline constexpr Refusal kRequestTooLarge{"request-too-large", ErrorCode::kLimitExceeded};
inline constexpr Refusal kRequestMalformed{"request-malformed", ErrorCode::kMalformedInput};
inline constexpr Refusal kRequestUnsupported{"request-unsupported", ErrorCode::kUnsupported};
inline constexpr Refusal kRequestForged{"request-forged", ErrorCode::kIntegrity};
inline constexpr Refusal kRequestOtherName{"request-other-name", ErrorCode::kPermissionDenied};
inline constexpr Refusal kRequestOldKey{"request-old-key", ErrorCode::kInvalidArgument};
inline constexpr Refusal kRenewalForged{"renewal-forged", ErrorCode::kIntegrity};

inline constexpr Refusal kInvitationMistyped{"invitation-mistyped", ErrorCode::kInvalidArgument};
inline constexpr Refusal kInvitationTooNew{"invitation-too-new", ErrorCode::kUnsupported};
inline constexpr Refusal kInvitationUnknown{"invitation-unknown", ErrorCode::kPermissionDenied};
inline constexpr Refusal kInvitationOtherSite{"invitation-other-site", ErrorCode::kPermissionDenied};
inline constexpr Refusal kInvitationWithdrawn{"invitation-withdrawn", ErrorCode::kPermissionDenied};
inline constexpr Refusal kInvitationUsed{"invitation-used", ErrorCode::kPermissionDenied};
inline constexpr Refusal kInvitationExpired{"invitation-expired", ErrorCode::kPermissionDenied};

inline constexpr Refusal kSiteUnlisted{"site-unlisted", ErrorCode::kPermissionDenied};
inline constexpr Refusal kSiteKeyChanged{"site-key-changed", ErrorCode::kIntegrity};
inline constexpr Refusal kListMalformed{"list-malformed", ErrorCode::kMalformedInput};
inline constexpr Refusal kListForged{"list-forged", ErrorCode::kIntegrity};
inline constexpr Refusal kLogRewritten{"log-rewritten", ErrorCode::kIntegrity};

}  // namespace refusal
}  // namespace huizhen::identity
