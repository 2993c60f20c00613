#pragma once

namespace huizhen::engine::cuda {

// Set: the double of cuDNN has no algorithm for anything.
extern bool decline_convolutions;

}  // namespace huizhen::engine::cuda
