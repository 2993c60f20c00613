#pragma once

// Whether the site takes part in a round, judged once, when it is proposed: by its policy, by its trust in
// the other sites, and by what it can learn at all.

#include <huizhen/rounds/site_events.h>

#include "service/context.h"

namespace huizhen::site {

// The setup of a round that opens with this proposal or candidate; a refusal in it is the site's answer.
Result<rounds::SiteSetup> admit(const rounds::Message& first, Context& context);

}  // namespace huizhen::site
