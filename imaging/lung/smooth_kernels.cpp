#include "smooth_kernels.h"

#include <huizhen/base/cpu.h>

namespace huizhen::imaging {

void smooth_row_baseline(const float* const* rows, const float* weights, int radius, std::size_t count,
                         float* out) {
    const float* middle = rows[0];
    for (std::size_t i = 0; i < count; ++i) out[i] = weights[0] * middle[i];
    for (int k = 1; k <= radius; ++k) {
        const float w = weights[k];
        const float* before = rows[2 * k - 1];
        const float* after = rows[2 * k];
        for (std::size_t i = 0; i < count; ++i) out[i] += w * (before[i] + after[i]);
    }
}

SmoothRow smooth_row_for_this_cpu() {
    return cpu_level() == CpuLevel::kBaseline ? smooth_row_baseline : smooth_row_avx2;
}

}  // namespace huizhen::imaging
