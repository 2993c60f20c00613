// The gradient of a convolution's weights: dw[tap, ci, co] = sum over samples and outputs o of x[o stride -
// pad + tap, ci] dy[o, co].
//
// A tile holds some (tap, ci) rows times a block of output channels in registers while it runs along output
// rows: the same kernel as forward, with pixels as the inner index. Each tile is summed by one thread in a
// fixed order, so the result does not depend on the number of threads. (oneDNN 2.6 falls back to a general
// matrix product here, at a third of the speed.)

#include <cstring>
#include <vector>

#include "image.h"
#include "winograd.h"
#include "winograd_weights.h"

namespace huizhen::engine::cpu {
namespace {

constexpr std::int64_t kNarrow = 8;  // fewer input channels: rows run over (kernel x, channel) together
constexpr std::int64_t kSlabFloats =
    12 * 1024;  // gradient of outputs that all tiles of a unit see while it is hot

struct Geometry {
    std::array<std::int64_t, 3> stride{1, 1, 1}, pad{0, 0, 0}, taps{1, 1, 1};
};

Geometry geometry_of(const HzConv& a, const Image& x, const Image& w) {
    Geometry g;
    for (std::size_t i = 0; i < 3; ++i) {
        g.taps[i] = w.size[i];
        if (x.axis[i] >= 3) continue;
        g.stride[i] = a.stride[x.axis[i]];
        g.pad[i] = a.pad[x.axis[i]];
    }
    return g;
}

struct Range {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

// Outputs o in [0, outputs) for which o stride - pad + tap lies in [0, size).
Range valid_outputs(std::int64_t outputs, std::int64_t size, std::int64_t stride, std::int64_t pad,
                    std::int64_t tap) {
    const std::int64_t low = pad - tap;
    const std::int64_t begin = low > 0 ? (low + stride - 1) / stride : 0;
    const std::int64_t high = size - 1 + pad - tap;
    const std::int64_t end = high < 0 ? 0 : std::min(outputs, high / stride + 1);
    return {begin, std::max(begin, end)};
}

// An image whose rows can be read past their ends, or whose channels fill whole vectors: a copy where the
// original is not so.
struct Padded {
    const float* data;
    std::int64_t channels, row, slab, sample;
};

// Rows with `left` zero pixels in front, `width` pixels in all.
Padded with_margins(State& state, const Image& x, float* copy, std::int64_t left, std::int64_t width) {
    const std::int64_t rows = x.n * x.size[0] * x.size[1];
    const std::int64_t copied = std::min(x.size[2], width - left);
    parallel_for(state, rows, std::max<std::int64_t>(1, kGrain / (width * x.c)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t r = begin; r < end; ++r) {
                         float* to = copy + r * width * x.c;
                         std::fill_n(to, left * x.c, 0.0F);
                         std::copy_n(x.data + r * x.size[2] * x.c, copied * x.c, to + left * x.c);
                         std::fill_n(to + (left + copied) * x.c, (width - left - copied) * x.c, 0.0F);
                     }
                 });
    return {copy, x.c, width * x.c, x.size[1] * width * x.c, x.size[0] * x.size[1] * width * x.c};
}

Padded with_whole_vectors(State& state, const Image& y, float* copy, std::int64_t channels) {
    const std::int64_t pixels = y.n * y.pixels();
    parallel_for(state, pixels, std::max<std::int64_t>(1, kGrain / channels),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t p = begin; p < end; ++p) {
                         std::copy_n(y.data + p * y.c, y.c, copy + p * channels);
                         std::fill_n(copy + p * channels + y.c, channels - y.c, 0.0F);
                     }
                 });
    return {copy, channels, y.size[2] * channels, y.size[1] * y.size[2] * channels, y.pixels() * channels};
}

Padded as_is(const Image& image) {
    return {image.data, image.c, image.size[2] * image.c, image.size[1] * image.size[2] * image.c,
            image.pixels() * image.c};
}

// One thread's share: a kernel position (depth, height), a range of its (kernel x, channel) rows, one block
// of output channels.
struct Unit {
    std::int64_t tz, ty;
    std::int64_t row_begin, row_end;  // narrow: rows of (kernel x, channel); else of one kernel x
    std::int64_t tx;                  // narrow: 0
    const ChannelBlock* block;
    float* out;  // [row_end - row_begin][block width]
};

struct Sum {
    const Kernels& kernels;
    const Geometry& g;
    const Image& x;
    const Image& y;
    const Padded& px;
    const Padded& py;
    bool narrow;

