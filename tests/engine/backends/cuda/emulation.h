#pragma once

// CUDA's execution model on the host, so that engine/backends/cuda's own kernels run where no GPU is: grids
// and blocks of one dimension, shared memory, barriers and warp shuffles. Threads of a block are fibers.
// Between two barriers of the block one warp after the other runs as far as it can, warps and lanes in an
// order that is shuffled each time, so that a race gives other bits under another seed. Blocks run one after
// the other, shuffled too.

#include <cstdint>
#include <cstring>
#include <functional>

// ---- the language
#define __global__
#define __device__
#define __shared__ static

struct EmulatedIndex {
    unsigned x;
};
extern EmulatedIndex threadIdx, blockIdx, blockDim, gridDim;

void __syncthreads();
int __syncthreads_or(int value);

namespace huizhen::engine::cuda::emulation {

// Of launches from now on; the default is 1.
void shuffle_threads(std::uint64_t seed);

// Throws std::logic_error: some threads of a block wait where the others never come.
void run_grid(std::int64_t blocks, int threads, const std::function<void()>& thread);

// Gives `bits` to the warp and returns those of lane `lane ^ lanes`.
std::uint64_t exchange(std::uint64_t bits, int lanes);

}  // namespace huizhen::engine::cuda::emulation

template <typename T>
T __shfl_xor_sync(unsigned /*mask*/, T value, int lanes) {
    static_assert(sizeof(T) <= sizeof(std::uint64_t));
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    bits = huizhen::engine::cuda::emulation::exchange(bits, lanes);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// ---- how kernel.h starts one
struct CUstream_st;

namespace huizhen::engine::cuda {

// Few, so that small cases come in several tiles.
inline constexpr std::int64_t kAttentionTile = 2048;

template <typename... Parameters, typename... Arguments>
void launch(CUstream_st* /*stream*/, std::int64_t blocks, int threads, void (*kernel)(Parameters...),
            Arguments... arguments) {
    emulation::run_grid(blocks, threads, [&] { kernel(arguments...); });
}

}  // namespace huizhen::engine::cuda
