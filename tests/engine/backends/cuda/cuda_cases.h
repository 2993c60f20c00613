#pragma once

// Cases that the kernels of this backend divide in more than one way: rows longer than a block, reductions in
// parts, copies with one target for several elements.

#include <vector>

#include "cases.h"

namespace huizhen::engine::testing {

std::vector<Case> cuda_cases();

}  // namespace huizhen::engine::testing
