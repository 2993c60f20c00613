// The gradient of the weights of a convolution with stride 1 and a kernel 3 wide, by the transposed form of
// winograd.h: dg = G^T sum over tiles of (A dy) (B^T x): six products for four outputs and three weights
// instead of twelve.
//
// Both images are transformed once; then every plane is a sum over tiles like the one of
// convolution_weights.cpp. One thread sums a plane's share in a fixed order.

#include "winograd_weights.h"

#include <cstring>
#include <vector>

#include "winograd.h"

namespace huizhen::engine::cpu {
namespace {

constexpr std::int64_t kRows = 16;  // input channels of one unit

// [plane][sample][slab][row][tile][channel]
struct Planes {
    float* data;
    std::int64_t plane, sample, slab, row;
};

struct Problem {
    const Image& x;
    const Image& y;
    std::array<std::int64_t, 3> taps, pad;
    std::int64_t tiles, rows;  // rows: of a transformed slab of x, margins included
    std::int64_t y_channels;   // padded to whole vectors

    std::int64_t x_row() const { return tiles * x.c; }
    std::int64_t y_row() const { return tiles * y_channels; }
};

Planes planes_of(float* data, const Image& image, std::int64_t rows, std::int64_t row) {
    return {data, image.n * image.size[0] * rows * row, image.size[0] * rows * row, rows * row, row};
}

void transform_x(State& state, const Problem& q, const Planes& planes) {
    const Image& x = q.x;
    parallel_for(state, x.n * x.size[0], 1, [&](std::int64_t begin, std::int64_t end) {
        float* zeros = scratch(static_cast<std::size_t>(x.c));
        std::fill_n(zeros, x.c, 0.0F);
        for (std::int64_t i = begin; i < end; ++i) {
            for (std::int64_t r = 0; r < q.rows; ++r) {
                float* to = planes.data + i * planes.slab + r * planes.row;
                const std::int64_t at = r - q.pad[1];
                if (at < 0 || at >= x.size[1]) {
                    for (std::int64_t p = 0; p < kWinogradPlanes; ++p)
                        std::fill_n(to + p * planes.plane, planes.row, 0.0F);
                    continue;
                }
                const float* from = x.data + (i * x.size[1] + at) * x.size[2] * x.c;
                for (std::int64_t t = 0; t < q.tiles; ++t) {
                    std::array<const float*, 6> pixels{};
                    for (std::size_t j = 0; j < pixels.size(); ++j) {
                        const std::int64_t column =
                            t * kWinogradTile - q.pad[2] + static_cast<std::int64_t>(j);
                        pixels[j] = column >= 0 && column < x.size[2] ? from + column * x.c : zeros;
                    }
                    state.kernels->winograd_input(pixels.data(), x.c, to + t * x.c, planes.plane);
                }
            }
        }
    });
}

void transform_y(State& state, const Problem& q, const Planes& planes) {
    const Image& y = q.y;
    parallel_for(state, y.n * y.size[0], 1, [&](std::int64_t begin, std::int64_t end) {
        // One pixel of zeros, and four of a tile where the channels have to be filled up to whole vectors.
        float* zeros = scratch(static_cast<std::size_t>(5 * q.y_channels));
        std::fill_n(zeros, 5 * q.y_channels, 0.0F);
        for (std::int64_t i = begin * y.size[1]; i < end * y.size[1]; ++i) {
            for (std::int64_t t = 0; t < q.tiles; ++t) {
                std::array<const float*, 4> pixels{};
                for (std::size_t j = 0; j < pixels.size(); ++j) {
                    const std::int64_t column = t * kWinogradTile + static_cast<std::int64_t>(j);
                    const float* from = y.data + (i * y.size[2] + column) * y.c;
                    pixels[j] = column < y.size[2] ? from : zeros;
                    if (q.y_channels == y.c || column >= y.size[2]) continue;
                    float* filled = zeros + (static_cast<std::int64_t>(j) + 1) * q.y_channels;
                    std::copy_n(from, y.c, filled);
                    pixels[j] = filled;
                }
                state.kernels->winograd_gradient(pixels.data(), q.y_channels,
                                                 planes.data + i * planes.row + t * q.y_channels,
                                                 planes.plane);
            }
        }
    });
}

// Some input channels and one block of output channels of one plane; out [tz][ty][channel][width].
struct Unit {
    std::int64_t plane, begin, end;
    const ChannelBlock* block;
    float* out;
};

void sum_tap(const Kernels& kernels, const Problem& q, const Planes& px, const Planes& py, const Unit& unit,
             std::int64_t tap, std::int64_t n, std::int64_t oz, std::int64_t sz) {
    const std::int64_t width = static_cast<std::int64_t>(unit.block->vectors) * kernels.lanes;
    const std::int64_t rows = unit.end - unit.begin;
    const Segment start{0, 0};
    TileArguments tile{};
    tile.b = py.data + unit.plane * py.plane + n * py.sample + oz * py.slab + unit.block->first;
    tile.segments = &start;
    tile.segment_count = 1;
    tile.a_t = 1;
    tile.a_k = q.x.c;
    tile.b_k = q.y_channels;
    tile.k = q.y.size[1] * q.tiles;
    tile.c_t = width;
    const float* a = px.data + unit.plane * px.plane + n * px.sample + sz * px.slab +
                     tap % q.taps[1] * px.row + unit.begin;
    const std::int64_t most = kernels.rows_of[unit.block->vectors];
    const std::int64_t count = (rows + most - 1) / most;
    std::int64_t row = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t length = (rows - row) / (count - i);
        tile.a = a + row;
        tile.c = unit.out + (tap * rows + row) * width;
        kernels.tile[unit.block->vectors][length](tile);
        row += length;
    }
}

void sum_unit(const Kernels& kernels, const Problem& q, const Planes& px, const Planes& py,
              const Unit& unit) {
    const std::int64_t taps = q.taps[0] * q.taps[1];
    std::fill_n(unit.out, taps * (unit.end - unit.begin) * unit.block->vectors * kernels.lanes, 0.0F);
    for (std::int64_t n = 0; n < q.x.n; ++n) {
        for (std::int64_t oz = 0; oz < q.y.size[0]; ++oz) {
            for (std::int64_t tap = 0; tap < taps; ++tap) {
                const std::int64_t sz = oz - q.pad[0] + tap / q.taps[1];
                if (sz < 0 || sz >= q.x.size[0]) continue;
                sum_tap(kernels, q, px, py, unit, tap, n, oz, sz);
            }
        }
    }
}

// dw[co, ci, tz, ty, k] = sum over planes p of G[p][k] sums[p]
void gather_weights(State& state, const Problem& q, const std::vector<ChannelBlock>& blocks,
                    const float* sums, std::int64_t plane, float* dw) {
    const std::int64_t taps = q.taps[0] * q.taps[1];
    parallel_for(state, q.x.c, std::max<std::int64_t>(1, kGrain / (18 * taps * q.y.c)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (const ChannelBlock& block : blocks) {
                         const std::int64_t width =
                             static_cast<std::int64_t>(block.vectors) * state.kernels->lanes;
                         const std::int64_t valid = std::min(width, q.y.c - block.first);
                         for (std::int64_t ci = begin; ci < end; ++ci) {
                             const std::int64_t first = ci / kRows * kRows;
                             const std::int64_t rows = std::min(kRows, q.x.c - first);
                             const float* base = sums + taps * (block.weights * q.x.c + first * width);
                             for (std::int64_t tap = 0; tap < taps; ++tap) {
                                 const float* from = base + (tap * rows + ci - first) * width;
                                 for (std::int64_t i = 0; i < valid; ++i) {
                                     float* to = dw + (((block.first + i) * q.x.c + ci) * taps + tap) * 3;
                                     for (int k = 0; k < 3; ++k) {
                                         float total = 0.0F;
                                         for (std::int64_t p = 0; p < kWinogradPlanes; ++p)
                                             total += kWinogradG[p][k] * from[p * plane + i];
                                         to[k] = total;
                                     }
                                 }
                             }
                         }
                     }
                 });
}

std::vector<Unit> units_of(const Kernels& kernels, const Problem& q, const std::vector<ChannelBlock>& blocks,
                           float* sums, std::int64_t plane) {
    const std::int64_t taps = q.taps[0] * q.taps[1];
    std::vector<Unit> units;
    for (std::int64_t p = 0; p < kWinogradPlanes; ++p) {
        float* out = sums + p * plane;
        for (const ChannelBlock& block : blocks) {
            for (std::int64_t begin = 0; begin < q.x.c; begin += kRows) {
                const std::int64_t end = std::min(q.x.c, begin + kRows);
                units.push_back({p, begin, end, &block, out});
                out += taps * (end - begin) * block.vectors * kernels.lanes;
            }
        }
    }
    return units;
}

}  // namespace

