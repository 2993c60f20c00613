#pragma once

#include "state.h"

namespace huizhen::engine::cuda {

// In softmax.cu, for loss.cu.
void cross_entropy(State&, const HzLoss&);
void cross_entropy_slope(State&, const HzLoss&);

}  // namespace huizhen::engine::cuda
