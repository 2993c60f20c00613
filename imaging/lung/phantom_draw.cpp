#include "phantom_shapes.h"

namespace huizhen::imaging::phantom {
namespace {

struct Window {
    int x0, x1, y0, y1;  // inclusive voxel range
};

// Voxels of slice z within `reach` of the box (low, high), clipped to the grid; empty if x1 < x0.
Window window_of(const Volume& volume, Vec3 low, Vec3 high, double reach) {
    const Vec3 a = volume.geometry().to_voxel(low - Vec3{reach, reach, reach});
    const Vec3 b = volume.geometry().to_voxel(high + Vec3{reach, reach, reach});
    return {
        std::max(0, static_cast<int>(std::ceil(a.x))), std::min(volume.size().x - 1, static_cast<int>(b.x)),
        std::max(0, static_cast<int>(std::ceil(a.y))), std::min(volume.size().y - 1, static_cast<int>(b.y))};
}

Vec3 lower(Vec3 a, Vec3 b) { return {std::min(a.x, b.x), std::min(a.y, b.y), std::min(a.z, b.z)}; }
Vec3 upper(Vec3 a, Vec3 b) { return {std::max(a.x, b.x), std::max(a.y, b.y), std::max(a.z, b.z)}; }

std::int16_t blend(std::int16_t under, double hu, double share) {
    return static_cast<std::int16_t>(std::lround(under + (hu - under) * share));
}

void draw_tube(const Anatomy& anatomy, const Tube& tube, double w, int z, Volume& volume) {
    const double widest = std::max(tube.from_mm, tube.to_mm);
    const Window area = window_of(volume, lower(tube.from, tube.to), upper(tube.from, tube.to), widest + w);
    const Vec3 axis = tube.to - tube.from;
    const double length2 = std::max(dot(axis, axis), 1e-9);
    for (int y = area.y0; y <= area.y1; ++y) {
        for (int x = area.x0; x <= area.x1; ++x) {
            const Vec3 p = volume.geometry().to_patient({double(x), double(y), double(z)});
            const double t = std::clamp(dot(p - tube.from, axis) / length2, 0.0, 1.0);
            const double d =
                norm(p - tube.from - t * axis) - (tube.from_mm + (tube.to_mm - tube.from_mm) * t);
            if (d > 0.5 * w) continue;
            if (tube.only_in_lung && anatomy.lungs(p) > -0.5) continue;
            std::int16_t& voxel = volume.at(x, y, z);
            voxel = blend(voxel, tube.shell_mm > 0 ? tube.shell_hu : tube.hu, coverage(d, w));
            if (tube.shell_mm > 0) voxel = blend(voxel, tube.hu, coverage(d + tube.shell_mm, w));
        }
    }
}

void draw_ball(const Anatomy& anatomy, const Ball& ball, double w, int z, Volume& volume) {
    const double reach = ball.radius_mm * (1 + ball.lobulation) + ball.edge_mm + w;
    const Window area = window_of(volume, ball.centre, ball.centre, reach);
    for (int y = area.y0; y <= area.y1; ++y) {
        for (int x = area.x0; x <= area.x1; ++x) {
            const Vec3 p = volume.geometry().to_patient({double(x), double(y), double(z)});
            const Vec3 q = p - ball.centre;
            const double r = norm(q);
            if (r > reach || anatomy.lungs(p) > 1.5) continue;
            const double wave =
                ball.lobulation > 0 ? ball.lobulation * value_noise((1 / (r + 1e-6)) * q, 0.7, ball.seed) : 0;
            const double hu = ball.hu + ball.mottle_hu * value_noise(p, 2.5, ball.seed + 1);
            std::int16_t& voxel = volume.at(x, y, z);
            // Ground glass veils what lies in it; vessels stay brighter.
            const double share = coverage(r - ball.radius_mm * (1 + wave), std::max(w, ball.edge_mm));
            if (hu > voxel) voxel = blend(voxel, hu, share);
            if (ball.core_mm > 0)
                voxel = blend(voxel, ball.core_hu, coverage(r - ball.core_mm * (1 + wave), w));
        }
    }
}

bool crosses(const Tube& tube, double z, double half_slice) {
    const double reach = std::max(tube.from_mm, tube.to_mm) + half_slice;
    return z >= std::min(tube.from.z, tube.to.z) - reach && z <= std::max(tube.from.z, tube.to.z) + reach;
}

bool crosses(const Ball& ball, double z, double half_slice) {
    return std::abs(z - ball.centre.z) <= ball.radius_mm * (1 + ball.lobulation) + ball.edge_mm + half_slice;
}

}  // namespace

void draw(const Anatomy& anatomy, const Scene& scene, double voxel_mm, Volume& volume, Executor& executor) {
    const double half_slice = volume.geometry().spacing_mm.z;
    // Slice by slice, each shape in the scene's order: the same picture for any number of threads.
    executor.parallel_for(static_cast<std::size_t>(volume.size().z), 1,
                          [&](std::size_t begin, std::size_t end) {
                              for (int k = static_cast<int>(begin); k < static_cast<int>(end); ++k) {
                                  const double z = volume.geometry().to_patient({0, 0, double(k)}).z;
                                  for (const Tube& tube : scene.tubes) {
                                      if (crosses(tube, z, half_slice))
                                          draw_tube(anatomy, tube, voxel_mm, k, volume);
                                  }
                                  for (const Ball& ball : scene.balls) {
                                      if (crosses(ball, z, half_slice))
                                          draw_ball(anatomy, ball, voxel_mm, k, volume);
                                  }
                              }
                          });
}

}  // namespace huizhen::imaging::phantom
