#pragma once

// The inner loops of resample.cpp, each as plain code and as AVX2. Private to this folder. This header
// includes nothing that defines inline code, so that the AVX2 file cannot leak AVX2 copies of shared
// functions to the linker.

#include <cstddef>
#include <cstdint>

namespace huizhen::imaging::kernels {

// out[i] = sum over r of weights[r] * rows[r][i]
using BlendRows = void (*)(const std::int16_t* const rows[4], const float weights[4], int count, float* out);
void blend_rows_plain(const std::int16_t* const rows[4], const float weights[4], int count, float* out);
void blend_rows_avx2(const std::int16_t* const rows[4], const float weights[4], int count, float* out);

// out[i] = row[first[i]] + fraction[i] * (row[first[i] + 1] - row[first[i]]), rounded, saturated
using InterpolateRow = void (*)(const float* row, const std::int32_t* first, const float* fraction, int count,
                                std::int16_t* out);
void interpolate_row_plain(const float* row, const std::int32_t* first, const float* fraction, int count,
                           std::int16_t* out);
void interpolate_row_avx2(const float* row, const std::int32_t* first, const float* fraction, int count,
                          std::int16_t* out);

// One row of a patch. Coordinates are voxels relative to `anchor`, an integer voxel near the patch, so that
// single precision loses nothing: position(i) = start + i * step, clamped to [low, high] per axis.
struct PatchRow {
    const std::int16_t* voxels;
    std::int32_t size[3];  // each at least 2
    std::int32_t anchor[3];
    float start[3];
    float step[3];
};
void sample_row_avx2(const PatchRow& row, int count, float* out);

}  // namespace huizhen::imaging::kernels
