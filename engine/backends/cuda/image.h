#pragma once

// Images [N, C, (D,) H, W] in kernels: extents of depth, height and width, and places among them.

#include "kernel.h"

namespace huizhen::engine::cuda {

// Rank 4 has depth 1.
inline void set_extents(const HzTensor& image, std::int64_t* extents) {
    for (int axis = 0; axis < 3; ++axis) {
        const std::int32_t at = axis + image.rank - 3;
        extents[axis] = at < 2 ? 1 : image.dims[at];
    }
}

// A flat index over [planes, depth, height, width]; a plane is one channel of one sample.
struct Position {
    std::int64_t plane, z, r, c;
    __device__ Position(std::int64_t flat, const std::int64_t* extents) {
        c = flat % extents[2];
        r = flat / extents[2] % extents[1];
        z = flat / (extents[2] * extents[1]) % extents[0];
        plane = flat / (extents[2] * extents[1] * extents[0]);
    }
};

}  // namespace huizhen::engine::cuda
