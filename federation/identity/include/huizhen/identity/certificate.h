#pragma once

// An X.509 v3 certificate as a value. Reading says what stands in it, not that it is true: that is
// PeerVerifier's work. Ed25519 alone, in the key and in the signature.

#include <vector>

#include <huizhen/identity/peer_identity.h>

namespace huizhen::identity {

inline constexpr std::size_t kMaxCertificateBytes = 8192;  // of DER; ours have 500
inline constexpr std::size_t kMaxChain = 4;

class Certificate {
  public:
    // "certificate-too-large", "certificate-malformed", "certificate-unsupported" (another algorithm, version
    // or a serial of more than 128 bits). One PEM block or DER, and nothing behind it.
    static Result<Certificate> read(BytesView pem_or_der);
    static Result<Certificate> read(std::string_view pem);

    const Bytes& der() const { return der_; }
    std::string pem() const;
    const Sha256Digest& fingerprint() const { return fingerprint_; }
    const Serial& serial() const { return serial_; }
    const PublicKey& public_key() const { return public_key_; }
    Time not_before() const { return not_before_; }
    Time not_after() const { return not_after_; }

  private:
    Bytes der_;
    Sha256Digest fingerprint_{};
    Serial serial_{};
    PublicKey public_key_{};
    Time not_before_, not_after_;
};

// One to kMaxChain PEM blocks, the leaf first, as a TLS library hands them over.
Result<std::vector<Certificate>> read_chain(std::string_view pem);

// Role and name too. "certificate-nameless": not exactly one "huizhen:" URI, or one that does not fit the
// certificate's key usages.
Result<PeerIdentity> read_identity(const Certificate& certificate);
Result<PeerIdentity> read_identity(BytesView pem_or_der);

}  // namespace huizhen::identity
