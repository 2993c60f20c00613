#pragma once

// What this processor offers; asked once. HUIZHEN_CPU=baseline|avx2|avx512 lowers it, for tests and doubts.

#include <string_view>

namespace huizhen {

enum class CpuLevel { kBaseline, kAvx2, kAvx512 };  // kAvx2 implies FMA; kAvx512: F, BW, DQ, VL

CpuLevel cpu_level();
bool cpu_has_vnni();
std::string_view cpu_level_name(CpuLevel level);

}  // namespace huizhen
