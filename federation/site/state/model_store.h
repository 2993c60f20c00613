#pragma once

// Which models the site runs, and the signed lineage that it goes by. The loop's thread alone, in its
// transaction.

#include <set>

#include <huizhen/acceptance/site_model_policy.h>
#include <huizhen/identity/peer_identity.h>

#include "state/schema.h"

namespace huizhen::site {

struct TaskModel {
    std::string task;
    std::optional<Sha256Digest> runs, former;
    std::optional<Sha256Digest> wanted;  // on its way here
    std::optional<Sha256Digest> pinned;
    std::set<Sha256Digest> refused;
    std::string reason;  // why it runs this one
    WallTime changed_at{};

    acceptance::SiteModelPolicy policy() const { return {pinned, refused, false}; }
};

class ModelStore {
  public:
    explicit ModelStore(database::Connection& connection) : connection_(&connection) {}

    Result<TaskModel> find(std::string_view task) const;  // an empty one where nothing is known
    Result<std::vector<TaskModel>> all() const;           // by task
    Status set(const TaskModel& model);

    // The key that signs lineages, as it was first shown.
    Result<std::optional<identity::PublicKey>> lineage_key() const;
    Status set_lineage_key(const identity::PublicKey& key);
    Result<std::vector<Blob>> lineage(std::string_view task) const;  // oldest first
    Status append_lineage(std::string_view task, std::int64_t number, BlobView record);

  private:
    database::Connection* connection_;
};

}  // namespace huizhen::site
