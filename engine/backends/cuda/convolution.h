#pragma once

#include "state.h"

namespace huizhen::engine::cuda {

// The contract of Dnn (dnn.h), for any shapes, and slow.
void plain_conv_forward(State&, const HzConv&);
void plain_conv_backward_data(State&, const HzConv&);
void plain_conv_backward_weights(State&, const HzConv&);

}  // namespace huizhen::engine::cuda
