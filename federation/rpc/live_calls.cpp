#include "live_calls.h"

#include <huizhen/rpc/refusal.h>

namespace huizhen::rpc {

Status LiveCalls::add(const std::shared_ptr<LiveCall>& call, std::size_t max, std::size_t max_of_site) {
    const std::lock_guard lock(mutex_);
    if (calls_.size() >= max) return refuse(Refusal::kBusy, "as many calls as this coordinator takes");
    std::size_t& of_site = of_site_[call->peer().name];
    if (of_site >= max_of_site) return refuse(Refusal::kBusy, "as many calls as one site may have");
    ++of_site;
    calls_.insert(call);
    return {};
}

void LiveCalls::remove(const std::shared_ptr<LiveCall>& call) {
    const std::lock_guard lock(mutex_);
    if (calls_.erase(call) == 0) return;
    const auto entry = of_site_.find(call->peer().name);
    if (--entry->second == 0) of_site_.erase(entry);
}

std::size_t LiveCalls::size() const {
    const std::lock_guard lock(mutex_);
    return calls_.size();
}

std::vector<std::shared_ptr<LiveCall>> LiveCalls::all() const {
    const std::lock_guard lock(mutex_);
    return {calls_.begin(), calls_.end()};
}

void LiveCalls::end_those_of(const SiteId& site, const Error& why) {
    for (const auto& call : all()) {
        if (call->peer().name == site.str()) call->end(why);
    }
}

void LiveCalls::end_all(const Error& why) {
    for (const auto& call : all()) call->end(why);
}

void LiveCalls::recheck(const PeerCheck& peers) {
    for (const auto& call : all()) {
        const auto peer = peers.check(call->certificate_pem());
        if (!peer) call->end(peer.error());
    }
}

}  // namespace huizhen::rpc
