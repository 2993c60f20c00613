#include <mutex>
#include <unordered_map>

#include <huizhen/base/clock.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/identity/refusal.h>

#include "chain.h"
#include "digest_hash.h"

namespace huizhen::identity {

namespace {

struct Verified {
    PeerIdentity peer;
    Serial issuer{};
    Time begin, end;  // of the certificates above it, together
};

Result<Verified> verify_once(const Certificate& leaf, std::span<const Certificate> others,
                             const Certificate& root) {
    HZ_ASSIGN(PeerIdentity peer, read_identity(leaf));
    HZ_ASSIGN(const Certificate issuer, find_issuer(leaf, peer.role, others, root));
    return Verified{std::move(peer), issuer.serial(), std::max(issuer.not_before(), root.not_before()),
                    std::min(issuer.not_after(), root.not_after())};
}

Status check_dates(Time begin, Time end, Time now, const std::string& whose) {
    if (now < begin) {
        return refusal::kCertificateTooEarly.because(whose + " begins " + to_iso8601(begin) +
                                                     ": is this machine's clock right?");
    }
    if (now > end) return refusal::kCertificateExpired.because(whose + " ended " + to_iso8601(end));
    return {};
}

Status check_now(const Verified& verified, Role role, Time now, const Revocations& revocations) {
    const PeerIdentity& peer = verified.peer;
    const std::string uri = uri_of(peer.role, peer.name);
    if (peer.role != role) {
        return refusal::kCertificateOtherRole.because(uri + " is no " + std::string(role_name(role)));
    }
    HZ_TRY(check_dates(peer.not_before, peer.not_after, now, uri));
    HZ_TRY(check_dates(verified.begin, verified.end, now, "the authority of " + uri));
    HZ_TRY(check_not_revoked(peer, revocations));
    if (const Revocation* revocation = revocations.find(verified.issuer)) {
        return refusal::kCertificateRevoked.because("the issuing key of " + uri + " since " +
                                                    to_iso8601(revocation->at));
    }
    return {};
}

}  // namespace

struct PeerVerifier::State {
    explicit State(Certificate pinned) : root(std::move(pinned)) {}

    const Certificate root;
    std::vector<Certificate> issuers;

    std::mutex mutex;  // guards what follows
    std::unordered_map<Sha256Digest, Verified, DigestHash> remembered;
    std::uint64_t signature_checks = 0;

    std::optional<Verified> recall(const Sha256Digest& fingerprint) {
        const std::lock_guard lock(mutex);
        const auto found = remembered.find(fingerprint);
        return found == remembered.end() ? std::nullopt : std::optional(found->second);
    }
    // What failed is not kept: it may fail for want of an issuing certificate that comes later.
    Result<Verified> learn(const Certificate& leaf, std::span<const Certificate> others) {
        std::vector<Certificate> known(others.begin(), others.end());
        known.insert(known.end(), issuers.begin(), issuers.end());
        auto verified = verify_once(leaf, known, root);
        const std::lock_guard lock(mutex);
        ++signature_checks;
        if (verified) {
            if (remembered.size() >= kMaxRemembered) remembered.clear();
            remembered.try_emplace(leaf.fingerprint(), *verified);
        }
        return verified;
    }
};

PeerVerifier::PeerVerifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
PeerVerifier::~PeerVerifier() = default;
PeerVerifier::PeerVerifier(PeerVerifier&&) noexcept = default;
PeerVerifier& PeerVerifier::operator=(PeerVerifier&&) noexcept = default;

Result<PeerVerifier> PeerVerifier::create(const Certificate& root, std::span<const Certificate> issuers) {
    HZ_TRY(check_root_form(root));
    for (const Certificate& issuer : issuers) HZ_TRY(check_issuer(issuer, root));
    auto state = std::make_unique<State>(root);
    state->issuers.assign(issuers.begin(), issuers.end());
    return PeerVerifier(std::move(state));
}

Result<PeerIdentity> PeerVerifier::verify(std::span<const Bytes> chain, Role role, Time now,
                                          const Revocations& revocations) const {
    if (chain.empty()) return refusal::kCertificateMalformed.because("there is none");
    if (chain.size() > kMaxChain) return refusal::kCertificateTooLarge.because("more than 4 in a chain");
    if (chain.front().size() > 2 * kMaxCertificateBytes) {
        return refusal::kCertificateTooLarge.because(std::to_string(chain.front().size()) + " bytes");
    }
    const Bytes leaf_der = der_of(chain.front(), "CERTIFICATE");
    std::optional<Verified> verified = state_->recall(sha256(std::as_bytes(std::span(leaf_der))));
    if (!verified) {
        HZ_ASSIGN(const Certificate leaf, Certificate::read(leaf_der));
        std::vector<Certificate> others;
        for (const Bytes& bytes : chain.subspan(1)) {
            HZ_ASSIGN(Certificate other, Certificate::read(bytes));
            others.push_back(std::move(other));
        }
        HZ_ASSIGN(verified, state_->learn(leaf, others));
    }
    HZ_TRY(check_now(*verified, role, now, revocations));
    return std::move(verified->peer);
}

Result<PeerIdentity> PeerVerifier::verify(std::string_view chain_pem, Role role, Time now,
                                          const Revocations& revocations) const {
    if (chain_pem.size() > kMaxChain * 2 * kMaxCertificateBytes) {
        return refusal::kCertificateTooLarge.because(std::to_string(chain_pem.size()) + " bytes");
    }
    HZ_ASSIGN(const std::vector<Certificate> certificates, read_chain(chain_pem));
    std::vector<Bytes> chain;
    for (const Certificate& certificate : certificates) chain.push_back(certificate.der());
    return verify(chain, role, now, revocations);
}

const Certificate& PeerVerifier::root() const { return state_->root; }

std::uint64_t PeerVerifier::signature_checks() const {
    const std::lock_guard lock(state_->mutex);
    return state_->signature_checks;
}

Result<PeerIdentity> verify_peer(std::span<const Bytes> chain, Role role, Time now,
                                 const Revocations& revocations, const Certificate& root) {
    HZ_ASSIGN(const PeerVerifier verifier, PeerVerifier::create(root));
    return verifier.verify(chain, role, now, revocations);
}

Status check_root(const Certificate& root, const Sha256Digest& pinned) {
    HZ_TRY(check_root_form(root));
    if (root.fingerprint() == pinned) return {};
    return refusal::kOtherRoot.because("this coordinator's root is not the one the invitation names");
}

}  // namespace huizhen::identity