void winograd_backward_weights(State& state, const Image& x, const Image& y, const Image& w,
                               std::array<std::int64_t, 3> pad) {
    const Kernels& kernels = *state.kernels;
    Problem q{x,
              y,
              w.size,
              pad,
              winograd_tiles(y.size[2]),
              y.size[1] + w.size[1] - 1,
              padded_channels(kernels, y.c)};
    const std::int64_t x_floats = kWinogradPlanes * x.n * x.size[0] * q.rows * q.x_row();
    const std::int64_t y_floats = kWinogradPlanes * y.n * y.size[0] * y.size[1] * q.y_row();
    const std::int64_t plane = q.taps[0] * q.taps[1] * x.c * q.y_channels;
    const PoolBuffer x_buffer(state, static_cast<std::size_t>(x_floats));
    const PoolBuffer y_buffer(state, static_cast<std::size_t>(y_floats));
    const PoolBuffer sums(state, static_cast<std::size_t>(kWinogradPlanes * plane));
    const Planes px = planes_of(x_buffer.data(), x, q.rows, q.x_row());
    const Planes py = planes_of(y_buffer.data(), y, y.size[1], q.y_row());
    transform_x(state, q, px);
    transform_y(state, q, py);
    const std::vector<ChannelBlock> blocks = channel_blocks(kernels, y.c);
    const std::vector<Unit> units = units_of(kernels, q, blocks, sums.data(), plane);
    parallel_for(state, static_cast<std::int64_t>(units.size()), 1,
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t i = begin; i < end; ++i)
                         sum_unit(kernels, q, px, py, units[static_cast<std::size_t>(i)]);
                 });
    gather_weights(state, q, blocks, sums.data(), plane, w.data);
}

}  // namespace huizhen::engine::cpu
