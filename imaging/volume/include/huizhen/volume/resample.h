#pragma once

// Trilinear resampling: to isotropic grids, and to the small patches that networks read. Samples outside the
// volume replicate its nearest edge. Fast paths use AVX2 where the processor has it (base/cpu.h) and agree
// with the plain *_reference functions: patches within 0.05 HU, grids within 1 HU (rounding). Any thread may
// call.

#include <span>

#include <huizhen/base/executor.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// The volume on an axis-aligned-with-itself grid of `spacing_mm` in all directions, covering the same box:
// the new grid has ceil(extent / spacing) voxels along each axis and shares the old one's centre.
Volume resample_isotropic(const Volume& volume, double spacing_mm);
Volume resample_isotropic(const Volume& volume, double spacing_mm,
                          Executor& executor);  // the same, in parallel
Volume resample_isotropic_reference(const Volume& volume, double spacing_mm);

// `side`^3 samples `spacing_mm` apart, centred on `centre_mm`, along the patient axes (LPS), x fastest, in
// HU. Samples outside replicate the nearest edge. `out` holds side^3 floats.
void sample_patch(const Volume& volume, Vec3 centre_mm, int side, double spacing_mm, std::span<float> out);

// The same, written to be read; the fast ones above must agree with it (tests/imaging/volume).
void sample_patch_reference(const Volume& volume, Vec3 centre_mm, int side, double spacing_mm,
                            std::span<float> out);

// HU at a place given in voxel coordinates (x, y, z may be fractions), edges replicated.
double sample_trilinear(const Volume& volume, Vec3 voxel);

}  // namespace huizhen::imaging
