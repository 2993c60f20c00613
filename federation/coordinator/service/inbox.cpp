#include "inbox.h"

#include <huizhen/rpc/refusal.h>

namespace huizhen::coordinator {

Result<Inbox::Ticket> Inbox::enter(const rpc::SiteId& site, std::size_t bytes) {
    bytes += kBytesOfMessage;
    const std::lock_guard lock(mutex_);
    const auto found = bytes_of_site_.find(site);
    if (found != bytes_of_site_.end() && found->second + bytes > kMaxBytesOfSite)
        return rpc::refuse(rpc::Refusal::kBusy, "too much of this site waits to be handled");
    if (bytes_ + bytes > kMaxBytes)
        return rpc::refuse(rpc::Refusal::kBusy, "too much of all sites waits to be handled");
    bytes_of_site_[site] += bytes;
    bytes_ += bytes;
    // The value says nothing; what happens when it goes does.
    return Ticket(this, [site, bytes](Inbox* inbox) { inbox->leave(site, bytes); });
}

void Inbox::leave(const rpc::SiteId& site, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    bytes_ -= bytes;
    const auto found = bytes_of_site_.find(site);
    found->second -= bytes;
    if (found->second == 0) bytes_of_site_.erase(found);
}

bool Inbox::connected(const rpc::SiteId& site, const rpc::Hello& hello) {
    const std::lock_guard lock(mutex_);
    Waiting& waiting = waiting_[site];
    ++waiting.news.connects;
    waiting.news.software = hello.software_version;
    waiting.news.positions = hello.positions;
    return !std::exchange(waiting.queued, true);
}

bool Inbox::heartbeat(const rpc::SiteId& site, const std::vector<rpc::Position>& positions) {
    const std::lock_guard lock(mutex_);
    Waiting& waiting = waiting_[site];
    waiting.news.positions = positions;
    return !std::exchange(waiting.queued, true);
}

void Inbox::not_queued(const rpc::SiteId& site) {
    const std::lock_guard lock(mutex_);
    waiting_[site].queued = false;
}

Inbox::News Inbox::take(const rpc::SiteId& site) {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(site);
    if (found == waiting_.end()) return {};
    News news = std::move(found->second.news);
    waiting_.erase(found);
    return news;
}

}  // namespace huizhen::coordinator
