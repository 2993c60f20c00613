#include <cstdlib>

#include <huizhen/base/cpu.h>

namespace huizhen {
namespace {

CpuLevel detect() {
    CpuLevel level = CpuLevel::kBaseline;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) level = CpuLevel::kAvx2;
    if (level == CpuLevel::kAvx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        level = CpuLevel::kAvx512;
    }
    const char* wanted = std::getenv("HUIZHEN_CPU");
    if (wanted == nullptr) return level;
    for (CpuLevel lower : {CpuLevel::kBaseline, CpuLevel::kAvx2}) {
        if (wanted == cpu_level_name(lower) && lower < level) return lower;
    }
    return level;
}

}  // namespace

CpuLevel cpu_level() {
    static const CpuLevel level = detect();
    return level;
}

bool cpu_has_vnni() { return cpu_level() == CpuLevel::kAvx512 && __builtin_cpu_supports("avx512vnni"); }

std::string_view cpu_level_name(CpuLevel level) {
    switch (level) {
        case CpuLevel::kAvx512: return "avx512";
        case CpuLevel::kAvx2: return "avx2";
        case CpuLevel::kBaseline: break;
    }
    return "baseline";
}

}  // namespace huizhen
