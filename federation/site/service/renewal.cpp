#include "renewal.h"

#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/refusal.h>

namespace huizhen::site {

bool is_renewal_due(const identity::PeerIdentity& certificate, identity::Time now) {
    return certificate.not_after - now < (certificate.not_after - certificate.not_before) / 3;
}

Result<RenewalRequest> prepare_renewal(const Context& context) {
    HZ_ASSIGN(const identity::PrivateKey next, context.keys.next_key(*context.parts.random));
    HZ_ASSIGN(const auto request,
              identity::make_request(next, identity::Role::kSite, context.certificate.who.name));
    const auto proof = identity::prove_renewal(request, context.certificate.key);
    return RenewalRequest{identity::request_pem(request), std::string(proof.begin(), proof.end())};
}

Result<SiteCertificate> finish_renewal(const rpc::EnrolReply& reply, const Context& context) {
    if (reply.state != rpc::EnrolReply::State::kIssued)
        return fail(ErrorCode::kPermissionDenied, "renewal-refused: " + reply.reason);
    HZ_ASSIGN(const auto who,
              context.trust->verifier().verify(reply.certificate_chain_pem, identity::Role::kSite,
                                               context.parts.clock->now(), {}));
    if (who.name != context.certificate.who.name)
        return identity::refusal::kRequestOtherName.because("the new certificate is for " + who.name);
    HZ_ASSIGN(const identity::PrivateKey next, context.keys.next_key(*context.parts.random));
    HZ_TRY(context.keys.install(next, reply.certificate_chain_pem));
    return context.keys.certificate();
}

}  // namespace huizhen::site
