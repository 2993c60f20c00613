#pragma once

// Voxel order: turning a grid so that its axes run the way the rest of the code expects.

#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// The same voxels at the same places, reordered so that x, y, z run as nearly as possible along +L, +P, +S of
// the patient. Nothing is resampled: an oblique grid stays oblique. Returns the argument itself where it is
// so already.
Volume to_patient_order(Volume volume);
Mask to_patient_order(Mask mask);

}  // namespace huizhen::imaging
