#pragma once

// What every operation of this backend is given: the host's threads, the kernels, and the memory kept for
// reuse.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <huizhen/tensor/backend_abi.h>

#include "kernels.h"

namespace huizhen::engine::cpu {

// Images [N, C, (D,) H, W] kept in memory as [N, (D,) H, W, C]: a pixel's channels lie together, so that
// every kernel runs along channels whatever the kernel size, stride and padding.
inline constexpr std::int32_t kChannelsLast = 1;

// Freed blocks by size: a training step asks for the same sizes over and over, and fresh pages from the
// kernel cost more than most operations here.
class MemoryPool {
  public:
    static constexpr std::size_t kMaxKept = std::size_t{512} << 20U;

    MemoryPool() = default;
    ~MemoryPool();
    MemoryPool(const MemoryPool&) = delete;
    MemoryPool& operator=(const MemoryPool&) = delete;

    void* take(std::size_t bytes);  // null when there is none
    void give(void* memory, std::size_t bytes);

  private:
    std::map<std::size_t, std::vector<void*>> kept_;
    std::size_t kept_bytes_ = 0;
};

// Convolution weights in the form the kernels read, kept between inference calls: making it costs a third of
// a call at batch 1. Least recently used ones go first.
class PackedWeights {
  public:
    static constexpr std::size_t kMaxBytes = std::size_t{128} << 20U;

    const float* find(std::uint64_t version, std::int64_t floats);
    // Kept values of this size to be filled by the caller, valid until the next call.
    float* add(std::uint64_t version, std::int64_t floats);

  private:
    struct Entry {
        std::vector<float> values;
        std::uint64_t used = 0;
    };
    std::map<std::uint64_t, Entry> entries_;
    std::size_t bytes_ = 0;
    std::uint64_t clock_ = 0;
};

struct State {
    HzParallel parallel;
    const Kernels* kernels;
    MemoryPool pool;
    PackedWeights packed;
};

// body(begin, end) over [0, count), at least `grain` at a time.
template <typename Body>
void parallel_for(const State& state, std::int64_t count, std::int64_t grain, Body&& body) {
    if (count <= 0) return;
    if (count <= grain || state.parallel.threads <= 1) {
        body(std::int64_t{0}, count);
        return;
    }
    using Plain = std::remove_reference_t<Body>;
    state.parallel.run(
        state.parallel.context, static_cast<std::size_t>(count),
        static_cast<std::size_t>(std::max<std::int64_t>(1, grain)),
        [](void* argument, std::size_t begin, std::size_t end) {
            (*static_cast<Plain*>(argument))(static_cast<std::int64_t>(begin),
                                             static_cast<std::int64_t>(end));
        },
        const_cast<void*>(static_cast<const void*>(&body)));
}

// Elements below which another thread costs more than it saves.
inline constexpr std::int64_t kGrain = 16384;

// A buffer of the calling thread, grown and kept; `slot` tells apart buffers in use together.
float* scratch(std::size_t floats, int slot = 0);

// Memory of the pool for the length of one operation.
class PoolBuffer {
  public:
    PoolBuffer(State& state, std::size_t floats);
    ~PoolBuffer();
    PoolBuffer(const PoolBuffer&) = delete;
    PoolBuffer& operator=(const PoolBuffer&) = delete;
    float* data() const { return data_; }

  private:
    State& state_;
    std::size_t bytes_;
    float* data_;
};

inline std::int64_t count(const HzTensor& t) {
    std::int64_t product = 1;
    for (std::int32_t i = 0; i < t.rank; ++i) product *= t.dims[i];
    return product;
}
inline bool present(const HzTensor& t) { return t.data != nullptr; }
inline float* floats(const HzTensor& t) { return static_cast<float*>(t.data); }
inline std::int32_t* indices(const HzTensor& t) { return static_cast<std::int32_t*>(t.data); }
inline std::int64_t spatial(const HzTensor& t) {
    return count(t) / std::max<std::int64_t>(1, t.dims[0] * t.dims[1]);
}

// A run of vectors of output channels done together.
struct ChannelBlock {
    std::int64_t first;    // channel
    int vectors;           // of Kernels::lanes
    std::int64_t weights;  // channels before it, padding included
};
std::vector<ChannelBlock> channel_blocks(const Kernels& kernels, std::int64_t channels);
std::int64_t padded_channels(const Kernels& kernels, std::int64_t channels);

// ---- operations, one per entry of HzBackend
void reorder(State&, const HzTensor& from, const HzTensor& to);
void matmul(State&, const HzMatmul&);
void conv_forward(State&, const HzConv&);
void conv_backward_data(State&, const HzConv&);
void conv_backward_weights(State&, const HzConv&);
void pool_forward(State&, const HzPool&);
void pool_backward(State&, const HzPool&);
void group_norm_forward(State&, const HzNorm&);
void group_norm_backward(State&, const HzNorm&);
void layer_norm_forward(State&, const HzNorm&);
void layer_norm_backward(State&, const HzNorm&);
void softmax_forward(State&, const HzSoftmax&);
void softmax_backward(State&, const HzSoftmax&);
void attention_forward(State&, const HzAttention&);
void attention_backward(State&, const HzAttention&);
void unary_forward(State&, const HzUnary&);
void unary_backward(State&, const HzUnary&);
void binary(State&, const HzBinary&);
void dropout(State&, const HzDropout&);
void reduce(State&, const HzReduce&);
void gather_forward(State&, const HzGather&);
void gather_backward(State&, const HzGather&);
void strided_copy(State&, const HzStridedCopy&);
void adamw(State&, const HzAdamW&);
void axpby(State&, const HzAxpby&);

}  // namespace huizhen::engine::cpu
