#include "roster.h"

namespace huizhen::coordinator {

Roster::Roster(identity::Revocations issuers) {
    auto first = std::make_shared<Snapshot>();
    first->revocations = std::move(issuers);
    snapshot_ = std::move(first);
}

Status Roster::refresh(const Members& members) {
    const auto before = now();
    HZ_ASSIGN(const auto issued, members.issued(before->head.count));
    HZ_ASSIGN(const auto revocations, members.revocations());
    const auto revoked = revocations.entries();
    if (issued.empty() && revoked.size() == before->revoked) return {};
    auto next = std::make_shared<Snapshot>(*before);
    for (const Members::Issued& one : issued) {
        next->fingerprints.insert(to_hex(one.entry.fingerprint));
        next->certificates.push_back({rpc::SiteId(one.entry.name), one.chain_pem, one.entry.issued, {}});
        next->serials.push_back(one.entry.serial);
        next->head = identity::append(next->head, one.entry);
    }
    for (const identity::Revocation& one : revoked) next->revocations.add(one);
    next->revoked = revoked.size();
    for (std::size_t i = 0; i < next->certificates.size(); ++i)
        if (const auto* one = revocations.find(next->serials[i])) next->certificates[i].revoked = one->at;
    const std::lock_guard lock(mutex_);
    snapshot_ = std::move(next);
    return {};
}

std::shared_ptr<const Roster::Snapshot> Roster::now() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
}

rpc::RosterPage Roster::page(std::uint64_t skip, std::size_t max) const {
    const auto all = now();
    rpc::RosterPage page;
    page.count = all->head.count;
    page.head.assign(all->head.hash.begin(), all->head.hash.end());
    for (std::size_t i = std::min<std::uint64_t>(skip, all->certificates.size());
         i < all->certificates.size() && page.certificates.size() < max; ++i)
        page.certificates.push_back(all->certificates[i]);
    return page;
}

}  // namespace huizhen::coordinator
