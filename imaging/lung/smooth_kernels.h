#pragma once

// The inner loop of separable smoothing, in versions for this processor and older ones.

#include <cstddef>

namespace huizhen::imaging {

// out[i] = weights[0]*rows[0][i] + sum over k of weights[k] * (rows[2k-1][i] + rows[2k][i]), i < count, k
// = 1..radius. `out` overlaps none of the rows.
using SmoothRow = void (*)(const float* const* rows, const float* weights, int radius, std::size_t count,
                           float* out);

SmoothRow smooth_row_for_this_cpu();

void smooth_row_baseline(const float* const* rows, const float* weights, int radius, std::size_t count,
                         float* out);
void smooth_row_avx2(const float* const* rows, const float* weights, int radius, std::size_t count,
                     float* out);

}  // namespace huizhen::imaging
