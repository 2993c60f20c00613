#include "grants.h"

#include <huizhen/rpc/refusal.h>

namespace huizhen::coordinator {

void Grants::follow(const rounds::SiteId& site, const rounds::Message& message, std::uint64_t upload_bytes) {
    // Said when the round is over, to whoever missed its end too.
    if (std::holds_alternative<rounds::Outcome>(message.body)) return;
    const std::lock_guard lock(mutex_);
    OfRound& round = rounds_[message.round.plan];
    if (message.round.number < round.number) return;
    round.number = message.round.number;
    const auto fetch = [&](const rounds::ObjectRef& object) { round.fetch.emplace(site, object.digest); };
    if (const auto* proposal = std::get_if<rounds::Proposal>(&message.body)) {
        fetch(proposal->model);
        if (proposal->state) fetch(*proposal->state);
    } else if (const auto* candidate = std::get_if<rounds::Candidate>(&message.body)) {
        fetch(candidate->current);
        fetch(candidate->candidate);
    } else if (std::holds_alternative<rounds::ShareDelivery>(message.body)) {
        round.bring.try_emplace(site, Awaited{upload_bytes, {}});
    } else if (std::holds_alternative<rounds::LeftOut>(message.body)) {
        round.bring.erase(site);
    }
}

std::vector<std::pair<rounds::SiteId, Sha256Digest>> Grants::end_round(const rounds::PlanId& plan) {
    const std::lock_guard lock(mutex_);
    const auto found = rounds_.find(plan);
    if (found == rounds_.end()) return {};
    auto brought = std::move(found->second.brought);
    rounds_.erase(found);
    return brought;
}

void Grants::open_to_all(const Sha256Digest& model) {
    const std::lock_guard lock(mutex_);
    open_.insert(model);
}

Status Grants::may_get(const rpc::SiteId& site, const Sha256Digest& digest) const {
    const std::lock_guard lock(mutex_);
    if (open_.contains(digest)) return {};
    for (const auto& [id, round] : rounds_)
        if (round.fetch.contains({site, digest})) return {};
    return rpc::refuse(rpc::Refusal::kNotAllowed, "no round told this site of the object");
}

Result<std::uint64_t> Grants::may_put(const rpc::SiteId& site, const Sha256Digest& digest) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, round] : rounds_) {
        const auto awaited = round.bring.find(site);
        if (awaited != round.bring.end() && awaited->second.digest == digest) return awaited->second.bytes;
    }
    for (auto& [id, round] : rounds_) {
        const auto awaited = round.bring.find(site);
        if (awaited == round.bring.end() || awaited->second.digest) continue;
        awaited->second.digest = digest;
        round.brought.emplace_back(site, digest);
        return awaited->second.bytes;
    }
    return rpc::refuse(rpc::Refusal::kNotExpected, "no update of this site is awaited, or no other");
}

}  // namespace huizhen::coordinator
