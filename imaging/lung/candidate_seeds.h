#pragma once

// Where to look for nodules: maxima of blob filters, and threshold components.

#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/lung/candidates.h>

namespace huizhen::imaging {

struct Seed {
    Vec3 voxel;            // on the iso grid
    double radius_mm = 0;  // first guess
    double strength = 0;   // HU, of a filter or of the component's contrast
};

// The lungs' bounding box with tissue outside them replaced by parenchyma, so that a nodule on the pleura
// stands free; HU clipped to [-1000, 200], so that calcium and bone do not outshine soft tissue.
struct LungField {
    Grid<float> hu;
    Mask inside;
    int low[3];  // voxel of the iso grid at the field's origin
};

LungField make_lung_field(const Volume& iso, const Lungs& lungs, Executor& executor);
LungField halve(const LungField& field, Executor& executor);

// Maxima of the dot filter at these scales (mm), `field` smoothed step by step in place.
// `to_iso`: voxels of the iso grid per voxel of the field (1 or 2).
std::vector<Seed> blob_seeds(LungField& field, const std::vector<double>& sigmas_mm, double smoothed_mm,
                             int to_iso, double min_strength, Executor& executor);

// Middles of compact pieces of tissue above `threshold_hu`, after openings that cut the vessels off.
std::vector<Seed> component_seeds(const LungField& field, double threshold_hu, int to_iso,
                                  Executor& executor);

}  // namespace huizhen::imaging
