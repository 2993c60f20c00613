#pragma once

// Trilinear samples of a grid at patient positions, edges replicated. Private to imaging/lung.

#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

template <typename Voxel>
class PatientSampler {
  public:
    explicit PatientSampler(const Grid<Voxel>& volume) : volume_(volume), size_(volume.size()) {}

    float at(Vec3 patient_mm) const { return at_voxel(volume_.geometry().to_voxel(patient_mm)); }

    // True up to half a voxel beyond the outermost voxel centres: where the volume's voxels end.
    bool covers(Vec3 patient_mm) const {
        const Vec3 v = volume_.geometry().to_voxel(patient_mm);
        return v.x >= -0.5 && v.y >= -0.5 && v.z >= -0.5 && v.x <= size_.x - 0.5 && v.y <= size_.y - 0.5 &&
               v.z <= size_.z - 0.5;
    }

    // How far a point moves along a unit vector until it leaves the first or last slice, half a voxel beyond
    // its centre.
    double distance_to_end(Vec3 patient_mm, Vec3 direction) const {
        const double here = volume_.geometry().to_voxel(patient_mm).z;
        const double per_mm = volume_.geometry().to_voxel(patient_mm + direction).z - here;
        if (per_mm > 1e-9) return (size_.z - 0.5 - here) / per_mm;
        if (per_mm < -1e-9) return (-0.5 - here) / per_mm;
        return 1e9;
    }

  private:
    static double clamp(double v, int n) { return v < 0 ? 0 : (v > n - 1 ? n - 1 : v); }

    float at_voxel(Vec3 v) const {
        const double x = clamp(v.x, size_.x), y = clamp(v.y, size_.y), z = clamp(v.z, size_.z);
        const int x0 = static_cast<int>(x), y0 = static_cast<int>(y), z0 = static_cast<int>(z);
        const int x1 = x0 + 1 < size_.x ? x0 + 1 : x0;
        const int y1 = y0 + 1 < size_.y ? y0 + 1 : y0;
        const int z1 = z0 + 1 < size_.z ? z0 + 1 : z0;
        const auto fx = static_cast<float>(x - x0), fy = static_cast<float>(y - y0),
                   fz = static_cast<float>(z - z0);
        const auto row = [&](int yy, int zz) {
            const auto a = static_cast<float>(volume_.at(x0, yy, zz));
            const auto b = static_cast<float>(volume_.at(x1, yy, zz));
            return a + fx * (b - a);
        };
        const float near_z = row(y0, z0) + fy * (row(y1, z0) - row(y0, z0));
        const float far_z = row(y0, z1) + fy * (row(y1, z1) - row(y0, z1));
        return near_z + fz * (far_z - near_z);
    }

    const Grid<Voxel>& volume_;
    Size3 size_;
};

}  // namespace huizhen::imaging
