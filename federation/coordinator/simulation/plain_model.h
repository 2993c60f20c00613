#pragma once

// The model that the same sites' updates give when nobody masks anything.

#include "service/model_maker.h"
#include "simulation/surroundings.h"

namespace huizhen::coordinator::simulation {

// What this site sent, without masks; null: it has not trained.
using PlainOf = std::function<Words(const rounds::SiteId&)>;

// Whether sums and model are what the plain updates give, bit for bit.
bool is_exact(const rounds::RoundSetup& setup, const std::vector<rounds::GroupSum>& sums,
              const MadeModel& made, const std::optional<Sha256Digest>& kept, const PlainOf& plain,
              Surroundings& around);

}  // namespace huizhen::coordinator::simulation
