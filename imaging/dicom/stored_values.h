#pragma once

// From the bytes of one frame to numbers: stored values (PS3.5 8.1) and Hounsfield units (PS3.3 C.11.1).

#include <cstdint>
#include <span>

#include "image_header.h"

namespace huizhen::imaging {

// Stored values with sign and unused bits resolved. `frame` holds layout.frame_bytes() bytes.
void unpack_stored(const PixelLayout& layout, std::span<const std::byte> frame, std::span<std::int32_t> out);

struct HounsfieldCounts {
    std::size_t padding = 0;    // voxels that held the padding value
    std::size_t below_air = 0;  // voxels under kOutsideHu: outside the reconstruction circle
};

// HU = slope * stored + intercept, rounded, saturated to int16; padding and anything under kOutsideHu becomes
// kOutsideHu. `frame` as above, `out` holds layout.samples().
HounsfieldCounts to_hounsfield(const PixelLayout& layout, Rescale rescale, std::span<const std::byte> frame,
                               std::span<std::int16_t> out);

}  // namespace huizhen::imaging
