#pragma once

// Which site may fetch or bring which object: what the rounds have told it of, and the models that sites run.

#include <map>
#include <mutex>
#include <set>

#include <huizhen/rounds/message.h>
#include <huizhen/rpc/objects.h>

namespace huizhen::coordinator {

// Any thread.
class Grants final : public rpc::ObjectAuthoriser {
  public:
    // What a message names is what its receiver may fetch; with the shares' delivery it may bring its update.
    void follow(const rounds::SiteId& site, const rounds::Message& message, std::uint64_t upload_bytes);
    void forget_plan(const rounds::PlanId& plan);
    // A model that sites run, or may go back to.
    void open_to_all(const Sha256Digest& model);

    Status may_get(const rpc::SiteId& site, const Sha256Digest& digest) const override;
    Result<std::uint64_t> may_put(const rpc::SiteId& site, const Sha256Digest& digest) const override;
    void received(const rpc::SiteId&, const Sha256Digest&) override {}

  private:
    struct OfPlan {
        std::set<std::pair<rounds::SiteId, Sha256Digest>> fetch;
        std::map<rounds::SiteId, std::uint64_t> bring;  // bytes of the update that is awaited
    };
    mutable std::mutex mutex_;  // guards what follows
    std::map<rounds::PlanId, OfPlan> plans_;
    std::set<Sha256Digest> open_;
};

}  // namespace huizhen::coordinator
