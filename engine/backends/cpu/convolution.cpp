#include <array>

#include "correlate.h"
#include "image.h"
#include "winograd.h"

namespace huizhen::engine::cpu {
namespace {

// Writes the packed weights of one correlation. element(dst channel, src channel, tz, ty, tx) -> canonical
// offset.
template <typename Element>
void pack(State& state, const Correlation& c, const float* weights, float* packed, Element element) {
    const std::vector<ChannelBlock> blocks = channel_blocks(*state.kernels, c.dst_channels);
    const std::int64_t taps = c.taps[0] * c.taps[1] * c.taps[2];
    if (taps == 0) return;
    const std::int64_t items = static_cast<std::int64_t>(blocks.size()) * c.src_channels;
    parallel_for(state, items, std::max<std::int64_t>(1, kGrain / (taps * 64)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t item = begin; item < end; ++item) {
                         const ChannelBlock& block = blocks[static_cast<std::size_t>(item / c.src_channels)];
                         const std::int64_t channel = item % c.src_channels;
                         const std::int64_t width =
                             static_cast<std::int64_t>(block.vectors) * state.kernels->lanes;
                         const std::int64_t valid = std::min(width, c.dst_channels - block.first);
                         float* base = packed + block.weights * taps * c.src_channels;
                         for (std::int64_t tap = 0; tap < taps; ++tap) {
                             float* to = base + (tap * c.src_channels + channel) * width;
                             const std::int64_t tx = tap % c.taps[2];
                             const std::int64_t ty = tap / c.taps[2] % c.taps[1];
                             const std::int64_t tz = tap / c.taps[2] / c.taps[1];
                             for (std::int64_t i = 0; i < valid; ++i) {
                                 to[i] = weights[element(block.first + i, channel, tz, ty, tx)];
                             }
                             for (std::int64_t i = valid; i < width; ++i) to[i] = 0.0F;
                         }
                     }
                 });
}

std::int64_t prepared_size(const Kernels& kernels, const Correlation& c) {
    if (winograd_fits(c)) return winograd_size(kernels, c);
    return packed_size(kernels, c.taps[0] * c.taps[1] * c.taps[2], c.src_channels, c.dst_channels);
}

// Packs, and transforms where Winograd will be used.
template <typename Element>
void prepare(State& state, const Correlation& c, const float* weights, float* out, Element element) {
    if (!winograd_fits(c)) return pack(state, c, weights, out, element);
    const std::int64_t taps = c.taps[0] * c.taps[1] * c.taps[2];
    const PoolBuffer packed(
        state, static_cast<std::size_t>(packed_size(*state.kernels, taps, c.src_channels, c.dst_channels)));
    pack(state, c, weights, packed.data(), element);
    winograd_weights(state, c, packed.data(), out);
}

// What backward-data does along one axis for input positions r, r + stride, ...: the kernel taps that reach
// them, in order of rising output position.
struct Phase {
    std::int64_t outputs = 0;  // input positions of this phase
    std::int64_t taps = 0;
    std::int64_t offset = 0;    // output position of the first tap for the first input position
    std::int64_t last_tap = 0;  // kernel tap of that; each further one is `stride` less
};

Phase phase_of(std::int64_t r, std::int64_t size, std::int64_t kernel, std::int64_t stride,
               std::int64_t pad) {
    // y position o, tap k, input position i: i = o stride - pad + k, so k = i + pad (mod stride)
    Phase phase;
    phase.outputs = r < size ? (size - r + stride - 1) / stride : 0;
    const std::int64_t lowest = (r + pad) % stride;
    if (lowest >= kernel) return phase;
    phase.taps = (kernel - 1 - lowest) / stride + 1;
    phase.last_tap = lowest + (phase.taps - 1) * stride;
    // Exact: r + pad - last_tap is a multiple of the stride, possibly negative.
    phase.offset = (r + pad - phase.last_tap) / stride;
    return phase;
}

}  // namespace

