#pragma once

// The phantom's organs as signed distances (mm, negative inside). x to the left, y to the back, z to the
// head; the carina lies at the origin.

#include <cstdint>

#include <huizhen/volume/geometry.h>

namespace huizhen::imaging::phantom {

// Counter-based random numbers: the value depends on the key alone, not on who asks first.
std::uint64_t hash(std::uint64_t key);
double uniform(std::uint64_t key);   // [0, 1)
double gaussian(std::uint64_t key);  // mean 0, variance 1
// Smooth noise in [-1, 1] with features of `scale_mm`.
double value_noise(Vec3 p, double scale_mm, std::uint64_t seed);

// What varies smoothly from place to place and is slow to compute, so that it may be interpolated.
struct Site {
    double body = 0, cavity = 0, lungs = 0, heart = 0, diaphragm = 0;  // signed distances
    double fat_mm = 0;                                                 // thickness of the fat under the skin
    double planes = 0;  // distance to a plane of fat between muscles, roughly
    double clouds = 0;  // coarse texture, -1 to 1
};

struct Anatomy {
    double junction_mm = 5;
    std::uint64_t seed = 1;

    double body(Vec3 p) const;
    double cavity(Vec3 p) const;  // inside of the rib cage
    double mediastinum(Vec3 p) const;
    double heart(Vec3 p) const;
    double diaphragm(Vec3 p) const;  // the domes and everything under them
    double lungs(Vec3 p) const;      // both
    double vertebra(Vec3 p) const;
    double table(Vec3 p) const;  // two shells under the back

    Site site(Vec3 p) const;

    // HU of everything but tubes and nodules, given the site at `p`. `voxel_mm`: the width edges are
    // smeared over.
    double hu(Vec3 p, const Site& at, double voxel_mm) const;

  private:
    double lungs(Vec3 p, double cavity, double heart, double diaphragm) const;
    double mediastinum(Vec3 p, double heart) const;
    double wall_hu(Vec3 p, const Site& at, double w) const;
    double organ_hu(Vec3 p, const Site& at, double w) const;
    double parenchyma_hu(Vec3 p, const Site& at) const;
};

// How much of a voxel of width `w` lies inside at signed distance `d`.
inline double coverage(double d, double w) {
    const double c = 0.5 - d / w;
    return c < 0 ? 0 : (c > 1 ? 1 : c);
}

}  // namespace huizhen::imaging::phantom
