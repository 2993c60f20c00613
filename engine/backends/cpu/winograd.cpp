#include "winograd.h"

#include <array>
#include <cstring>

namespace huizhen::engine::cpu {
namespace {

constexpr int kPlanesSlot = 0;  // scratch slots
constexpr int kSumsSlot = 1;
constexpr int kOutputsSlot = 2;
constexpr std::int64_t kMaxTaps = 64;
constexpr std::int64_t kHotWeights =
    12 * 1024;  // floats of one plane's weights that stay in the inner caches

// Transformed input of some slabs: [slab][plane][row][tile][channel], rows with zero margins so that the
// tiles of all output rows lie evenly for every kernel row.
struct Planes {
    const float* data;
    std::int64_t z_first, slab, plane, row;
};

class Winograd {
  public:
    Winograd(const Correlation& c, const Kernels& kernels, const std::vector<ChannelBlock>& blocks,
             const float* weights)
        : c_(c),
          kernels_(kernels),
          blocks_(blocks),
          weights_(weights),
          tiles_(winograd_tiles(c.outputs[2])),
          rows_(c.outputs[1] + c.taps[1] - 1) {}

    void run(const UnitRange& unit) const {
        const Planes planes = transform_input(unit);
        const std::int64_t padded = padded_channels(kernels_, c_.dst_channels);
        const bool whole = padded == c_.dst_channels;
        const std::int64_t pixel = whole ? c_.dst_channels : padded;
        const std::int64_t slab = c_.outputs[1] * c_.outputs[2] * pixel;
        float* out =
            whole ? c_.dst + unit.sample * c_.outputs[0] * slab
                  : scratch(static_cast<std::size_t>((unit.z_end - unit.z_begin) * slab), kOutputsSlot) -
                        unit.z_begin * slab;
        for (std::size_t b = unit.block_begin; b < unit.block_end; ++b)
            run_block(unit, planes, blocks_[b], out, pixel);
        if (!whole) copy_channels(unit, out, pixel);
    }

  private:
    Planes transform_input(const UnitRange& unit) const {
        const std::int64_t channels = c_.src_channels;
        const std::int64_t z_first = std::max<std::int64_t>(0, unit.z_begin + c_.src_offset[0]);
        const std::int64_t z_last = std::min(c_.src_size[0], unit.z_end - 1 + c_.src_offset[0] + c_.taps[0]);
        const std::int64_t row = tiles_ * channels;
        const std::int64_t plane = rows_ * row;
        const std::int64_t slab = kWinogradPlanes * plane;
        const std::int64_t slabs = std::max<std::int64_t>(0, z_last - z_first);
        float* data = scratch(static_cast<std::size_t>(std::max<std::int64_t>(1, slabs * slab + channels)),
                              kPlanesSlot);
        float* zeros = data + slabs * slab;
        std::fill_n(zeros, channels, 0.0F);
        for (std::int64_t z = 0; z < slabs; ++z) {
            for (std::int64_t r = 0; r < rows_; ++r) {
                float* to = data + z * slab + r * row;
                const std::int64_t y = r + c_.src_offset[1];
                if (y < 0 || y >= c_.src_size[1]) {
                    for (std::int64_t p = 0; p < kWinogradPlanes; ++p) std::fill_n(to + p * plane, row, 0.0F);
                    continue;
                }
                const float* from =
                    c_.src +
                    (((unit.sample * c_.src_size[0] + z_first + z) * c_.src_size[1] + y) * c_.src_size[2]) *
                        channels;
                transform_row(from, zeros, to, plane);
            }
        }
        return {data, z_first, slab, plane, row};
    }

    void transform_row(const float* from, const float* zeros, float* to, std::int64_t plane) const {
        for (std::int64_t t = 0; t < tiles_; ++t) {
            std::array<const float*, 6> pixels{};
            for (std::size_t i = 0; i < pixels.size(); ++i) {
                const std::int64_t x = t * kWinogradTile + c_.src_offset[2] + static_cast<std::int64_t>(i);
                pixels[i] = x >= 0 && x < c_.src_size[2] ? from + x * c_.src_channels : zeros;
            }
            kernels_.winograd_input(pixels.data(), c_.src_channels, to + t * c_.src_channels, plane);
        }
    }

