#pragma once

// Every call that lasts: sessions and transfers. Once a sweep each is looked at: whether it is silent, and
// whether its peer's certificate is still good.

#include <chrono>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <huizhen/rpc/frame.h>
#include <huizhen/rpc/limits.h>
#include <huizhen/rpc/peer.h>

namespace huizhen::rpc {

using SteadyTime = std::chrono::steady_clock::time_point;

class LiveCall {
  public:
    LiveCall(Peer peer, std::string certificate_pem)
        : peer_(std::move(peer)), certificate_pem_(std::move(certificate_pem)) {}
    virtual ~LiveCall() = default;

    const Peer& peer() const { return peer_; }
    const std::string& certificate_pem() const { return certificate_pem_; }

    // Any thread; once is enough. The other side learns why.
    virtual void end(const Error& why) = 0;
    virtual void sweep(SteadyTime now) = 0;

  private:
    const Peer peer_;
    const std::string certificate_pem_;
};

// Any thread.
class LiveCalls {
  public:
    // "busy": more than `max` in all, or than `max_of_site` of one site.
    Status add(const std::shared_ptr<LiveCall>& call, std::size_t max, std::size_t max_of_site);
    void remove(const std::shared_ptr<LiveCall>& call);

    std::size_t size() const;
    std::vector<std::shared_ptr<LiveCall>> all() const;
    void end_those_of(const SiteId& site, const Error& why);
    void end_all(const Error& why);
    // Ends those whose certificate is refused now.
    void recheck(const PeerCheck& peers);

  private:
    mutable std::mutex mutex_;  // guards what follows
    std::unordered_set<std::shared_ptr<LiveCall>> calls_;
    std::unordered_map<std::string, std::size_t> of_site_;
};

}  // namespace huizhen::rpc
