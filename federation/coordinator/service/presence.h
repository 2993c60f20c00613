#pragma once

// Who is connected, who was heard when, and how far transfers are: what the one progress rule ("no bytes for
// T") and a person watching go by. Nothing of it is kept; after a restart everybody is heard anew.

#include <map>
#include <mutex>
#include <optional>

#include <huizhen/base/clock.h>
#include <huizhen/rounds/names.h>
#include <huizhen/rpc/objects.h>
#include <huizhen/rpc/session_handler.h>

namespace huizhen::coordinator {

struct Transfer {
    Sha256Digest object{};
    bool upwards = false;
    std::uint64_t done = 0, total = 0;
    double bytes_per_second = 0;
};

struct SitePresence {
    bool connected = false;
    std::chrono::system_clock::time_point last_heard;
    std::string software;
    std::vector<std::string> tasks;
    std::optional<Transfer> transfer;
    std::uint64_t bytes_up = 0, bytes_down = 0;  // since the program started
};

// Any thread.
class Presence final : public rpc::TransferObserver {
  public:
    explicit Presence(const Clock& clock) : clock_(clock) {}

    void opened(const rpc::SiteId& site, rpc::SessionId session, const rpc::Hello& hello);
    void heard(const rpc::SiteId& site);
    // Of a session that a newer one has replaced: nothing happens.
    void closed(const rpc::SiteId& site, rpc::SessionId session);
    void moved(const rpc::SiteId& site, const Sha256Digest& digest, bool upwards, std::uint64_t done,
               std::uint64_t total) override;

    std::map<rpc::SiteId, SitePresence> all() const;
    std::map<rounds::SiteId, rounds::WallTime> last_heard() const;
    bool is_connected(const rpc::SiteId& site) const;

  private:
    struct Entry {
        SitePresence seen;
        std::optional<rpc::SessionId> session;
        std::chrono::steady_clock::time_point transfer_began;
        std::uint64_t transfer_from = 0;
    };
    const Clock& clock_;
    mutable std::mutex mutex_;  // of sites_
    std::map<rpc::SiteId, Entry> sites_;
};

}  // namespace huizhen::coordinator
