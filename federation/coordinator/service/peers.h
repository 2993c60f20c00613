#pragma once

// Whose call it is, by certificate: one under our root that was issued here, as the log of certificates has
// it, and is not revoked at this moment. A certificate that a copy of the issuing key made is in no log.

#include <huizhen/base/clock.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/rpc/peer.h>

#include "members/roster.h"

namespace huizhen::coordinator {

// Any thread.
class Peers final : public rpc::PeerCheck {
  public:
    // All outlive it.
    Peers(const identity::PeerVerifier& verifier, const Roster& roster, const Clock& clock)
        : verifier_(verifier), roster_(roster), clock_(clock) {}

    // "certificate-not-issued", and what the verifier refuses.
    Result<rpc::Peer> check(std::string_view leaf_certificate_pem) const override;

  private:
    const identity::PeerVerifier& verifier_;
    const Roster& roster_;
    const Clock& clock_;
};

}  // namespace huizhen::coordinator
