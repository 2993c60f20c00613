#include "peers.h"

#include <huizhen/identity/certificate.h>

namespace huizhen::coordinator {

Result<rpc::Peer> Peers::check(std::string_view leaf_certificate_pem) const {
    HZ_ASSIGN(const auto claimed, identity::Certificate::read(leaf_certificate_pem));
    HZ_ASSIGN(const identity::PeerIdentity claim, identity::read_identity(claimed));
    const auto roster = roster_.now();
    HZ_ASSIGN(const identity::PeerIdentity peer,
              verifier_.verify(leaf_certificate_pem, claim.role, clock_.now(), roster->revocations));
    const std::string fingerprint = to_hex(peer.fingerprint);
    if (!roster->fingerprints.contains(fingerprint))
        return fail(ErrorCode::kPermissionDenied, "certificate-not-issued: the certificate of " + peer.name +
                                                      " is in no log of this coordinator");
    rpc::Role role = rpc::Role::kSite;
    if (peer.role == identity::Role::kCoordinator) role = rpc::Role::kCoordinator;
    if (peer.role == identity::Role::kOperator) role = rpc::Role::kOperator;
    return rpc::Peer{role, peer.name, fingerprint};
}

}  // namespace huizhen::coordinator
