#include "correlate.h"

#include <array>
#include <cstring>

#include "winograd.h"

namespace huizhen::engine::cpu {
namespace {

constexpr int kSlab = 0;  // scratch slots
constexpr int kOutputs = 1;
constexpr std::int64_t kMaxSegments = 64;
constexpr std::int64_t kLongRun = 64;            // sums from here on amortise loading the accumulators
constexpr std::int64_t kBlockFloats = 8 * 1024;  // outputs kept hot while weights stream over them: 32 KiB

// Source rows as the tiles see them: the image itself, or a copy with zeroed margins.
struct Source {
    const float* data;
    std::int64_t z_first;    // depth of the first slab in `data`
    std::int64_t row, slab;  // strides
};

bool needs_margins(const Correlation& c) {
    const std::int64_t last = (c.outputs[2] - 1) * c.src_stride[2] + c.taps[2] + c.src_offset[2];
    return c.src_offset[2] < 0 || last > c.src_size[2];
}

// Copies the slabs that outputs [z_begin, z_end) read, each row with its margins along width.
Source source_rows(const Correlation& c, const UnitRange& unit) {
    const std::int64_t channels = c.src_channels;
    const float* image = c.src + unit.sample * c.src_size[0] * c.src_size[1] * c.src_size[2] * channels;
    if (!needs_margins(c)) {
        return {image + c.src_offset[2] * channels, 0, c.src_size[2] * channels,
                c.src_size[1] * c.src_size[2] * channels};
    }
    const std::int64_t z_first = std::max<std::int64_t>(0, unit.z_begin * c.src_stride[0] + c.src_offset[0]);
    const std::int64_t z_last =
        std::min(c.src_size[0], (unit.z_end - 1) * c.src_stride[0] + c.src_offset[0] + c.taps[0]);
    const std::int64_t width = (c.outputs[2] - 1) * c.src_stride[2] + c.taps[2];
    const std::int64_t left = std::clamp<std::int64_t>(-c.src_offset[2], 0, width);
    const std::int64_t first = std::max<std::int64_t>(0, c.src_offset[2]);
    const std::int64_t copied = std::clamp<std::int64_t>(c.src_size[2] - first, 0, width - left);
    const std::int64_t rows = std::max<std::int64_t>(0, z_last - z_first) * c.src_size[1];
    float* slab =
        scratch(static_cast<std::size_t>(std::max<std::int64_t>(1, rows * width * channels)), kSlab);
    for (std::int64_t r = 0; r < rows; ++r) {
        float* to = slab + r * width * channels;
        std::fill_n(to, left * channels, 0.0F);
        std::copy_n(image + ((z_first * c.src_size[1] + r) * c.src_size[2] + first) * channels,
                    copied * channels, to + left * channels);
        std::fill_n(to + (left + copied) * channels, (width - left - copied) * channels, 0.0F);
    }
    return {slab, z_first, width * channels, c.src_size[1] * width * channels};
}

// Where a unit's outputs are summed: in place, or in scratch where the channels do not fill whole vectors.
struct Target {
    float* data;           // output (0, 0, 0) of the sample's grid
    std::int64_t z, y, x;  // strides

    float* at(std::int64_t oz, std::int64_t oy, std::int64_t ox) const {
        return data + oz * z + oy * y + ox * x;
    }
};

Target in_place(const Correlation& c, std::int64_t sample) {
    const std::int64_t pixel = c.dst_channels;
    const std::int64_t row = c.dst_size[2] * pixel;
    const std::int64_t slab = c.dst_size[1] * row;
    return {c.dst + sample * c.dst_size[0] * slab + c.dst_offset[0] * slab + c.dst_offset[1] * row +
                c.dst_offset[2] * pixel,
            c.dst_stride[0] * slab, c.dst_stride[1] * row, c.dst_stride[2] * pixel};
}

struct BlockRun {
    const Correlation& c;
    const Kernels& kernels;
    const Source& source;
    const Target& target;
    const ChannelBlock& block;
    const float* weights;
    std::int64_t width;  // floats

    std::int64_t run() const { return c.taps[2] * c.src_channels; }

    void initialise(std::int64_t z_begin, std::int64_t z_end) const {
        std::array<float, kMaxTileVectors * 16> start{};
        if (c.bias != nullptr) {
            const std::int64_t valid = std::min(width, c.dst_channels - block.first);
            std::copy_n(c.bias + block.first, valid, start.begin());
        }
        const auto bytes = static_cast<std::size_t>(width) * sizeof(float);
        for (std::int64_t z = z_begin; z < z_end; ++z)
            for (std::int64_t y = 0; y < c.outputs[1]; ++y)
                for (std::int64_t x = 0; x < c.outputs[2]; ++x) {
                    std::memcpy(target.at(z, y, x) + block.first, start.data(), bytes);
                }
    }

    // One row of outputs: tiles of nearly equal length.
    void row(std::int64_t z, std::int64_t y, const Segment* segments, std::int64_t segment_count) const {
        const std::int64_t pixels = c.outputs[2];
        const std::int64_t most = kernels.rows_of[block.vectors];
        const std::int64_t tiles = (pixels + most - 1) / most;
        TileArguments tile{};
        tile.b = weights;
        tile.segments = segments;
        tile.segment_count = segment_count;
        tile.a_t = c.src_stride[2] * c.src_channels;
        tile.a_k = 1;
        tile.b_k = width;
        tile.k = run();
        tile.c_t = target.x;
        std::int64_t x = 0;
        for (std::int64_t i = 0; i < tiles; ++i) {
            const std::int64_t length = (pixels - x) / (tiles - i);
            tile.a = source.data + x * tile.a_t;
            tile.c = target.at(z, y, x) + block.first;
            kernels.tile[block.vectors][length](tile);
            x += length;
        }
    }

