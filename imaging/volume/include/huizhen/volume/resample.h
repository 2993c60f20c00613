#pragma once

// Trilinear resampling: to isotropic grids, and to the small patches that networks read.

#include <span>

#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// The volume on an axis-aligned-with-itself grid of `spacing_mm` in all directions, covering the same box.
Volume resample_isotropic(const Volume& volume, double spacing_mm);

// `side`^3 samples `spacing_mm` apart, centred on `centre_mm`, along the patient axes (LPS), x fastest, in HU.
// Samples outside replicate the nearest edge. `out` holds side^3 floats.
void sample_patch(const Volume& volume, Vec3 centre_mm, int side, double spacing_mm, std::span<float> out);

// The same, written to be read; the fast ones above must agree with it (tests/imaging/volume).
void sample_patch_reference(const Volume& volume, Vec3 centre_mm, int side, double spacing_mm, std::span<float> out);

}  // namespace huizhen::imaging
