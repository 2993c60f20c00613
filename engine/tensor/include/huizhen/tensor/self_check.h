#pragma once

// Whether a device computes what it should, asked before patients' images are given to it.

#include <huizhen/base/executor.h>
#include <huizhen/base/result.h>
#include <huizhen/tensor/backend_abi.h>

namespace huizhen::engine {

// Runs one small network, forward and backward, on both backends and compares. kUnavailable: the tested one
// cannot be started or failed, in its own words; kIntegrity: it gives other results. About a second on a
// fresh GPU.
Status self_check(Executor& executor, const HzBackend& tested, const HzBackend& truth);

}  // namespace huizhen::engine
