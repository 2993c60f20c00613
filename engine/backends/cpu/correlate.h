#pragma once

// The one loop nest under convolution forward and backward-data: a sliding sum over channels-last images.

#include "state.h"

namespace huizhen::engine::cpu {

// For every output o of a grid: dst[o dst_stride + dst_offset, :] = bias + sum over taps t, channels c of
// src[o src_stride + src_offset + t, c] * weights[t, c, :]; src is 0 outside its bounds. Axes are depth, height, width.
struct Correlation {
    std::int64_t batch;
    const float* src;
    std::int64_t src_size[3], src_channels;
    float* dst;
    std::int64_t dst_size[3], dst_channels;
    std::int64_t outputs[3], taps[3];
    std::int64_t src_stride[3], src_offset[3], dst_stride[3], dst_offset[3];
    const float* weights;  // per channel block: [tz][ty][tx][src channel][block width], zero-padded
    const float* bias;     // null: 0
    int activation;
};

void correlate(State& state, const Correlation& c);

// Floats of packed weights.
std::int64_t packed_size(const Kernels& kernels, std::int64_t taps, std::int64_t src_channels, std::int64_t dst_channels);

}  // namespace huizhen::engine::cpu
