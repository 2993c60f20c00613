#include "kernels.h"

#include <huizhen/base/cpu.h>

namespace huizhen::engine::cpu {

const Kernels& kernels() {
    switch (cpu_level()) {
        case CpuLevel::kAvx512: return kernels_avx512();
        case CpuLevel::kAvx2: return kernels_avx2();
        case CpuLevel::kBaseline: break;
    }
    return kernels_baseline();
}

}  // namespace huizhen::engine::cpu