    void run(const Unit& unit) const {
        const std::int64_t width = static_cast<std::int64_t>(unit.block->vectors) * kernels.lanes;
        std::fill_n(unit.out, (unit.row_end - unit.row_begin) * width, 0.0F);
        const Range z = valid_outputs(y.size[0], x.size[0], g.stride[0], g.pad[0], unit.tz);
        const Range rows = valid_outputs(y.size[1], x.size[1], g.stride[1], g.pad[1], unit.ty);
        const Range columns = narrow ? Range{0, y.size[2]}
                                     : valid_outputs(y.size[2], x.size[2], g.stride[2], g.pad[2], unit.tx);
        if (rows.begin == rows.end || columns.begin == columns.end) return;
        const std::int64_t slab = std::max<std::int64_t>(1, (rows.end - rows.begin) * y.size[2] * width);
        const std::int64_t depth = std::max<std::int64_t>(1, kSlabFloats / slab);
        std::vector<Segment> segments;
        for (std::int64_t n = 0; n < x.n; ++n) {
            for (std::int64_t z0 = z.begin; z0 < z.end; z0 += depth) {
                segments.clear();
                for (std::int64_t oz = z0; oz < std::min(z.end, z0 + depth); ++oz) {
                    for (std::int64_t oy = rows.begin; oy < rows.end; ++oy) {
                        segments.push_back(segment(unit, n, oz, oy, columns.begin));
                    }
                }
                tiles(unit, segments, columns.end - columns.begin, width);
            }
        }
    }

    Segment segment(const Unit& unit, std::int64_t n, std::int64_t oz, std::int64_t oy,
                    std::int64_t ox) const {
        const std::int64_t ix = narrow ? ox * g.stride[2] : ox * g.stride[2] - g.pad[2] + unit.tx;
        const std::int64_t iz = oz * g.stride[0] - g.pad[0] + unit.tz;
        const std::int64_t iy = oy * g.stride[1] - g.pad[1] + unit.ty;
        return {n * px.sample + iz * px.slab + iy * px.row + ix * px.channels + unit.row_begin,
                n * py.sample + oz * py.slab + oy * py.row + ox * py.channels + unit.block->first};
    }

    void tiles(const Unit& unit, const std::vector<Segment>& segments, std::int64_t pixels,
               std::int64_t width) const {
        const std::int64_t rows = unit.row_end - unit.row_begin;
        const std::int64_t most = kernels.rows_of[unit.block->vectors];
        const std::int64_t count = (rows + most - 1) / most;
        TileArguments tile{};
        tile.b = py.data;
        tile.segments = segments.data();
        tile.segment_count = static_cast<std::ptrdiff_t>(segments.size());
        tile.a_t = 1;
        tile.a_k = g.stride[2] * px.channels;
        tile.b_k = py.channels;
        tile.k = pixels;
        tile.c_t = width;
        std::int64_t row = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t length = (rows - row) / (count - i);
            tile.a = px.data + row;
            tile.c = unit.out + row * width;
            kernels.tile[unit.block->vectors][length](tile);
            row += length;
        }
    }
};

// Into the canonical [Co, Ci, taps].
void unpack(const Unit& unit, const Geometry& g, std::int64_t in_channels, std::int64_t out_channels,
            std::int64_t width, float* dw) {
    const std::int64_t taps = g.taps[0] * g.taps[1] * g.taps[2];
    const std::int64_t valid = std::min(width, out_channels - unit.block->first);
    for (std::int64_t row = unit.row_begin; row < unit.row_end; ++row) {
        const std::int64_t tx = unit.tx + row / in_channels;
        const std::int64_t ci = row % in_channels;
        const std::int64_t tap = (unit.tz * g.taps[1] + unit.ty) * g.taps[2] + tx;
        const float* from = unit.out + (row - unit.row_begin) * width;
        for (std::int64_t i = 0; i < valid; ++i) {
            dw[((unit.block->first + i) * in_channels + ci) * taps + tap] = from[i];
        }
    }
}

