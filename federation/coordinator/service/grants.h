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
    // What a message names is what its receiver may fetch, until its round is over; with the shares' delivery
    // it may bring one update: the first it begins to send.
    void follow(const rounds::SiteId& site, const rounds::Message& message, std::uint64_t upload_bytes);
    // Of the plan's round, or of the plan, nothing is fetched or brought any more. What sites have brought or
    // begun to bring, announced or not: for whoever clears up.
    std::vector<std::pair<rounds::SiteId, Sha256Digest>> end_round(const rounds::PlanId& plan);
    void forget_plan(const rounds::PlanId& plan) { end_round(plan); }
    // A model that sites run, or may go back to.
    void open_to_all(const Sha256Digest& model);

    Status may_get(const rpc::SiteId& site, const Sha256Digest& digest) const override;
    Result<std::uint64_t> may_put(const rpc::SiteId& site, const Sha256Digest& digest) const override;
    void received(const rpc::SiteId&, const Sha256Digest&) override {}

  private:
    struct Awaited {
        std::uint64_t bytes = 0;
        std::optional<Sha256Digest> digest;  // once it is begun
    };
    struct OfRound {
        std::uint64_t number = 0;
        std::set<std::pair<rounds::SiteId, Sha256Digest>> fetch;
        std::map<rounds::SiteId, Awaited> bring;
        std::vector<std::pair<rounds::SiteId, Sha256Digest>> brought;
    };
    mutable std::mutex mutex_;                          // guards what follows
    mutable std::map<rounds::PlanId, OfRound> rounds_;  // that are open; may_put() notes what is begun
    std::set<Sha256Digest> open_;
};

}  // namespace huizhen::coordinator
