#include "trust.h"

#include <huizhen/base/check.h>
#include <huizhen/identity/refusal.h>
#include <huizhen/identity/revocation_list.h>

namespace huizhen::site {
namespace {

using identity::Certificate;
using identity::PeerIdentity;

constexpr std::string_view kRefusedName = "unknown-site";

// Where a chain holds more than its leaf, who signed it, if that is one of this root.
Status add_issuer(const std::vector<Certificate>& chain, const Certificate& root, MembershipStore& store) {
    if (chain.size() < 2 || !identity::PeerVerifier::create(root, std::span(&chain[1], 1))) return {};
    return store.add(chain[1]);
}

Result<identity::LogHead> head_of(const rpc::RosterPage& page) {
    identity::LogHead head;
    head.count = page.count;
    // Nothing was ever issued.
    if (page.head.empty() && page.count == 0) return head;
    if (page.head.size() != head.hash.size())
        return identity::refusal::kLogRewritten.because("the head of the log is not 32 bytes long");
    std::ranges::copy(page.head, reinterpret_cast<char*>(head.hash.data()));
    return head;
}

tl::unexpected<Error> shorter(std::uint64_t known) {
    return identity::refusal::kLogRewritten.because("the log of certificates has fewer than the " +
                                                    std::to_string(known) + " seen here");
}

tl::unexpected<Error> refused(const std::string& who, const Error& why) {
    return fail(ErrorCode::kPermissionDenied,
                std::string(kRefusedName) + ": the certificate of " + who + ": " + why.message());
}

}  // namespace

Result<std::unique_ptr<Trust>> Trust::open(Certificate root, std::string_view own_chain,
                                           const std::set<rounds::SiteId>& known_sites,
                                           MembershipStore& store, const Clock& clock) {
    using Others = identity::SitePins::Others;
    identity::SitePins pins(known_sites.empty() ? Others::kAccept : Others::kRefuse);
    for (const rounds::SiteId& site : known_sites) pins.know(site.str());
    std::unique_ptr<Trust> trust(new Trust(std::move(root), std::move(pins), store, clock));
    HZ_ASSIGN(const auto chain, identity::read_chain(own_chain));
    HZ_TRY(add_issuer(chain, trust->root_, store));
    HZ_TRY(trust->reload());
    return trust;
}

Status Trust::reload() {
    HZ_ASSIGN(const auto issuers, store_.issuers());
    HZ_ASSIGN(auto verifier, identity::PeerVerifier::create(root_, issuers));
    HZ_ASSIGN(auto revocations, store_.revocations());
    verifier_ = std::make_shared<const identity::PeerVerifier>(std::move(verifier));
    auto snapshot = std::make_shared<const Snapshot>(Snapshot{verifier_, std::move(revocations)});
    const std::lock_guard lock(mutex_);
    snapshot_ = std::move(snapshot);
    return {};
}

Result<rpc::Peer> Trust::check(std::string_view certificate_pem) const {
    std::shared_ptr<const Snapshot> now;
    {
        const std::lock_guard lock(mutex_);
        now = snapshot_;
    }
    auto peer =
        now->verifier->verify(certificate_pem, identity::Role::kCoordinator, clock_.now(), now->revocations);
    if (!peer && identity::refusal::kCertificateOtherRole.is(peer.error())) {
        peer = now->verifier->verify(certificate_pem, identity::Role::kSite, clock_.now(), now->revocations);
        if (!peer) return fail(peer.error());
        return rpc::Peer{rpc::Role::kSite, peer->name, to_hex(peer->fingerprint)};
    }
    if (!peer) return fail(peer.error());
    return rpc::Peer{rpc::Role::kCoordinator, peer->name, to_hex(peer->fingerprint)};
}

Status Trust::take(const rpc::RosterPage& page, std::uint64_t skip) {
    HZ_ASSIGN(const identity::LogHead known, store_.log_head());
    HZ_CHECK(skip == 0 || skip == known.count, "the log is read from its start or from where it was left");
    HZ_ASSIGN(const identity::LogHead claimed, head_of(page));
    std::vector<SeenCertificate> seen;
    std::vector<identity::LogEntry> entries;
    for (const rpc::IssuedCertificate& issued : page.certificates) {
        HZ_ASSIGN(const auto chain, identity::read_chain(issued.certificate_pem));
        HZ_ASSIGN(const PeerIdentity who, identity::read_identity(chain.front()));
        SeenCertificate one{identity::log_entry(who, issued.issued), {}};
        if (issued.revoked.time_since_epoch().count() > 0)
            one.revoked_at = std::chrono::floor<std::chrono::milliseconds>(issued.revoked);
        entries.push_back(one.entry);
        seen.push_back(std::move(one));
        HZ_TRY(add_issuer(chain, root_, store_));
    }
    std::span<const identity::LogEntry> more = entries;
    if (skip == 0) {
        if (entries.size() < known.count) return shorter(known.count);
        HZ_TRY(identity::follow({}, more.first(known.count), known));
        more = more.subspan(known.count);
    }
    HZ_ASSIGN(const identity::LogHead head, identity::follow(known, more, claimed));
    // One that comes twice would stop the keeping half way: it would count as seen, and not be under the
    // head.
    std::set<Sha256Digest> fresh;
    for (const identity::LogEntry& entry : more) {
        HZ_ASSIGN(const bool logged, store_.is_logged(entry.fingerprint));
        if (logged || !fresh.insert(entry.fingerprint).second)
            return identity::refusal::kLogRewritten.because("a certificate stands in the log twice");
    }
    const std::size_t old = seen.size() - more.size();
    for (std::size_t i = 0; i < old; ++i)
        if (seen[i].revoked_at) HZ_TRY(store_.set_revoked(seen[i].entry.serial, *seen[i].revoked_at));
    seen.erase(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(old));
    HZ_TRY(store_.extend_log(head, seen));
    return reload();
}

Status Trust::take_lists(std::string_view pem) {
    constexpr std::string_view kEnd = "-----END X509 CRL-----";
    bool news = false;
    for (std::size_t end = pem.find(kEnd); end != std::string_view::npos; end = pem.find(kEnd)) {
        const std::string_view list = pem.substr(0, end + kEnd.size());
        pem.remove_prefix(list.size());
        pem.remove_prefix(std::min(pem.find_first_not_of("\r\n"), pem.size()));
        const auto revoked = identity::read_revocation_list(list, root_);
        if (!revoked && identity::refusal::kListForged.is(revoked.error())) continue;
        if (!revoked) return fail(revoked.error());
        for (const identity::Revocation& issuer : *revoked) HZ_TRY(store_.revoke_issuer(issuer));
        news = news || !revoked->empty();
    }
    return news ? reload() : Status();
}

Result<bool> Trust::knows(const rounds::Proposal& proposal) const {
    for (const rounds::InvitedSite& site : proposal.invited) {
        const auto certificate = Certificate::read(site.certificate);
        if (!certificate) continue;  // judge() says so
        HZ_ASSIGN(const bool logged, store_.is_logged(certificate->fingerprint()));
        if (!logged) return false;
    }
    return true;
}

Status Trust::judge(const rounds::Proposal& proposal, const PeerIdentity& self) const {
    HZ_ASSIGN(const auto revocations, store_.revocations());
    bool has_own = false;
    for (const rounds::InvitedSite& site : proposal.invited) {
        const auto certificate = Certificate::read(site.certificate);
        if (!certificate) return refused(site.site.str(), certificate.error());
        const std::array chain = {certificate->der()};
        const auto who = verifier_->verify(chain, identity::Role::kSite, clock_.now(), revocations);
        if (!who) return refused(site.site.str(), who.error());
        if (who->name != site.site.str())
            return refused(site.site.str(), Error(ErrorCode::kIntegrity, "it is another site's"));
        HZ_ASSIGN(const bool logged, store_.is_logged(who->fingerprint));
        if (!logged)
            return refused(site.site.str(),
                           Error(ErrorCode::kIntegrity, "it is not in the log of certificates"));
        if (const Status pinned = pins_.check(*who); !pinned) return refused(site.site.str(), pinned.error());
        if (who->name == self.name) has_own = who->public_key == self.public_key;
    }
    if (!has_own) {
        return fail(
            ErrorCode::kPermissionDenied,
            std::string(kRefusedName) + ": the proposal names this site by another certificate than its own");
    }
    return {};
}

}  // namespace huizhen::site
