#pragma once

// The plain backend: loops written to be read, sums in double, one thread. It takes every operation in the
// canonical layout, and is what every other backend is compared with.

#include <huizhen/tensor/backend_abi.h>

namespace huizhen::engine {

const HzBackend* reference_backend();

}  // namespace huizhen::engine
