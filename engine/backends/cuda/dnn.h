#pragma once

// Convolutions, by cuDNN. Part of the seam described in device.h.

#include <memory>

#include <huizhen/tensor/backend_arguments.h>

#include "device.h"

namespace huizhen::engine::cuda {

// Canonical f32 images of rank 4 or 5, none empty. Bias and activation are the caller's. Only algorithms that
// give the same bits every time are used.
class Dnn {
  public:
    explicit Dnn(Device& device);
    ~Dnn();
    Dnn(const Dnn&) = delete;
    Dnn& operator=(const Dnn&) = delete;

    // False: no algorithm of cuDNN's does this, and nothing was written.
    [[nodiscard]] bool forward(const HzConv& conv);           // writes y
    [[nodiscard]] bool backward_data(const HzConv& conv);     // writes x
    [[nodiscard]] bool backward_weights(const HzConv& conv);  // writes w

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen::engine::cuda
