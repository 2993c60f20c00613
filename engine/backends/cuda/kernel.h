#pragma once

// How kernels are written here. Only .cu files include this. Compiled by nvcc, or, with
// HUIZHEN_CUDA_EMULATION, by the host's compiler against the execution model in
// tests/engine/backends/cuda/emulation.h; so the kernels keep to what that offers: one-dimensional grids and
// blocks, shared memory of fixed size, __syncthreads,
// __syncthreads_or and __shfl_xor_sync.
//
// Sums have a fixed order: no atomic additions.

#include <cmath>
#include <cstdint>

#ifdef HUIZHEN_CUDA_EMULATION
#include "emulation.h"
#else
#include <cuda_runtime.h>

#include "check_cuda.h"
#endif

#include "state.h"

namespace huizhen::engine::cuda {

inline constexpr int kWarp = 32;
inline constexpr int kThreads = 256;
inline constexpr int kMaxBlockThreads = 512;
inline constexpr unsigned kAllLanes = 0xFFFFFFFFU;

#ifndef HUIZHEN_CUDA_EMULATION
// Scores that attention holds at once: 64 MiB.
inline constexpr std::int64_t kAttentionTile = std::int64_t{16} << 20U;

// At most 2^31 - 1 blocks; `threads` a multiple of the warp.
template <typename... Parameters, typename... Arguments>
void launch(Stream stream, std::int64_t blocks, int threads, void (*kernel)(Parameters...),
            Arguments... arguments) {
    if (blocks > 0x7FFFFFFF) throw Failure(HZ_UNSUPPORTED, "more blocks than a grid holds");
    kernel<<<static_cast<unsigned>(blocks), static_cast<unsigned>(threads), 0, stream>>>(arguments...);
    check(cudaGetLastError(), "kernel launch");
}
#endif

template <typename Body>
__global__ void for_each_kernel(std::int64_t elements, Body body) {
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    for (; i < elements; i += step) body(i);
}

// body(i) for every i in [0, elements), in any order.
template <typename Body>
void for_each(State& s, std::int64_t elements, const Body& body) {
    constexpr std::int64_t kMaxBlocks = 1 << 16;
    if (elements <= 0) return;
    std::int64_t blocks = (elements + kThreads - 1) / kThreads;
    if (blocks > kMaxBlocks) blocks = kMaxBlocks;
    launch(s.device.stream(), blocks, kThreads, for_each_kernel<Body>, elements, body);
}

// Threads for a block that walks over `elements` together.
inline int threads_for(std::int64_t elements) {
    int threads = kWarp;
    while (threads < kMaxBlockThreads && threads < elements) threads *= 2;
    return threads;
}

struct Sum {
    template <typename T>
    __device__ T operator()(T a, T b) const {
        return a + b;
    }
};
// As std::max: a NaN in b is passed over.
struct Max {
    template <typename T>
    __device__ T operator()(T a, T b) const {
        return a < b ? b : a;
    }
};

// combine over the values of all threads of the block, the same on every thread. All threads must come here.
template <typename T, typename Combine>
__device__ T block_reduce(T value, T neutral, Combine combine) {
    __shared__ T partial[kMaxBlockThreads / kWarp];
    for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) {
        value = combine(value, __shfl_xor_sync(kAllLanes, value, lanes));
    }
    __syncthreads();  // `partial` may still be read by an earlier call
    if (threadIdx.x % kWarp == 0) partial[threadIdx.x / kWarp] = value;
    __syncthreads();
    T total = neutral;
    for (unsigned warp = 0; warp < blockDim.x / kWarp; ++warp) total = combine(total, partial[warp]);
    return total;
}

}  // namespace huizhen::engine::cuda
