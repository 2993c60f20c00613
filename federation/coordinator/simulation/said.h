#pragma once

// What a state machine said, as a digest: a replay must say the same.

#include <huizhen/rounds/coordinator_events.h>
#include <huizhen/rounds/site_events.h>

namespace huizhen::coordinator::simulation {

Sha256Digest digest_of(const std::vector<rounds::CoordinatorOutput>& outputs);
Sha256Digest digest_of(const std::vector<rounds::SiteOutput>& outputs);

}  // namespace huizhen::coordinator::simulation