    void run_block(const UnitRange& unit, const Planes& planes, const ChannelBlock& block, float* out,
                   std::int64_t pixel) const {
        const std::int64_t width = static_cast<std::int64_t>(block.vectors) * kernels_.lanes;
        const std::int64_t taps = c_.taps[0] * c_.taps[1];
        const std::int64_t places = c_.outputs[1] * tiles_;  // tiles of one slab of outputs
        const std::int64_t plane_weights = taps * c_.src_channels * width;
        const float* weights = weights_ + block.weights * kWinogradPlanes * taps * c_.src_channels;
        // Weights that do not stay in cache are met once for as many slabs as there are.
        const bool hot = plane_weights <= kHotWeights;
        const std::int64_t depth =
            hot ? 1 : std::clamp<std::int64_t>(64 / places, 1, unit.z_end - unit.z_begin);
        const std::int64_t together = hot ? taps : 1;
        float* sums = scratch(static_cast<std::size_t>(kWinogradPlanes * depth * places * width), kSumsSlot);
        for (std::int64_t z0 = unit.z_begin; z0 < unit.z_end; z0 += depth) {
            const std::int64_t z1 = std::min(unit.z_end, z0 + depth);
            std::fill_n(sums, kWinogradPlanes * depth * places * width, 0.0F);
            for (std::int64_t p = 0; p < kWinogradPlanes; ++p) {
                for (std::int64_t tap = 0; tap < taps; tap += together) {
                    for (std::int64_t z = z0; z < z1; ++z) {
                        multiply(planes, block, weights + p * plane_weights, p, tap, tap + together, z,
                                 sums + (p * depth + z - z0) * places * width);
                    }
                }
            }
            for (std::int64_t z = z0; z < z1; ++z) {
                transform_output(block, sums + (z - z0) * places * width, depth * places * width, out, pixel,
                                 z);
            }
        }
    }

    // sums[place, :] += over taps [begin, end) of (depth, height)
    void multiply(const Planes& planes, const ChannelBlock& block, const float* weights, std::int64_t plane,
                  std::int64_t begin, std::int64_t end, std::int64_t z, float* sums) const {
        const std::int64_t width = static_cast<std::int64_t>(block.vectors) * kernels_.lanes;
        std::array<Segment, kMaxTaps> segments{};
        std::size_t used = 0;
        for (std::int64_t tap = begin; tap < end; ++tap) {
            const std::int64_t sz = z + c_.src_offset[0] + tap / c_.taps[1];
            if (sz < 0 || sz >= c_.src_size[0]) continue;
            segments.at(used++) = {
                (sz - planes.z_first) * planes.slab + plane * planes.plane + tap % c_.taps[1] * planes.row,
                tap * c_.src_channels * width};
        }
        if (used == 0) return;
        TileArguments tile{};
        tile.b = weights;
        tile.segments = segments.data();
        tile.segment_count = static_cast<std::ptrdiff_t>(used);
        tile.a_t = c_.src_channels;
        tile.a_k = 1;
        tile.b_k = width;
        tile.k = c_.src_channels;
        tile.c_t = width;
        const std::int64_t places = c_.outputs[1] * tiles_;
        const std::int64_t most = kernels_.rows_of[block.vectors];
        const std::int64_t count = (places + most - 1) / most;
        std::int64_t place = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t length = (places - place) / (count - i);
            tile.a = planes.data + place * c_.src_channels;
            tile.c = sums + place * width;
            kernels_.tile[block.vectors][length](tile);
            place += length;
        }
    }

    void transform_output(const ChannelBlock& block, const float* sums, std::int64_t plane, float* out,
                          std::int64_t pixel, std::int64_t z) const {
        const std::int64_t width = static_cast<std::int64_t>(block.vectors) * kernels_.lanes;
        std::array<float, kMaxTileVectors * 16> bias{};
        if (c_.bias != nullptr) {
            std::copy_n(c_.bias + block.first, std::min(width, c_.dst_channels - block.first), bias.begin());
        }
        for (std::int64_t y = 0; y < c_.outputs[1]; ++y) {
            for (std::int64_t t = 0; t < tiles_; ++t) {
                const std::int64_t x = t * kWinogradTile;
                const std::int64_t valid = std::min(kWinogradTile, c_.outputs[2] - x);
                float* to = out + ((z * c_.outputs[1] + y) * c_.outputs[2] + x) * pixel + block.first;
                kernels_.winograd_output(sums + (y * tiles_ + t) * width, plane, bias.data(), valid, to,
                                         pixel, width);
                if (c_.activation == HZ_ACT_NONE) continue;
                const int kind = c_.activation == HZ_ACT_RELU ? HZ_UNARY_RELU : HZ_UNARY_GELU;
                for (std::int64_t i = 0; i < valid; ++i) {
                    kernels_.unary(kind, 1.0F, 0.0F, to + i * pixel, to + i * pixel, width);
                }
            }
        }
    }

