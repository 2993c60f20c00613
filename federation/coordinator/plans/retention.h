#pragma once

// What is kept of a plan that is over: its results, the model it started from and the one it ended in. The
// models between them and the strategy's states go, but for what somebody else needs (references.h).

#include "service/context.h"

namespace huizhen::coordinator {

// Of a plan that cannot be read, or beside one, everything stays.
Status forget_steps(Context& context, const std::string& plan);

}  // namespace huizhen::coordinator
