#include <huizhen/volume/geometry.h>

namespace huizhen::imaging {

double dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

Vec3 cross(Vec3 a, Vec3 b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }

double norm(Vec3 a) { return std::sqrt(dot(a, a)); }

Vec3 Geometry::to_patient(Vec3 voxel) const {
    return origin_mm + (voxel.x * spacing_mm.x) * x_axis + (voxel.y * spacing_mm.y) * y_axis +
           (voxel.z * spacing_mm.z) * z_axis;
}

Vec3 Geometry::to_voxel(Vec3 patient_mm) const {
    const Vec3 offset = patient_mm - origin_mm;
    return {dot(offset, x_axis) / spacing_mm.x, dot(offset, y_axis) / spacing_mm.y,
            dot(offset, z_axis) / spacing_mm.z};
}

}  // namespace huizhen::imaging
