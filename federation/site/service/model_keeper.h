#pragma once

// Which federated model the site runs for each task: what the signed lineage says is current, unless the
// hospital has pinned or refused otherwise. On the loop's thread, in its transaction.

#include <map>
#include <set>

#include <huizhen/acceptance/lineage.h>
#include <huizhen/rpc/enrolment.h>

#include "policy/policy_file.h"
#include "state/model_store.h"

namespace huizhen::site {

class ModelKeeper {
  public:
    ModelKeeper(ModelStore& store, NewModels new_models, const Clock& clock)
        : store_(store), new_models_(new_models), clock_(clock) {}

    // Reads every lineage that is kept, checking it from its first record.
    Status restore();

    std::uint64_t records(const std::string& task) const;
    // What the coordinator shows after the records known here. "lineage-key-changed" where another key than
    // the first one signs; kIntegrity where the records do not follow: nothing is taken in then.
    Status take(const std::string& task, const rpc::LineagePage& page);

    // What a person here decides; the model that runs may change at once. kNotFound: no such model in the
    // task's lineage.
    Status pin(const std::string& task, const Sha256Digest& model);
    Status refuse(const std::string& task, const Sha256Digest& model);
    Status unpin(const std::string& task);

    // Models that shall run and are not here yet.
    Result<std::vector<std::pair<std::string, Sha256Digest>>> wanted() const;
    // It is here: it runs from now on, if it is still wanted.
    Status arrived(const std::string& task, const Sha256Digest& model);

  private:
    Status decide(const std::string& task);
    Status decide(TaskModel model);

    ModelStore& store_;
    NewModels new_models_;
    const Clock& clock_;
    std::map<std::string, acceptance::Lineage> lineages_;
};

}  // namespace huizhen::site
