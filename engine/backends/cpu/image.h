#pragma once

// A channels-last image, or canonical weights, with three spatial axes.

#include <array>

#include "state.h"

namespace huizhen::engine::cpu {

struct Image {
    float* data;
    std::int64_t n, c;
    std::array<std::int64_t, 3> size;
    // Which axis of HzConv / HzPool (depth, height, width) each is; 3: none. The height of a flat image takes
    // the place of depth, since work is divided along the first axis.
    std::array<std::size_t, 3> axis;

    explicit Image(const HzTensor& t) : data(floats(t)), n(t.dims[0]), c(t.dims[1]) {
        if (t.rank == 5) {
            size = {t.dims[2], t.dims[3], t.dims[4]};
            axis = {0, 1, 2};
        } else {
            size = {t.dims[2], 1, t.dims[3]};
            axis = {1, 3, 2};
        }
    }
    std::int64_t pixels() const { return size[0] * size[1] * size[2]; }
};

}  // namespace huizhen::engine::cpu
