#pragma once

// What sites have said and the loop has yet to handle. The loop may be at work on something long, as making a
// model; what comes meanwhile is weighed, so that no site fills the memory, and no site the queue of all.

#include <map>
#include <memory>
#include <mutex>

#include <huizhen/rpc/session_handler.h>

namespace huizhen::coordinator {

// Any thread.
class Inbox {
  public:
    // A message counts with its bytes and this much: beside it lie a task of the loop and what is decoded.
    static constexpr std::size_t kBytesOfMessage = 16 << 10;
    static constexpr std::size_t kMaxBytesOfSite = 8 << 20, kMaxBytes = 512 << 20;

    // Room for a message, until the last copy of the ticket is gone: the message was handled, or dropped.
    using Ticket = std::shared_ptr<const void>;
    // "busy": what waits of this site, or of all, is as much as may wait. What a site has to say is taken
    // where nothing else of it waits.
    Result<Ticket> enter(const rpc::SiteId& site, std::size_t bytes);

    // Of a site's hellos and heartbeats the newest waits, and how often it has connected. True: nothing
    // waited, so that a task has to be queued that takes it; where it cannot be, not_queued() lets the next
    // one try.
    struct News {
        std::size_t connects = 0;
        std::string software;  // with connects
        std::vector<rpc::Position> positions;
    };
    bool connected(const rpc::SiteId& site, const rpc::Hello& hello);
    bool heartbeat(const rpc::SiteId& site, const std::vector<rpc::Position>& positions);
    void not_queued(const rpc::SiteId& site);
    News take(const rpc::SiteId& site);

  private:
    struct Waiting {
        News news;
        bool queued = false;
    };
    void leave(const rpc::SiteId& site, std::size_t bytes);

    std::mutex mutex_;  // guards what follows
    std::map<rpc::SiteId, std::size_t> bytes_of_site_;
    std::size_t bytes_ = 0;
    std::map<rpc::SiteId, Waiting> waiting_;
};

}  // namespace huizhen::coordinator