std::vector<Unit> units_of(const Geometry& g, std::int64_t in_channels, bool narrow, const Kernels& kernels,
                           const std::vector<ChannelBlock>& blocks, float* sums) {
    constexpr std::int64_t kRows = 32;
    std::vector<Unit> units;
    const std::int64_t steps = narrow ? 1 : g.taps[2];
    const std::int64_t rows = narrow ? g.taps[2] * in_channels : in_channels;
    const std::int64_t parts = (rows + kRows - 1) / kRows;
    for (const ChannelBlock& block : blocks) {
        for (std::int64_t tap = 0; tap < g.taps[0] * g.taps[1] * steps; ++tap) {
            for (std::int64_t part = 0; part < parts; ++part) {
                Unit unit{};
                unit.tx = tap % steps;
                unit.ty = tap / steps % g.taps[1];
                unit.tz = tap / steps / g.taps[1];
                unit.row_begin = part * rows / parts;
                unit.row_end = (part + 1) * rows / parts;
                unit.block = &block;
                unit.out = sums;
                sums += (unit.row_end - unit.row_begin) * block.vectors * kernels.lanes;
                units.push_back(unit);
            }
        }
    }
    return units;
}

// db[co] = sum of dy over samples and pixels: float over short runs, double over runs, runs cut alike for any
// thread count.
void bias_gradient(State& state, const Image& y, float* db) {
    constexpr std::int64_t kRun = 1024;
    const std::int64_t pixels = y.n * y.pixels();
    const std::int64_t runs = (pixels + kRun - 1) / kRun;
    const PoolBuffer partial(state, static_cast<std::size_t>(2 * runs * y.c));
    std::fill_n(partial.data(), 2 * runs * y.c, 0.0F);
    parallel_for(state, runs, std::max<std::int64_t>(1, kGrain / (kRun * y.c)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t i = begin; i < end; ++i) {
                         state.kernels->channel_sums(
                             y.data + i * kRun * y.c, std::min(kRun, pixels - i * kRun), y.c,
                             partial.data() + 2 * i * y.c, partial.data() + (2 * i + 1) * y.c);
                     }
                 });
    for (std::int64_t c = 0; c < y.c; ++c) {
        double total = 0.0;
        for (std::int64_t i = 0; i < runs; ++i) total += static_cast<double>(partial.data()[2 * i * y.c + c]);
        db[c] = static_cast<float>(total);
    }
}

void direct(State& state, const Image& x, const Image& y, const Image& w, const Geometry& g) {
    const Kernels& kernels = *state.kernels;
    const bool narrow = x.c < kNarrow;
    const std::int64_t padded = padded_channels(kernels, y.c);
    const std::int64_t width = (y.size[2] - 1) * g.stride[2] + g.taps[2];

    const PoolBuffer x_copy(state,
                            narrow ? static_cast<std::size_t>(x.n * x.size[0] * x.size[1] * width * x.c) : 0);
    const PoolBuffer y_copy(state, padded != y.c ? static_cast<std::size_t>(y.n * y.pixels() * padded) : 0);
    const Padded px =
        narrow ? with_margins(state, x, x_copy.data(), std::min(width, g.pad[2]), width) : as_is(x);
    const Padded py = padded != y.c ? with_whole_vectors(state, y, y_copy.data(), padded) : as_is(y);

    const std::vector<ChannelBlock> blocks = channel_blocks(kernels, y.c);
    const std::int64_t taps = g.taps[0] * g.taps[1] * g.taps[2];
    const PoolBuffer sums(state, static_cast<std::size_t>(taps * x.c * padded));
    const std::vector<Unit> units = units_of(g, x.c, narrow, kernels, blocks, sums.data());
    const Sum sum{kernels, g, x, y, px, py, narrow};
    parallel_for(state, static_cast<std::int64_t>(units.size()), 1,
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t i = begin; i < end; ++i) {
                         const Unit& unit = units[static_cast<std::size_t>(i)];
                         sum.run(unit);
                         unpack(unit, g, x.c, y.c,
                                static_cast<std::int64_t>(unit.block->vectors) * kernels.lanes, w.data);
                     }
                 });
}

}  // namespace

void conv_backward_weights(State& state, const HzConv& a) {
    const Image x(a.x);
    const Image w(a.w);
    const Image y(a.y);
    const Geometry g = geometry_of(a, x, w);
    const bool unit_stride = g.stride[0] == 1 && g.stride[1] == 1 && g.stride[2] == 1;
    if (unit_stride && winograd_pays(y.size[2], w.size[2], x.c, y.c)) {
        winograd_backward_weights(state, x, y, w, g.pad);
    } else {
        direct(state, x, y, w, g);
    }
    if (present(a.bias)) bias_gradient(state, y, floats(a.bias));
}

}  // namespace huizhen::engine::cpu
