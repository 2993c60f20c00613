#include "identity_entry.h"

#include <huizhen/base/check.h>
#include <huizhen/identity/certificate.h>
#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/invitation.h>

namespace huizhen::fuzz {

namespace {

using namespace identity;

template <typename T>
bool checked(const Result<T>& result) {
    if (result) return true;
    HZ_CHECK(result.error().message().find(": ") != std::string::npos, "a refusal by name, with a reason");
    HZ_CHECK(result.error().code() != ErrorCode::kInternal, "bad input is no bug of ours");
    return false;
}

bool read_certificate(BytesView bytes) {
    const auto certificate = Certificate::read(bytes);
    if (!checked(certificate)) return false;
    const auto again = Certificate::read(certificate->pem());
    HZ_CHECK(again && again->der() == certificate->der(), "the same certificate as PEM");
    HZ_CHECK(certificate->not_before() <= certificate->not_after(), "dates in order");
    const auto peer = read_identity(*certificate);
    if (checked(peer)) HZ_CHECK(check_name(peer->name), "a name by the rules");
    return true;
}

bool read_invitation_text(std::string_view text) {
    const auto invitation = read_invitation(text);
    if (!checked(invitation)) return false;
    const SecretText written = invitation_text(*invitation);
    const auto again = read_invitation(written.reveal_secret("it is a fuzzer's"));
    HZ_CHECK(again && again->secret == invitation->secret && again->name == invitation->name &&
                 again->coordinator == invitation->coordinator && again->root == invitation->root,
             "the same invitation");
    return true;
}

}  // namespace

bool read_identity_input(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return false;
    const BytesView rest = bytes.subspan(1);
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    switch (bytes.front()) {
        case 0: {
            const auto request = read_request(rest);
            if (request) HZ_CHECK(check_name(request->name), "a name by the rules");
            return checked(request);
        }
        case 1: return read_certificate(rest);
        case 2: return checked(read_chain(text));
        case 3: return read_invitation_text(text);
        default: return false;
    }
}

}  // namespace huizhen::fuzz
