#pragma once

#include <huizhen/base/clock.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/rpc/peer.h>

namespace huizhen::site {

// The coordinator's server, under a root that was compared with the invitation.
class ServerCheck final : public rpc::PeerCheck {
  public:
    ServerCheck(const identity::Certificate& root, const Clock& clock) : root_(root), clock_(clock) {}
    Result<rpc::Peer> check(std::string_view certificate_pem) const override {
        HZ_ASSIGN(const auto chain, identity::read_chain(certificate_pem));
        std::vector<identity::Bytes> der;
        for (const identity::Certificate& certificate : chain) der.push_back(certificate.der());
        HZ_ASSIGN(const auto who,
                  identity::verify_peer(der, identity::Role::kCoordinator, clock_.now(), {}, root_));
        return rpc::Peer{rpc::Role::kCoordinator, who.name, to_hex(who.fingerprint)};
    }

  private:
    const identity::Certificate& root_;
    const Clock& clock_;
};

}  // namespace huizhen::site
