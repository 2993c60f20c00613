#pragma once

// Whose call it is, by certificate, with the revocations of this moment.

#include <memory>
#include <mutex>

#include <huizhen/base/clock.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/rpc/peer.h>

namespace huizhen::coordinator {

// Any thread.
class Peers final : public rpc::PeerCheck {
  public:
    // `verifier` and `clock` outlive it.
    Peers(const identity::PeerVerifier& verifier, const Clock& clock)
        : verifier_(verifier), clock_(clock), revocations_(std::make_shared<const identity::Revocations>()) {}

    Result<rpc::Peer> check(std::string_view leaf_certificate_pem) const override;
    void set_revocations(identity::Revocations revocations);

  private:
    const identity::PeerVerifier& verifier_;
    const Clock& clock_;
    mutable std::mutex mutex_;  // of the pointer
    // Co-owned by the calls that look at it while a newer one takes its place.
    std::shared_ptr<const identity::Revocations> revocations_;
};

}  // namespace huizhen::coordinator
