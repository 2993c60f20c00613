#pragma once

// What is drawn on top of the phantom's organs: tubes (vessels, airways, ribs) and nodules, and how.

#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/lung/phantom.h>

#include "phantom_anatomy.h"

namespace huizhen::imaging::phantom {

// A straight piece of tube with rounded ends; `shell_mm` of its outside has `shell_hu`, the rest `hu`.
struct Tube {
    Vec3 from, to;
    double from_mm = 1, to_mm = 1;  // outer radii
    double hu = 40;
    double shell_mm = 0;
    double shell_hu = 0;
    bool only_in_lung = false;  // cut at the lungs' surface
};

// A lobulated ball; a core of another density; spicules are Tubes beside it.
struct Ball {
    Vec3 centre;
    double radius_mm = 4;
    double hu = 40;
    double core_mm = 0;  // radius of the core, 0 for none
    double core_hu = 40;
    double lobulation = 0;  // share of the radius by which the surface waves
    double edge_mm = 0.7;   // width of the rim's fall-off
    double mottle_hu = 0;   // texture inside
    std::uint64_t seed = 0;
};

struct Scene {
    std::vector<Tube> tubes;
    std::vector<Ball> balls;
};

// Ribs, clavicles, scapulae, sternum, great vessels, trachea.
void add_skeleton(const Anatomy& anatomy, Scene& scene);
void add_mediastinum(Scene& scene);
// Arteries, veins and bronchi of both lungs, branching from the hila until they are thinner than a voxel.
void add_lung_trees(const Anatomy& anatomy, Scene& scene);
// Nodules at places chosen from the seed; the truth.
std::vector<PhantomNodule> add_nodules(const Anatomy& anatomy, const PhantomOptions& options, Scene& scene);

// Draws the scene over `volume`, in order, tubes first. `voxel_mm`: the width edges are smeared over.
void draw(const Anatomy& anatomy, const Scene& scene, double voxel_mm, Volume& volume, Executor& executor);

}  // namespace huizhen::imaging::phantom