    // Adds taps [tap_begin, tap_end) of the flattened (depth, height) taps to outputs of depth [z_begin,
    // z_end).
    void taps(std::int64_t tap_begin, std::int64_t tap_end, std::int64_t z_begin, std::int64_t z_end) const {
        std::array<Segment, kMaxSegments> segments{};
        for (std::int64_t z = z_begin; z < z_end; ++z) {
            for (std::int64_t y = 0; y < c.outputs[1]; ++y) {
                std::size_t used = 0;
                for (std::int64_t tap = tap_begin; tap < tap_end; ++tap) {
                    const std::int64_t sz = z * c.src_stride[0] + c.src_offset[0] + tap / c.taps[1];
                    const std::int64_t sy = y * c.src_stride[1] + c.src_offset[1] + tap % c.taps[1];
                    if (sz < 0 || sz >= c.src_size[0] || sy < 0 || sy >= c.src_size[1]) continue;
                    segments.at(used++) = {(sz - source.z_first) * source.slab + sy * source.row,
                                           tap * run() * width};
                }
                if (used > 0) row(z, y, segments.data(), static_cast<std::int64_t>(used));
            }
        }
    }

    void all(std::int64_t z_begin, std::int64_t z_end) const {
        const std::int64_t taps_zy = c.taps[0] * c.taps[1];
        const std::int64_t together = run() >= kLongRun ? 1 : kMaxSegments;  // kMaxSegments at a time
        const std::int64_t slab = std::max<std::int64_t>(1, c.outputs[1] * c.outputs[2] * width);
        const std::int64_t depth = std::max<std::int64_t>(1, kBlockFloats / slab);
        for (std::int64_t z = z_begin; z < z_end; z += depth) {
            const std::int64_t end = std::min(z_end, z + depth);
            initialise(z, end);
            for (std::int64_t tap = 0; tap < taps_zy; tap += together) {
                taps(tap, std::min(taps_zy, tap + together), z, end);
            }
            if (c.activation != HZ_ACT_NONE) activate(z, end);
        }
    }

    void activate(std::int64_t z_begin, std::int64_t z_end) const {
        const int kind = c.activation == HZ_ACT_RELU ? HZ_UNARY_RELU : HZ_UNARY_GELU;
        for (std::int64_t z = z_begin; z < z_end; ++z)
            for (std::int64_t y = 0; y < c.outputs[1]; ++y)
                for (std::int64_t x = 0; x < c.outputs[2]; ++x) {
                    float* pixel = target.at(z, y, x) + block.first;
                    kernels.unary(kind, 1.0F, 0.0F, pixel, pixel, width);
                }
    }
};

void run_unit(const Correlation& c, const Kernels& kernels, const UnitRange& unit,
              const std::vector<ChannelBlock>& blocks) {
    const Source source = source_rows(c, unit);
    const Target out = in_place(c, unit.sample);
    const std::int64_t padded = padded_channels(kernels, c.dst_channels);
    const bool whole = padded == c.dst_channels;
    Target target = out;
    if (!whole) {
        const std::int64_t row = c.outputs[2] * padded;
        const std::int64_t slab = c.outputs[1] * row;
        float* data = scratch(static_cast<std::size_t>((unit.z_end - unit.z_begin) * slab), kOutputs);
        target = {data - unit.z_begin * slab, slab, row, padded};
    }
    const std::int64_t per_channel = c.taps[0] * c.taps[1] * c.taps[2] * c.src_channels;
    for (std::size_t b = unit.block_begin; b < unit.block_end; ++b) {
        const ChannelBlock& block = blocks[b];
        const BlockRun run{c,
                           kernels,
                           source,
                           target,
                           block,
                           c.weights + block.weights * per_channel,
                           static_cast<std::int64_t>(block.vectors) * kernels.lanes};
        run.all(unit.z_begin, unit.z_end);
    }
    if (whole) return;
    for (std::int64_t z = unit.z_begin; z < unit.z_end; ++z)
        for (std::int64_t y = 0; y < c.outputs[1]; ++y)
            for (std::int64_t x = 0; x < c.outputs[2]; ++x) {
                for (std::size_t b = unit.block_begin; b < unit.block_end; ++b) {
                    const std::int64_t first = blocks[b].first;
                    const std::int64_t width = static_cast<std::int64_t>(blocks[b].vectors) * kernels.lanes;
                    std::copy_n(target.at(z, y, x) + first, std::min(width, c.dst_channels - first),
                                out.at(z, y, x) + first);
                }
            }
}

}  // namespace

std::int64_t packed_size(const Kernels& kernels, std::int64_t taps, std::int64_t src_channels,
                         std::int64_t dst_channels) {
    return taps * src_channels * padded_channels(kernels, dst_channels);
}

void correlate(State& state, const Correlation& c) {
    if (c.outputs[0] <= 0 || c.outputs[1] <= 0 || c.outputs[2] <= 0) return;
    if (winograd_fits(c)) return winograd_correlate(state, c);
    const std::vector<ChannelBlock> blocks = channel_blocks(*state.kernels, c.dst_channels);
    for_each_unit(state, c, blocks.size(),
                  [&](const UnitRange& unit) { run_unit(c, *state.kernels, unit, blocks); });
}

}  // namespace huizhen::engine::cpu
