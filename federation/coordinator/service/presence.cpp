#include "presence.h"

namespace huizhen::coordinator {

void Presence::opened(const rpc::SiteId& site, rpc::SessionId session, const rpc::Hello& hello) {
    const std::lock_guard lock(mutex_);
    Entry& entry = sites_[site];
    entry.session = session;
    entry.seen.connected = true;
    entry.seen.last_heard = clock_.now();
    entry.seen.software = hello.software_version;
    entry.seen.tasks = hello.tasks;
}

void Presence::heard(const rpc::SiteId& site) {
    const std::lock_guard lock(mutex_);
    sites_[site].seen.last_heard = clock_.now();
}

void Presence::closed(const rpc::SiteId& site, rpc::SessionId session) {
    const std::lock_guard lock(mutex_);
    Entry& entry = sites_[site];
    if (entry.session != session) return;
    entry.session.reset();
    entry.seen.connected = false;
}

void Presence::moved(const rpc::SiteId& site, const Sha256Digest& digest, bool upwards, std::uint64_t done,
                     std::uint64_t total) {
    const auto now = clock_.steady_now();
    const std::lock_guard lock(mutex_);
    Entry& entry = sites_[site];
    SitePresence& seen = entry.seen;
    seen.last_heard = clock_.now();
    std::uint64_t& sum = upwards ? seen.bytes_up : seen.bytes_down;
    if (!seen.transfer || seen.transfer->object != digest || seen.transfer->upwards != upwards) {
        seen.transfer = Transfer{digest, upwards, done, total, 0};
        entry.transfer_began = now;
        entry.transfer_from = done;
        return;
    }
    Transfer& transfer = *seen.transfer;
    if (done > transfer.done) sum += done - transfer.done;
    transfer.done = done;
    transfer.total = total;
    const double seconds = std::chrono::duration<double>(now - entry.transfer_began).count();
    if (seconds > 0.1 && done > entry.transfer_from)
        transfer.bytes_per_second = static_cast<double>(done - entry.transfer_from) / seconds;
    if (done >= total) seen.transfer.reset();
}

std::map<rpc::SiteId, SitePresence> Presence::all() const {
    const std::lock_guard lock(mutex_);
    std::map<rpc::SiteId, SitePresence> seen;
    for (const auto& [site, entry] : sites_) seen.emplace(site, entry.seen);
    return seen;
}

std::map<rounds::SiteId, rounds::WallTime> Presence::last_heard() const {
    const std::lock_guard lock(mutex_);
    std::map<rounds::SiteId, rounds::WallTime> heard;
    for (const auto& [site, entry] : sites_)
        heard.emplace(site, std::chrono::floor<std::chrono::milliseconds>(entry.seen.last_heard));
    return heard;
}

bool Presence::is_connected(const rpc::SiteId& site) const {
    const std::lock_guard lock(mutex_);
    const auto found = sites_.find(site);
    return found != sites_.end() && found->second.seen.connected;
}

}  // namespace huizhen::coordinator
