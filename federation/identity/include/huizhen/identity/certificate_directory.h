#pragma once

// Certificates as secure aggregation asks for them: who signs, and whose signature it is.

#include <huizhen/identity/peer_verifier.h>
#include <huizhen/identity/private_key.h>
#include <huizhen/identity/site_pins.h>
#include <huizhen/secure_aggregation/signature.h>

namespace huizhen::identity {

// The site's certificate key as secure aggregation's signer. Any thread.
class SiteSigner final : public secagg::Signer {
  public:
    // "key-of-another": not the key in the certificate.
    static Result<SiteSigner> create(const PrivateKey& key, const PeerIdentity& certificate);
    Bytes sign(BytesView message) const override { return key_.sign(message); }
    const secagg::SiteId& site() const { return site_; }

  private:
    SiteSigner(PrivateKey key, secagg::SiteId site) : key_(std::move(key)), site_(std::move(site)) {}
    PrivateKey key_;
    secagg::SiteId site_;
};

// The sites of a round, each by a certificate that leads up to the pinned root and that the site's own pins
// accept. A snapshot: build it again when a certificate, a revocation or a pin changes. Any thread.
class CertificateDirectory final : public secagg::Directory {
  public:
    struct Refused {
        Sha256Digest fingerprint{};
        std::string name;  // empty where it could not be read
        Error reason;
    };
    // Of one site, up to this many: the old and the new one while it renews.
    static constexpr std::size_t kMaxPerSite = 2;

    // Certificates (PEM or DER, leaves) that do not hold are left out and named in refused().
    static CertificateDirectory build(const PeerVerifier& verifier, std::span<const Bytes> certificates,
                                      Time now, const Revocations& revocations, const SitePins& pins);

    Status verify(const secagg::SiteId& site, BytesView message, BytesView signature) const override;

    const std::vector<PeerIdentity>& sites() const { return sites_; }
    const std::vector<Refused>& refused() const { return refused_; }

  private:
    CertificateDirectory() = default;
    std::vector<secagg::Ed25519Directory> keys_;  // the i-th holds each site's i-th key; kMaxPerSite of them
    std::vector<PeerIdentity> sites_;
    std::vector<Refused> refused_;
};

}  // namespace huizhen::identity
