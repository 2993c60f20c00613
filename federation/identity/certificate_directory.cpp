#include <algorithm>

#include <huizhen/identity/certificate_directory.h>
#include <huizhen/identity/refusal.h>
#include <huizhen/secure_aggregation/refusal.h>

namespace huizhen::identity {

Result<SiteSigner> SiteSigner::create(const PrivateKey& key, const PeerIdentity& certificate) {
    if (key.public_key() != certificate.public_key) {
        return refusal::kKeyOfAnother.because("the key is not the one in the certificate of " +
                                              certificate.name);
    }
    return SiteSigner(key.clone(), secagg::SiteId(certificate.name));
}

CertificateDirectory CertificateDirectory::build(const PeerVerifier& verifier,
                                                 std::span<const Bytes> certificates, Time now,
                                                 const Revocations& revocations, const SitePins& pins) {
    CertificateDirectory directory;
    std::array<std::map<secagg::SiteId, PublicKey>, kMaxPerSite> keys;
    const auto refuse = [&](const Bytes& bytes, const Error& reason) {
        const auto readable = read_identity(bytes);
        directory.refused_.push_back(
            {sha256(std::as_bytes(std::span(bytes))), readable ? readable->name : std::string(), reason});
    };
    for (const Bytes& bytes : certificates) {
        auto site = verifier.verify(std::span(&bytes, 1), Role::kSite, now, revocations);
        if (!site) {
            refuse(bytes, site.error());
            continue;
        }
        if (const auto pinned = pins.check(*site); !pinned) {
            refuse(bytes, pinned.error());
            continue;
        }
        const secagg::SiteId id(site->name);
        const auto known = [&](const auto& layer) {
            const auto found = layer.find(id);
            return found != layer.end() && found->second == site->public_key;
        };
        if (std::any_of(keys.begin(), keys.end(), known)) continue;
        const auto free =
            std::find_if(keys.begin(), keys.end(), [&](const auto& layer) { return !layer.contains(id); });
        if (free == keys.end()) {
            const Error reason(ErrorCode::kLimitExceeded, "more than two keys of one site at a time");
            refuse(bytes, reason.within(refusal::kCertificateUntrusted.name));
            continue;
        }
        free->emplace(id, site->public_key);
        directory.sites_.push_back(std::move(*site));
    }
    for (auto& layer : keys) directory.keys_.emplace_back(std::move(layer));
    return directory;
}

Status CertificateDirectory::verify(const secagg::SiteId& site, BytesView message,
                                    BytesView signature) const {
    auto first = keys_.front().verify(site, message, signature);
    if (first) return first;
    for (const auto& keys : std::span(keys_).subspan(1)) {
        if (keys.verify(site, message, signature)) return {};
    }
    return first;  // unknown-site, or forged
}

}  // namespace huizhen::identity
