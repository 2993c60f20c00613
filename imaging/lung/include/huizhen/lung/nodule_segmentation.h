#pragma once

// The outline of one nodule around a seed. Pure functions of their arguments: any thread may call.
//
// The boundary is a star-shaped surface: one radius per direction. Each ray from the centre votes for the
// radius where it leaves tissue brighter than a threshold halfway between the nodule's core and the lung
// around it; neighbouring rays are tied together (min-sum belief propagation on the sphere). A ray that runs
// into a vessel or the chest wall has no edge to vote for and takes its neighbours' radius: that is what
// detaches nodules from both. After Li, Wu, Chen, Sonka 2006 (optimal surfaces), with a discrete solver.
//
// Where ground glass surrounds the core on most sides, the surface is drawn around that instead, at a
// threshold halfway between it and lung: the nodule is the whole, the core its solid part.

#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/lung/lungs.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

struct NoduleSegmentationOptions {
    double search_mm = 2.5;        // how far from the seed the bright core may lie
    double smoothness = 0.8;       // cost per radius step (8 %) between neighbouring rays, to find the place
    double detail = 0.2;           // the same for the final surface, which stays near the smooth one
    double grid_spacing_mm = 0.7;  // of the mask
    // Where they are given and the seed lies in or on them, the surface ends 1 mm outside the lungs at the
    // latest: a nodule broad on the pleura has too few free rays to part it from the chest wall. Not owned.
    const Lungs* lungs = nullptr;
};

// Rays lie on a grid of latitudes (rows, half steps away from the poles) and longitudes.
inline constexpr int kRayRows = 16;
inline constexpr int kRayColumns = 32;
inline constexpr int kRayCount = kRayRows * kRayColumns;

// Unit vector of ray `row * kRayColumns + column` in patient axes; z is the axis of the sphere.
Vec3 ray_direction(int ray);
// The share of the sphere, in steradian, that the ray stands for; all together 4 pi.
double ray_solid_angle(int ray);

struct NoduleSegmentation {
    Vec3 centre_mm;           // LPS, the origin of the rays: the surface's centre of mass
    double threshold_hu = 0;  // between core, or the ground glass around it, and lung
    double core_hu = 0;
    double background_hu = 0;      // aerated lung around it
    std::vector<float> radius_mm;  // kRayCount radii of the surface
    std::vector<float> reach_mm;   // how far each ray stays above the threshold: beyond the surface in
                                   // vessels, spicules and the chest wall; at most three radii
    Grid<float> hu;                // isotropic, along the patient axes, a margin of 6 mm around the surface;
                                   // beyond the surface's lowest and highest z its values repeat
    Mask mask;                     // on the grid of `hu`: inside the surface
    Vec3 low_mm, high_mm;          // the box of the surface
};

// kInvalidArgument when the seed lies outside the volume; kNotFound when nothing near it is denser than lung.
// Beyond the volume's edge its last voxels are
// taken to repeat, but the surface ends at the first and last slice.
Result<NoduleSegmentation> segment_nodule(const Volume& volume, Vec3 seed_mm,
                                          const NoduleSegmentationOptions& options = {});

}  // namespace huizhen::imaging
