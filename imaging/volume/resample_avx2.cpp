// Compiled with -mavx2 -mfma; called only where base/cpu.h says the processor has them.

#include <immintrin.h>

#include "resample_kernels.h"

namespace huizhen::imaging::kernels {
namespace {

__m256 load8(const std::int16_t* p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}

__m256 lerp(__m256 a, __m256 b, __m256 t) { return _mm256_fmadd_ps(t, _mm256_sub_ps(b, a), a); }

struct AxisLanes {
    __m256i first;    // the lower voxel of the pair, absolute; at most size - 2
    __m256 fraction;  // 0 to 1 towards first + 1
};

AxisLanes axis_lanes(const PatchRow& row, int axis, __m256 lane) {
    const float low = static_cast<float>(-row.anchor[axis]);
    const float high = static_cast<float>(row.size[axis] - 1 - row.anchor[axis]);
    __m256 at = _mm256_fmadd_ps(lane, _mm256_set1_ps(row.step[axis]), _mm256_set1_ps(row.start[axis]));
    at = _mm256_min_ps(_mm256_max_ps(at, _mm256_set1_ps(low)), _mm256_set1_ps(high));
    const __m256 base = _mm256_min_ps(_mm256_floor_ps(at), _mm256_set1_ps(high - 1));
    return {_mm256_add_epi32(_mm256_cvtps_epi32(base), _mm256_set1_epi32(row.anchor[axis])),
            _mm256_sub_ps(at, base)};
}

// Voxel pairs (x, x + 1) are one 32-bit gather; both lie inside the grid since first <= size - 2.
__m256 lerp_pairs(const std::int16_t* voxels, __m256i index, __m256 fraction) {
    const __m256i pair = _mm256_i32gather_epi32(reinterpret_cast<const int*>(voxels), index, 2);
    const __m256 left = _mm256_cvtepi32_ps(_mm256_srai_epi32(_mm256_slli_epi32(pair, 16), 16));
    const __m256 right = _mm256_cvtepi32_ps(_mm256_srai_epi32(pair, 16));
    return lerp(left, right, fraction);
}

__m256 sample8(const PatchRow& row, __m256 lane) {
    const AxisLanes x = axis_lanes(row, 0, lane);
    const AxisLanes y = axis_lanes(row, 1, lane);
    const AxisLanes z = axis_lanes(row, 2, lane);
    const __m256i nx = _mm256_set1_epi32(row.size[0]);
    const __m256i plane = _mm256_set1_epi32(row.size[0] * row.size[1]);
    const __m256i i00 = _mm256_add_epi32(
        x.first, _mm256_add_epi32(_mm256_mullo_epi32(y.first, nx), _mm256_mullo_epi32(z.first, plane)));
    const __m256i i01 = _mm256_add_epi32(i00, plane);
    const __m256 front = lerp(lerp_pairs(row.voxels, i00, x.fraction),
                              lerp_pairs(row.voxels, _mm256_add_epi32(i00, nx), x.fraction), y.fraction);
    const __m256 back = lerp(lerp_pairs(row.voxels, i01, x.fraction),
                             lerp_pairs(row.voxels, _mm256_add_epi32(i01, nx), x.fraction), y.fraction);
    return lerp(front, back, z.fraction);
}

}  // namespace

void blend_rows_avx2(const std::int16_t* const rows[4], const float weights[4], int count, float* out) {
    const __m256 w0 = _mm256_set1_ps(weights[0]), w1 = _mm256_set1_ps(weights[1]);
    const __m256 w2 = _mm256_set1_ps(weights[2]), w3 = _mm256_set1_ps(weights[3]);
    int i = 0;
    for (; i + 8 <= count; i += 8) {
        __m256 sum = _mm256_mul_ps(w0, load8(rows[0] + i));
        sum = _mm256_fmadd_ps(w1, load8(rows[1] + i), sum);
        sum = _mm256_fmadd_ps(w2, load8(rows[2] + i), sum);
        sum = _mm256_fmadd_ps(w3, load8(rows[3] + i), sum);
        _mm256_storeu_ps(out + i, sum);
    }
    const std::int16_t* const rest[4] = {rows[0] + i, rows[1] + i, rows[2] + i, rows[3] + i};
    blend_rows_plain(rest, weights, count - i, out + i);
}

void interpolate_row_avx2(const float* row, const std::int32_t* first, const float* fraction, int count,
                          std::int16_t* out) {
    int i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m256i index = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first + i));
        const __m256 left = _mm256_i32gather_ps(row, index, 4);
        const __m256 right = _mm256_i32gather_ps(row + 1, index, 4);
        const __m256i value = _mm256_cvtps_epi32(lerp(left, right, _mm256_loadu_ps(fraction + i)));
        const __m128i packed =
            _mm_packs_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), packed);
    }
    interpolate_row_plain(row, first + i, fraction + i, count - i, out + i);
}

void sample_row_avx2(const PatchRow& row, int count, float* out) {
    __m256 lane = _mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7);
    int i = 0;
    for (; i + 8 <= count; i += 8) {
        _mm256_storeu_ps(out + i, sample8(row, lane));
        lane = _mm256_add_ps(lane, _mm256_set1_ps(8));
    }
    if (i == count) return;
    alignas(32) float rest[8];
    _mm256_store_ps(rest, sample8(row, lane));  // lanes past the end are clamped into the grid: safe to read
    for (int k = 0; i < count; ++i, ++k) out[i] = rest[k];
}

}  // namespace huizhen::imaging::kernels
