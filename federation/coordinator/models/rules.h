#pragma once

// A plan's rules as a person writes them and as they are applied.

#include <huizhen/acceptance/verdict.h>

namespace huizhen::federation::v1 {
class AcceptanceRule;
}

namespace huizhen::coordinator {

// kInvalidArgument names the value.
Result<acceptance::AcceptanceRules> to_rules(const federation::v1::AcceptanceRule& rule);

}  // namespace huizhen::coordinator
