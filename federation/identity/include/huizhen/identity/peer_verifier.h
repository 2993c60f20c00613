#pragma once

// Is this certificate one of ours? Up to the root that a person pinned, whoever sent it.

#include <memory>

#include <huizhen/identity/certificate.h>
#include <huizhen/identity/revocations.h>

namespace huizhen::identity {

// Signatures are checked once for each certificate and remembered (up to kMaxRemembered); dates and
// revocations are looked at on every call. Any thread.
class PeerVerifier {
  public:
    static constexpr std::size_t kMaxRemembered = 16384;

    // `issuers`: issuing certificates already known, for peers that present their leaf alone.
    // "certificate-untrusted": `root` is not self-signed or is no authority.
    static Result<PeerVerifier> create(const Certificate& root, std::span<const Certificate> issuers = {});
    ~PeerVerifier();
    PeerVerifier(PeerVerifier&&) noexcept;
    PeerVerifier& operator=(PeerVerifier&&) noexcept;

    // The chain is PEM or DER, the leaf first; what it holds beside the leaf and the way to the root is
    // ignored. "certificate-untrusted", "-other-role", "-too-early", "-expired", "-revoked" (the leaf or the
    // issuing certificate), and what read_identity refuses.
    Result<PeerIdentity> verify(std::span<const Bytes> chain, Role role, Time now,
                                const Revocations& revocations) const;
    // All blocks in one text, as gRPC and PEM files have it.
    Result<PeerIdentity> verify(std::string_view chain_pem, Role role, Time now,
                                const Revocations& revocations) const;

    const Certificate& root() const;
    std::uint64_t signature_checks() const;  // how many chains were not remembered

  private:
    struct State;
    explicit PeerVerifier(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Once, without memory.
Result<PeerIdentity> verify_peer(std::span<const Bytes> chain, Role role, Time now,
                                 const Revocations& revocations, const Certificate& root);

// At enrolment: "other-root" unless `root` is the one the invitation names.
Status check_root(const Certificate& root, const Sha256Digest& pinned);

}  // namespace huizhen::identity
