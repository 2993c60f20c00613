#include <cstring>

#include "state.h"

namespace huizhen::engine::cpu {
namespace {

// rows x columns -> columns x rows, in squares that stay in cache.
void transpose_range(const float* from, float* to, std::int64_t rows, std::int64_t columns,
                     std::int64_t column_begin, std::int64_t column_end) {
    constexpr std::int64_t kSquare = 16;
    for (std::int64_t c0 = column_begin; c0 < column_end; c0 += kSquare) {
        const std::int64_t c1 = std::min(column_end, c0 + kSquare);
        for (std::int64_t r0 = 0; r0 < rows; r0 += kSquare) {
            const std::int64_t r1 = std::min(rows, r0 + kSquare);
            for (std::int64_t c = c0; c < c1; ++c) {
                for (std::int64_t r = r0; r < r1; ++r) to[c * rows + r] = from[r * columns + c];
            }
        }
    }
}

}  // namespace

void reorder(State& state, const HzTensor& from, const HzTensor& to) {
    const std::int64_t channels = from.dims[1];
    const std::int64_t pixels = spatial(from);
    if (from.layout == to.layout || channels == 1 || pixels == 1) {
        std::memcpy(to.data, from.data, static_cast<std::size_t>(count(from)) * sizeof(float));
        return;
    }
    const bool to_last = to.layout == kChannelsLast;
    const std::int64_t rows = to_last ? channels : pixels;
    const std::int64_t columns = to_last ? pixels : channels;
    constexpr std::int64_t kStrip = 64;
    const std::int64_t strips = (columns + kStrip - 1) / kStrip;
    parallel_for(state, from.dims[0] * strips, std::max<std::int64_t>(1, kGrain / (rows * kStrip)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t i = begin; i < end; ++i) {
                         const std::int64_t at = i / strips * rows * columns;
                         const std::int64_t column = i % strips * kStrip;
                         transpose_range(floats(from) + at, floats(to) + at, rows, columns, column,
                                         std::min(columns, column + kStrip));
                     }
                 });
}

}  // namespace huizhen::engine::cpu
