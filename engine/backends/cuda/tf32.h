#pragma once

// TF32 keeps 10 bits of the factors' mantissas: several times faster, and no longer the engine's f32. Off
// unless asked for by HUIZHEN_CUDA_TF32=1.

#include <cstdlib>
#include <string_view>

namespace huizhen::engine::cuda {

inline bool tf32_wanted() {
    const char* named = std::getenv("HUIZHEN_CUDA_TF32");
    return named != nullptr && std::string_view(named) == "1";
}

}  // namespace huizhen::engine::cuda
