#pragma once

// Volume: a CT in Hounsfield units on a regular grid, with its place in the patient.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <huizhen/volume/geometry.h>
#include <huizhen/volume/voxel_allocator.h>

namespace huizhen::imaging {

// Voxels outside the scanner's reconstruction circle, or padding: treated as air.
inline constexpr std::int16_t kOutsideHu = -1024;

// Voxels lie x fastest, then y, then z: index = x + nx * (y + ny * z).
template <typename Voxel>
class Grid {
  public:
    Grid() = default;
    Grid(Size3 size, Geometry geometry, Voxel fill = Voxel{})
        : size_(size), geometry_(geometry), voxels_(size.count(), fill) {}

    // Voxels hold anything until they are written: for whoever writes every one of them.
    static Grid unfilled(Size3 size, Geometry geometry) {
        Grid grid;
        grid.size_ = size;
        grid.geometry_ = geometry;
        grid.voxels_ = Voxels(size.count());
        return grid;
    }

    const Size3& size() const { return size_; }
    const Geometry& geometry() const { return geometry_; }
    bool empty() const { return voxels_.empty(); }

    std::size_t index(int x, int y, int z) const {
        return static_cast<std::size_t>(x) +
               static_cast<std::size_t>(size_.x) *
                   (static_cast<std::size_t>(y) +
                    static_cast<std::size_t>(size_.y) * static_cast<std::size_t>(z));
    }
    bool contains(int x, int y, int z) const {
        return x >= 0 && y >= 0 && z >= 0 && x < size_.x && y < size_.y && z < size_.z;
    }
    Voxel at(int x, int y, int z) const { return voxels_[index(x, y, z)]; }
    Voxel& at(int x, int y, int z) { return voxels_[index(x, y, z)]; }
    // The nearest voxel inside: edges replicate, since a constant outside would tell a network where the edge
    // is.
    Voxel clamped(int x, int y, int z) const {
        const auto clamp = [](int v, int n) { return v < 0 ? 0 : (v >= n ? n - 1 : v); };
        return at(clamp(x, size_.x), clamp(y, size_.y), clamp(z, size_.z));
    }

    std::span<const Voxel> voxels() const { return voxels_; }
    std::span<Voxel> voxels() { return voxels_; }

  private:
    using Voxels = std::vector<Voxel, VoxelAllocator<Voxel>>;

    Size3 size_;
    Geometry geometry_;
    Voxels voxels_;
};

using Volume = Grid<std::int16_t>;  // HU
using Mask = Grid<std::uint8_t>;    // 0 or 1, on the grid of the volume it belongs to

}  // namespace huizhen::imaging
