#include "peers.h"

#include <huizhen/identity/certificate.h>

namespace huizhen::coordinator {

Result<rpc::Peer> Peers::check(std::string_view leaf_certificate_pem) const {
    HZ_ASSIGN(const auto claimed, identity::Certificate::read(leaf_certificate_pem));
    HZ_ASSIGN(const identity::PeerIdentity claim, identity::read_identity(claimed));
    std::shared_ptr<const identity::Revocations> revocations;
    {
        const std::lock_guard lock(mutex_);
        revocations = revocations_;
    }
    HZ_ASSIGN(const identity::PeerIdentity peer,
              verifier_.verify(leaf_certificate_pem, claim.role, clock_.now(), *revocations));
    rpc::Role role = rpc::Role::kSite;
    if (peer.role == identity::Role::kCoordinator) role = rpc::Role::kCoordinator;
    if (peer.role == identity::Role::kOperator) role = rpc::Role::kOperator;
    return rpc::Peer{role, peer.name, to_hex(peer.fingerprint)};
}

void Peers::set_revocations(identity::Revocations revocations) {
    auto fresh = std::make_shared<const identity::Revocations>(std::move(revocations));
    const std::lock_guard lock(mutex_);
    revocations_ = std::move(fresh);
}

}  // namespace huizhen::coordinator
