#pragma once

// A bound on what one contribution can change: the sensitivity every privacy guarantee starts from.

#include <span>

#include <huizhen/base/result.h>

namespace huizhen::privacy {

// Scales `update` down to an L2 norm of at most `max_norm`; one that is within it stays as it is. Gives the
// norm before. kInvalidArgument: a value is not finite, and nothing is changed.
Result<double> clip_l2(std::span<float> update, double max_norm);

}  // namespace huizhen::privacy
