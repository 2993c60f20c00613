#pragma once

#include "image.h"

namespace huizhen::engine::cpu {

// Writes w.data [Co, Ci, taps] from x and the gradient y; stride 1, a kernel 3 wide (winograd_pays()).
void winograd_backward_weights(State& state, const Image& x, const Image& y, const Image& w,
                               std::array<std::int64_t, 3> pad);

}  // namespace huizhen::engine::cpu
