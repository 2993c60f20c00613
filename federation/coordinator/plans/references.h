#pragma once

// Which objects somebody still needs. On the loop, inside its batch.

#include <optional>
#include <set>

#include "service/context.h"

namespace huizhen::coordinator {

// Of all but `besides`, whose steps are to go:
//   - every model of the task's lineage, and what each came from;
//   - the model that each plan started from, or that a draft or a schedule names;
//   - of plans that are not over, the models and states of their rounds.
// None: a plan that is not over cannot be read, and may need anything.
Result<std::optional<std::set<Sha256Digest>>> needed_objects(Context& context, std::string_view task,
                                                             const std::string& besides);

}  // namespace huizhen::coordinator
