#pragma once

// Points, sizes and the affine map from voxel indices to patient millimetres (DICOM's LPS: +x to the
// patient's left, +y to the back, +z to the head).

#include <cstddef>

namespace huizhen::imaging {

struct Vec3 {
    double x = 0, y = 0, z = 0;

    friend Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
    friend Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
    friend Vec3 operator*(double s, Vec3 a) { return {s * a.x, s * a.y, s * a.z}; }
};

double dot(Vec3 a, Vec3 b);
Vec3 cross(Vec3 a, Vec3 b);
double norm(Vec3 a);

struct Size3 {
    int x = 0, y = 0, z = 0;

    std::size_t count() const {
        return static_cast<std::size_t>(x) * static_cast<std::size_t>(y) * static_cast<std::size_t>(z);
    }
    friend bool operator==(Size3, Size3) = default;
};

// Voxel (i, j, k), its centre, lies at origin + i*spacing.x*x_axis + j*spacing.y*y_axis + k*spacing.z*z_axis.
struct Geometry {
    Vec3 origin_mm;
    Vec3 spacing_mm{1, 1, 1};
    Vec3 x_axis{1, 0, 0}, y_axis{0, 1, 0}, z_axis{0, 0, 1};  // unit vectors, orthogonal

    Vec3 to_patient(Vec3 voxel) const;
    Vec3 to_voxel(Vec3 patient_mm) const;
};

}  // namespace huizhen::imaging
