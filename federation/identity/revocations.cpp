#include <huizhen/base/clock.h>
#include <huizhen/identity/refusal.h>
#include <huizhen/identity/revocations.h>

namespace huizhen::identity {

const Revocation* Revocations::find(const Serial& serial) const {
    const auto found = serials_.find(serial);
    return found == serials_.end() ? nullptr : &found->second;
}

std::vector<Revocation> Revocations::entries() const {
    std::vector<Revocation> list;
    for (const auto& [serial, revocation] : serials_) list.push_back(revocation);
    return list;
}

Status check_not_revoked(const PeerIdentity& peer, const Revocations& revocations) {
    if (const Revocation* revocation = revocations.find(peer.serial)) {
        return refusal::kCertificateRevoked.because(uri_of(peer.role, peer.name) + " since " +
                                                    to_iso8601(revocation->at));
    }
    const auto banned = revocations.banned().find({peer.role, peer.name});
    if (banned != revocations.banned().end()) {
        return refusal::kCertificateRevoked.because("every certificate of " + uri_of(peer.role, peer.name) +
                                                    " since " + to_iso8601(banned->second));
    }
    return {};
}

}  // namespace huizhen::identity
