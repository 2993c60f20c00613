#pragma once

// What rays cast from a point tell of the thing around it.

#include <optional>

#include <huizhen/lung/candidates.h>

#include "candidate_seeds.h"

namespace huizhen::imaging {

// Rays from `seed` until the HU falls halfway from the core to the lung around; the centre moves to the
// middle of their ends and they are cast again. Nothing where the seed is no brighter than its surroundings.
std::optional<Candidate> measure_by_rays(const Volume& iso, const Lungs& lungs, const Seed& seed);

}  // namespace huizhen::imaging
