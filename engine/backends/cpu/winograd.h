#pragma once

// Convolutions with stride 1 and a kernel 3 wide, by Winograd's F(4, 3) along width: four outputs from six
// products instead of twelve. y = A^T [(G g) (B^T d)] (Lavin & Gray 2016); depth and height stay direct sums,
// so accuracy stays near that of the direct sum (errors grow by about 4).

#include "correlate.h"

namespace huizhen::engine::cpu {

inline constexpr std::int64_t kWinogradTile = 4;    // outputs
inline constexpr std::int64_t kWinogradPlanes = 6;  // products

// G of F(4, 3)
inline constexpr float kWinogradG[6][3] = {{1.0F / 4, 0, 0},
                                           {-1.0F / 6, -1.0F / 6, -1.0F / 6},
                                           {-1.0F / 6, 1.0F / 6, -1.0F / 6},
                                           {1.0F / 24, 1.0F / 12, 1.0F / 6},
                                           {1.0F / 24, -1.0F / 12, 1.0F / 6},
                                           {0, 0, 1}};

inline std::int64_t winograd_tiles(std::int64_t outputs) {
    return (outputs + kWinogradTile - 1) / kWinogradTile;
}

// Whether six products a tile are well below three an output, whole vectors of channels given.
inline bool winograd_pays(std::int64_t outputs, std::int64_t taps, std::int64_t in_channels,
                          std::int64_t out_channels) {
    return taps == 3 && in_channels >= 16 && out_channels >= 16 &&
           10 * kWinogradPlanes * winograd_tiles(outputs) <= 8 * 3 * outputs;
}

bool winograd_fits(const Correlation& c);
std::int64_t winograd_size(const Kernels& kernels, const Correlation& c);  // floats of transformed weights
// From packed weights: per channel block [plane][tz][ty][src channel][block width].
void winograd_weights(State& state, const Correlation& c, const float* packed, float* out);
void winograd_correlate(State& state, const Correlation& c);  // c.weights transformed

}  // namespace huizhen::engine::cpu
