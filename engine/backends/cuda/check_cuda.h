#pragma once

// The runtime's status codes as Failure, in the driver's words.

#include <cuda_runtime_api.h>

#include "failure.h"

namespace huizhen::engine::cuda {

inline void check(cudaError_t result, const char* call) {
    if (result == cudaSuccess) return;
    const int status = result == cudaErrorMemoryAllocation ? HZ_OUT_OF_MEMORY : HZ_FAILED;
    throw Failure(status,
                  std::string(call) + ": " + cudaGetErrorName(result) + ": " + cudaGetErrorString(result));
}

}  // namespace huizhen::engine::cuda
