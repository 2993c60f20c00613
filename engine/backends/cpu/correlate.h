#pragma once

// The one loop nest under convolution forward and backward-data: a sliding sum over channels-last images.

#include "state.h"

namespace huizhen::engine::cpu {

// For every output o of a grid: dst[o dst_stride + dst_offset, :] = bias + sum over taps t, channels c of
// src[o src_stride + src_offset + t, c] * weights[t, c, :]; src is 0 outside its bounds. Axes are depth,
// height, width.
struct Correlation {
    std::int64_t batch;
    const float* src;
    std::int64_t src_size[3], src_channels;
    float* dst;
    std::int64_t dst_size[3], dst_channels;
    std::int64_t outputs[3], taps[3];
    std::int64_t src_stride[3], src_offset[3], dst_stride[3], dst_offset[3];
    const float* weights;  // as prepared by winograd_weights() where winograd_fits(), else packed:
                           // per channel block [tz][ty][tx][src channel][block width], zero-padded
    const float* bias;     // null: 0
    int activation;
};

void correlate(State& state, const Correlation& c);

// A part of the outputs done by one thread: one sample, a range of depth, some channel blocks.
struct UnitRange {
    std::int64_t sample, z_begin, z_end;
    std::size_t block_begin, block_end;
};

// Enough units for the threads: samples first, then channel blocks, then depth. No output depends on how it
// is cut.
template <typename F>
void for_each_unit(State& state, const Correlation& c, std::size_t block_count, F&& f) {
    const auto blocks = static_cast<std::int64_t>(block_count);
    const std::int64_t wanted = 4 * state.parallel.threads;
    const std::int64_t batch = std::max<std::int64_t>(1, c.batch);
    const std::int64_t block_parts = std::clamp<std::int64_t>((wanted + batch - 1) / batch, 1, blocks);
    const std::int64_t z_parts = std::clamp<std::int64_t>(wanted / (batch * block_parts), 1, c.outputs[0]);
    parallel_for(state, c.batch * block_parts * z_parts, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t b = i % block_parts;
            const std::int64_t z = i / block_parts % z_parts;
            f(UnitRange{i / block_parts / z_parts, z * c.outputs[0] / z_parts,
                        (z + 1) * c.outputs[0] / z_parts, static_cast<std::size_t>(b * blocks / block_parts),
                        static_cast<std::size_t>((b + 1) * blocks / block_parts)});
        }
    });
}

// Floats of packed weights.
std::int64_t packed_size(const Kernels& kernels, std::int64_t taps, std::int64_t src_channels,
                         std::int64_t dst_channels);

}  // namespace huizhen::engine::cpu