    void copy_channels(const UnitRange& unit, const float* from, std::int64_t pixel) const {
        const std::int64_t slab = c_.outputs[1] * c_.outputs[2];
        const std::int64_t first = blocks_[unit.block_begin].first;
        const ChannelBlock& last = blocks_[unit.block_end - 1];
        const std::int64_t end =
            std::min(c_.dst_channels, last.first + static_cast<std::int64_t>(last.vectors) * kernels_.lanes);
        float* to = c_.dst + unit.sample * c_.outputs[0] * slab * c_.dst_channels;
        for (std::int64_t i = unit.z_begin * slab; i < unit.z_end * slab; ++i) {
            std::copy_n(from + i * pixel + first, end - first, to + i * c_.dst_channels + first);
        }
    }

    const Correlation& c_;
    const Kernels& kernels_;
    const std::vector<ChannelBlock>& blocks_;
    const float* weights_;  // per block: [plane][tz][ty][src channel][width]
    std::int64_t tiles_;
    std::int64_t rows_;  // of transformed input per slab
};

// A flat image has its height in front, where work is divided; with samples enough its rows are better taken
// together.
Correlation rows_together(const State& state, Correlation c) {
    if (c.outputs[1] != 1 || c.taps[1] != 1 || c.batch < state.parallel.threads) return c;
    for (auto* axes : {c.src_size, c.dst_size, c.outputs, c.taps, c.src_stride, c.src_offset, c.dst_stride,
                       c.dst_offset}) {
        std::swap(axes[0], axes[1]);
    }
    return c;
}

}  // namespace

bool winograd_fits(const Correlation& c) {
    for (std::size_t i = 0; i < 3; ++i) {
        if (c.src_stride[i] != 1 || c.dst_stride[i] != 1 || c.dst_offset[i] != 0 ||
            c.outputs[i] != c.dst_size[i])
            return false;
    }
    return c.taps[0] * c.taps[1] <= kMaxTaps &&
           winograd_pays(c.outputs[2], c.taps[2], c.src_channels, c.dst_channels);
}

// G g for every (tz, ty, channel, output channel).
void winograd_weights(State& state, const Correlation& c, const float* packed, float* out) {
    const std::vector<ChannelBlock> blocks = channel_blocks(*state.kernels, c.dst_channels);
    const std::int64_t taps = c.taps[0] * c.taps[1];
    parallel_for(
        state, static_cast<std::int64_t>(blocks.size()) * taps, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t item = begin; item < end; ++item) {
                const ChannelBlock& block = blocks[static_cast<std::size_t>(item / taps)];
                const std::int64_t tap = item % taps;
                const std::int64_t run = c.src_channels * block.vectors * state.kernels->lanes;
                const float* from = packed + block.weights * taps * 3 * c.src_channels + tap * 3 * run;
                float* to = out + block.weights * kWinogradPlanes * taps * c.src_channels + tap * run;
                for (std::int64_t p = 0; p < kWinogradPlanes; ++p) {
                    float* row = to + p * taps * run;
                    const float* g = kWinogradG[p];
                    state.kernels->axpby(g[0], from, 0.0F, row, run);
                    if (g[1] != 0.0F) state.kernels->axpby(g[1], from + run, 1.0F, row, run);
                    if (g[2] != 0.0F) state.kernels->axpby(g[2], from + 2 * run, 1.0F, row, run);
                }
            }
        });
}

std::int64_t winograd_size(const Kernels& kernels, const Correlation& c) {
    return packed_size(kernels, kWinogradPlanes * c.taps[0] * c.taps[1], c.src_channels, c.dst_channels);
}

void winograd_correlate(State& state, const Correlation& given) {
    const Correlation c = rows_together(state, given);
    const std::vector<ChannelBlock> blocks = channel_blocks(*state.kernels, c.dst_channels);
    const Winograd winograd(c, *state.kernels, blocks, c.weights);
    for_each_unit(state, c, blocks.size(), [&](const UnitRange& unit) { winograd.run(unit); });
}

}  // namespace huizhen::engine::cpu
