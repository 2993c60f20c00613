#pragma once

// Euclidean distance transform and the morphology with balls that follows from it.
// Thread rule: pure functions, any thread; the work is shared out over the executor.

#include <huizhen/base/executor.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// Squared distances above this are "no such voxel anywhere".
inline constexpr float kFarSquared = 1e12F;

// For every voxel the squared distance, in voxels, to the nearest voxel whose mask value is `value` (0 or 1);
// kFarSquared where there is none. Exact: separable lower envelopes of parabolas, Felzenszwalb and
// Huttenlocher, Theory of Computing 8 (2012) 415-428. The grid must be isotropic.
Grid<float> squared_distance_to(const Mask& mask, std::uint8_t value, Executor& executor);

// Morphology with a ball of `radius_mm` on an isotropic grid. Beyond the grid nothing is known: for dilation
// it counts as empty, for erosion as filled, so that an organ cut by the scan's end is not eaten away there.
Mask dilate(const Mask& mask, double radius_mm, Executor& executor);
Mask erode(const Mask& mask, double radius_mm, Executor& executor);
Mask close_gaps(const Mask& mask, double radius_mm, Executor& executor);  // dilate, then erode
Mask open_necks(const Mask& mask, double radius_mm, Executor& executor);  // erode, then dilate

// Distance in mm from the mask's surface, positive inside, negative outside, taken at half a voxel between
// the last voxel inside and the first outside. A full or empty mask gives +-sqrt(kFarSquared) in voxels.
Grid<float> signed_distance_mm(const Mask& mask, Executor& executor);

// The edge of a voxel in mm; checks that the three spacings agree within 1 %.
double isotropic_spacing_mm(const Geometry& geometry);

}  // namespace huizhen::imaging