void conv_forward(State& state, const HzConv& a) {
    const Image x(a.x);
    const Image w(a.w);
    const Image y(a.y);
    Correlation c{};
    c.batch = x.n;
    c.src = x.data;
    c.dst = y.data;
    c.src_channels = x.c;
    c.dst_channels = y.c;
    for (std::size_t i = 0; i < 3; ++i) {
        c.src_size[i] = x.size[i];
        c.dst_size[i] = y.size[i];
        c.outputs[i] = y.size[i];
        c.taps[i] = w.size[i];
        const std::size_t axis = x.axis[i];
        c.src_stride[i] = axis < 3 ? a.stride[axis] : 1;
        c.src_offset[i] = axis < 3 ? -a.pad[axis] : 0;
        c.dst_stride[i] = 1;
    }
    c.bias = floats(a.bias);
    c.activation = a.activation;
    const std::int64_t taps = w.size[0] * w.size[1] * w.size[2];
    const auto element = [&](std::int64_t co, std::int64_t ci, std::int64_t tz, std::int64_t ty,
                             std::int64_t tx) {
        return (co * x.c + ci) * taps + (tz * w.size[1] + ty) * w.size[2] + tx;
    };
    const std::int64_t size = prepared_size(*state.kernels, c);
    if (a.weights_version == 0) {
        const PoolBuffer prepared(state, static_cast<std::size_t>(size));
        prepare(state, c, w.data, prepared.data(), element);
        c.weights = prepared.data();
        return correlate(state, c);
    }
    c.weights = state.packed.find(a.weights_version, size);
    if (c.weights == nullptr) {
        float* kept = state.packed.add(a.weights_version, size);
        prepare(state, c, w.data, kept, element);
        c.weights = kept;
    }
    correlate(state, c);
}

void conv_backward_data(State& state, const HzConv& a) {
    const Image x(a.x);
    const Image w(a.w);
    const Image y(a.y);
    const std::int64_t taps = w.size[0] * w.size[1] * w.size[2];
    std::array<std::int64_t, 3> stride{1, 1, 1};
    std::array<std::int64_t, 3> pad{};
    for (std::size_t i = 0; i < 3; ++i) {
        if (x.axis[i] >= 3) continue;
        stride[i] = a.stride[x.axis[i]];
        pad[i] = a.pad[x.axis[i]];
    }
    for (std::int64_t phase = 0; phase < stride[0] * stride[1] * stride[2]; ++phase) {
        const std::array<std::int64_t, 3> r{phase / (stride[1] * stride[2]), phase / stride[2] % stride[1],
                                            phase % stride[2]};
        Correlation c{};
        c.batch = x.n;
        c.src = y.data;
        c.dst = x.data;
        c.src_channels = y.c;
        c.dst_channels = x.c;
        std::array<Phase, 3> phases;
        for (std::size_t i = 0; i < 3; ++i) {
            phases[i] = phase_of(r[i], x.size[i], w.size[i], stride[i], pad[i]);
            c.src_size[i] = y.size[i];
            c.dst_size[i] = x.size[i];
            c.outputs[i] = phases[i].outputs;
            c.taps[i] = phases[i].taps;
            c.src_stride[i] = 1;
            c.src_offset[i] = phases[i].offset;
            c.dst_stride[i] = stride[i];
            c.dst_offset[i] = r[i];
        }
        const PoolBuffer prepared(state, static_cast<std::size_t>(prepared_size(*state.kernels, c)));
        prepare(state, c, w.data, prepared.data(),
                [&](std::int64_t ci, std::int64_t co, std::int64_t tz, std::int64_t ty, std::int64_t tx) {
                    const std::int64_t kz = phases[0].last_tap - tz * stride[0];
                    const std::int64_t ky = phases[1].last_tap - ty * stride[1];
                    const std::int64_t kx = phases[2].last_tap - tx * stride[2];
                    return (co * x.c + ci) * taps + (kz * w.size[1] + ky) * w.size[2] + kx;
                });
        c.weights = prepared.data();
        correlate(state, c);  // without taps it writes zeros
    }
}

}  // namespace huizhen::engine::cpu
