#pragma once

// The fast host backend: AVX2 or AVX-512 kernels chosen at run time (huizhen/base/cpu.h), oneDNN for what
// they do not cover. Work is spread over the context's Executor only; oneDNN is called with one thread from
// inside those tasks. Results do not depend on the number of threads.

#include <huizhen/tensor/backend_abi.h>

namespace huizhen::engine {

const HzBackend* cpu_backend();

}  // namespace huizhen::engine
