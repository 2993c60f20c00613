#pragma once

// Gaussian smoothing and the second derivatives that blob filters read.
// Thread rule: pure functions, any thread; the work is shared out over the executor.

#include <array>

#include <huizhen/base/executor.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// Half a sampled, normalised Gaussian: weights[0] in the middle, cut at 3.5 sigma (tail below 0.05 %).
std::vector<float> gaussian_weights(double sigma_voxels);

// Smooths in place, separably; edges replicate.
void gaussian_smooth(Grid<float>& grid, double sigma_voxels, Executor& executor);

// The same, written to be read; gaussian_smooth must agree with it within rounding (tests/imaging/lung).
void gaussian_smooth_reference(Grid<float>& grid, double sigma_voxels);

// Half the resolution by means of 2x2x2 voxels; an odd last plane is averaged with itself.
// The geometry follows: voxel 0 of the result lies between voxels 0 and 1.
Grid<float> halve(const Grid<float>& grid, Executor& executor);
Volume halve(const Volume& volume, Executor& executor);

// Symmetric second derivatives per voxel squared by central differences: xx yy zz xy xz yz.
using Hessian = std::array<float, 6>;
// (x, y, z) at least one voxel away from the edges.
Hessian hessian_at(const Grid<float>& grid, std::size_t index);

// Eigenvalues with |l1| >= |l2| >= |l3| (closed form of the characteristic polynomial; Smith, Comm. ACM 4
// (1961) 168).
std::array<float, 3> eigenvalues(const Hessian& hessian);

}  // namespace huizhen::imaging
