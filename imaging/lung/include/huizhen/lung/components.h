#pragma once

// Connected components of a mask, and flooding inside one. Thread rule: pure functions, any thread.

#include <vector>

#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

enum class Connectivity { kFaces6, kAll26 };

struct Component {
    std::size_t voxels = 0;
    Vec3 centroid_voxel;          // mean index
    int low[3] = {0, 0, 0};       // bounding box, first index inside, x y z
    int high[3] = {0, 0, 0};      // last index inside
    std::size_t first_voxel = 0;  // index of one of its voxels

    int extent(int axis) const { return high[axis] - low[axis] + 1; }
};

// Largest first; the component at [i] carries label i + 1 in `labels`, 0 is background.
struct Components {
    Grid<std::int32_t> labels;
    std::vector<Component> list;
};

// Components with fewer than `min_voxels` are left out of both (their voxels get label 0).
// Runs along x and union-find: time linear in voxels, memory four bytes a voxel and a few a run.
Components label_components(const Mask& mask, Connectivity connectivity, std::size_t min_voxels = 1);

// The voxels of `passable` that a path of face neighbours inside `passable` joins to a voxel of `seeds`.
Mask flood(const Mask& passable, const std::vector<std::size_t>& seeds);

// Every voxel of `domain` takes the label of the nearest seed along face-neighbour paths inside `domain`
// (`labels` holds the seeds, 0 elsewhere; voxels out of reach stay 0). Ties go to the lower label.
void spread_labels(const Mask& domain, Grid<std::uint8_t>& labels);

}  // namespace huizhen::imaging
