#pragma once

// The picture of a nodule a network reads, the same whether it is cut from a whole scan or from a small
// volume that ends at the nodule. Pure function: any thread may call.

#include <span>

#include <huizhen/lung/nodule_segmentation.h>

namespace huizhen::imaging {

// What may be seen around the segmented surface; everything beyond repeats the nearest sample inside.
// Training volumes end at the nodule's z and a few mm beside it: a network must not see more when it serves.
inline constexpr double kPatchMarginMm = 4;      // beside the surface, in x and y; none in z
inline constexpr double kPatchLeastHalfMm = 10;  // at least this far from the centre, in x and y

// `side`^3 samples `spacing_mm` apart, centred on the surface's centre, along the patient axes (LPS), x
// fastest, in HU, trilinear. `out` holds side^3 floats.
void canonical_patch(const Volume& volume, const NoduleSegmentation& segmentation, int side,
                     double spacing_mm, std::span<float> out);

}  // namespace huizhen::imaging
