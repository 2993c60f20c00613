#pragma once

// Which site may fetch or bring which object: what the rounds have told it of, and the models that sites run.

#include <map>
#include <mutex>
#include <optional>
#include <set>

#include <huizhen/rounds/message.h>
#include <huizhen/rpc/objects.h>

namespace huizhen::coordinator {

// Any thread.
class Grants final : public rpc::ObjectAuthoriser {
  public:
    // A site brings one update in a round: the first it begins to send.
    // What a message names is what its receiver may fetch; with the shares' delivery it may bring its update.
    void follow(const rounds::SiteId& site, const rounds::Message& message, std::uint64_t upload_bytes);
    void forget_plan(const rounds::PlanId& plan);
    // A model that sites run, or may go back to.
    void open_to_all(const Sha256Digest& model);

    // What sites have brought or begun to bring since the last call, announced or not: for whoever clears up.
    std::vector<std::pair<rounds::SiteId, Sha256Digest>> take_brought(const rounds::PlanId& plan);

    Status may_get(const rpc::SiteId& site, const Sha256Digest& digest) const override;
    Result<std::uint64_t> may_put(const rpc::SiteId& site, const Sha256Digest& digest) const override;
    void received(const rpc::SiteId&, const Sha256Digest&) override {}

  private:
    struct Awaited {
        std::uint64_t bytes = 0;
        std::optional<Sha256Digest> digest;  // once it is begun
    };
    struct OfPlan {
        std::set<std::pair<rounds::SiteId, Sha256Digest>> fetch;
        std::map<rounds::SiteId, Awaited> bring;
        std::vector<std::pair<rounds::SiteId, Sha256Digest>> brought;
    };
    mutable std::mutex mutex_;                        // guards what follows
    mutable std::map<rounds::PlanId, OfPlan> plans_;  // may_put() notes what is begun
    std::set<Sha256Digest> open_;
};

}  // namespace huizhen::coordinator
