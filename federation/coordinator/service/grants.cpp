#include "grants.h"

#include <huizhen/rpc/refusal.h>

namespace huizhen::coordinator {

void Grants::follow(const rounds::SiteId& site, const rounds::Message& message, std::uint64_t upload_bytes) {
    const std::lock_guard lock(mutex_);
    OfPlan& plan = plans_[message.round.plan];
    const auto fetch = [&](const rounds::ObjectRef& object) { plan.fetch.emplace(site, object.digest); };
    if (const auto* proposal = std::get_if<rounds::Proposal>(&message.body)) {
        plan.bring.erase(site);
        fetch(proposal->model);
        if (proposal->state) fetch(*proposal->state);
    } else if (const auto* candidate = std::get_if<rounds::Candidate>(&message.body)) {
        fetch(candidate->current);
        fetch(candidate->candidate);
    } else if (const auto* outcome = std::get_if<rounds::Outcome>(&message.body)) {
        plan.bring.erase(site);
        if (outcome->model) fetch(*outcome->model);
    } else if (std::holds_alternative<rounds::ShareDelivery>(message.body)) {
        plan.bring.try_emplace(site, Awaited{upload_bytes, {}});
    } else if (std::holds_alternative<rounds::LeftOut>(message.body)) {
        plan.bring.erase(site);
    }
}

void Grants::forget_plan(const rounds::PlanId& plan) {
    const std::lock_guard lock(mutex_);
    plans_.erase(plan);
}

void Grants::open_to_all(const Sha256Digest& model) {
    const std::lock_guard lock(mutex_);
    open_.insert(model);
}

Status Grants::may_get(const rpc::SiteId& site, const Sha256Digest& digest) const {
    const std::lock_guard lock(mutex_);
    if (open_.contains(digest)) return {};
    for (const auto& [id, plan] : plans_)
        if (plan.fetch.contains({site, digest})) return {};
    return rpc::refuse(rpc::Refusal::kNotAllowed, "no round told this site of the object");
}

Result<std::uint64_t> Grants::may_put(const rpc::SiteId& site, const Sha256Digest& digest) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, plan] : plans_) {
        const auto awaited = plan.bring.find(site);
        if (awaited != plan.bring.end() && awaited->second.digest == digest) return awaited->second.bytes;
    }
    for (auto& [id, plan] : plans_) {
        const auto awaited = plan.bring.find(site);
        if (awaited == plan.bring.end() || awaited->second.digest) continue;
        awaited->second.digest = digest;
        plan.brought.emplace_back(site, digest);
        return awaited->second.bytes;
    }
    return rpc::refuse(rpc::Refusal::kNotExpected, "no update of this site is awaited, or no other");
}

std::vector<std::pair<rounds::SiteId, Sha256Digest>> Grants::take_brought(const rounds::PlanId& plan) {
    const std::lock_guard lock(mutex_);
    const auto found = plans_.find(plan);
    if (found == plans_.end()) return {};
    return std::exchange(found->second.brought, {});
}

}  // namespace huizhen::coordinator
