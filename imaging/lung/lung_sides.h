#pragma once

// Parting the aerated lung into right and left, and closing each over what it should hold.

#include <huizhen/base/executor.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// Labels (kRightLung, kLeftLung) for every voxel of `air`, lungs that touch at the junction lines included.
// `body_middle_x`: used where there is only one lung.
Grid<std::uint8_t> part_sides(const Mask& air, double body_middle_x, Executor& executor);

// Each side closed: vessels, hilum, and nodules on the pleura inside; `airways` (may be empty) left out.
Grid<std::uint8_t> close_sides(const Grid<std::uint8_t>& sides, const Mask& airways, Executor& executor);

}  // namespace huizhen::imaging
