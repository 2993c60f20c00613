// Compiled with -mavx2 -mfma; reached only through smooth_row_for_this_cpu().
#include <immintrin.h>

#include "smooth_kernels.h"

namespace huizhen::imaging {

void smooth_row_avx2(const float* const* rows, const float* weights, int radius, std::size_t count,
                     float* out) {
    std::size_t i = 0;
    // Four vectors at a time stay in registers over all taps: each value is written once.
    for (; i + 32 <= count; i += 32) {
        const __m256 w0 = _mm256_broadcast_ss(weights);
        __m256 a = _mm256_mul_ps(w0, _mm256_loadu_ps(rows[0] + i));
        __m256 b = _mm256_mul_ps(w0, _mm256_loadu_ps(rows[0] + i + 8));
        __m256 c = _mm256_mul_ps(w0, _mm256_loadu_ps(rows[0] + i + 16));
        __m256 d = _mm256_mul_ps(w0, _mm256_loadu_ps(rows[0] + i + 24));
        for (int k = 1; k <= radius; ++k) {
            const __m256 w = _mm256_broadcast_ss(weights + k);
            const float* p = rows[2 * k - 1] + i;
            const float* q = rows[2 * k] + i;
            a = _mm256_fmadd_ps(w, _mm256_add_ps(_mm256_loadu_ps(p), _mm256_loadu_ps(q)), a);
            b = _mm256_fmadd_ps(w, _mm256_add_ps(_mm256_loadu_ps(p + 8), _mm256_loadu_ps(q + 8)), b);
            c = _mm256_fmadd_ps(w, _mm256_add_ps(_mm256_loadu_ps(p + 16), _mm256_loadu_ps(q + 16)), c);
            d = _mm256_fmadd_ps(w, _mm256_add_ps(_mm256_loadu_ps(p + 24), _mm256_loadu_ps(q + 24)), d);
        }
        _mm256_storeu_ps(out + i, a);
        _mm256_storeu_ps(out + i + 8, b);
        _mm256_storeu_ps(out + i + 16, c);
        _mm256_storeu_ps(out + i + 24, d);
    }
    for (; i < count; ++i) {
        float sum = weights[0] * rows[0][i];
        for (int k = 1; k <= radius; ++k) sum += weights[k] * (rows[2 * k - 1][i] + rows[2 * k][i]);
        out[i] = sum;
    }
}

}  // namespace huizhen::imaging
