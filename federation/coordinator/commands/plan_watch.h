#pragma once

#include <string>

#include "commands/commands.h"

namespace huizhen::coordinator {

// Follows a plan until it is over, or shows it once.
ExitCode watch_plan(const Common& common, const std::string& id, bool follow);

}  // namespace huizhen::coordinator
