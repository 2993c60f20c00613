#include <numbers>

#include <huizhen/base/check.h>
#include <huizhen/lung/nodule_measurement.h>

namespace huizhen::imaging {
namespace {

double sphere_diameter(double volume_mm3) { return std::cbrt(6 * volume_mm3 / std::numbers::pi); }

double surface_volume(const NoduleSegmentation& s) {
    double volume = 0;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const double r = static_cast<double>(s.radius_mm[static_cast<std::size_t>(ray)]);
        volume += ray_solid_angle(ray) * r * r * r / 3;
    }
    return volume;
}

double longest_chord_3d(const NoduleSegmentation& s) {
    std::vector<Vec3> points(kRayCount);
    for (int ray = 0; ray < kRayCount; ++ray)
        points[static_cast<std::size_t>(ray)] =
            static_cast<double>(s.radius_mm[static_cast<std::size_t>(ray)]) * ray_direction(ray);
    double longest = 0;
    for (std::size_t a = 0; a < points.size(); ++a)
        for (std::size_t b = a + 1; b < points.size(); ++b)
            longest = std::max(longest, norm(points[a] - points[b]));
    return longest;
}

struct Section {
    int z = 0;
    std::size_t voxels = 0;
};

Section largest_axial_section(const Mask& mask) {
    Section best;
    for (int z = 0; z < mask.size().z; ++z) {
        std::size_t voxels = 0;
        for (int y = 0; y < mask.size().y; ++y)
            for (int x = 0; x < mask.size().x; ++x) voxels += mask.at(x, y, z);
        if (voxels > best.voxels) best = {z, voxels};
    }
    return best;
}

// Chords between the outer faces of the section's border voxels.
void measure_section(const Mask& mask, const Section& section, NoduleMeasurement& out) {
    struct Point {
        double x, y;
    };
    std::vector<Point> border;
    for (int y = 0; y < mask.size().y; ++y)
        for (int x = 0; x < mask.size().x; ++x) {
            if (!mask.at(x, y, section.z)) continue;
            const auto in = [&](int i, int j) {
                return mask.contains(i, j, section.z) && mask.at(i, j, section.z) != 0;
            };
            if (!in(x - 1, y) || !in(x + 1, y) || !in(x, y - 1) || !in(x, y + 1))
                border.push_back({static_cast<double>(x), static_cast<double>(y)});
        }
    double dx = 1, dy = 0, longest = 0;
    for (std::size_t a = 0; a < border.size(); ++a)
        for (std::size_t b = a + 1; b < border.size(); ++b) {
            const double x = border[b].x - border[a].x, y = border[b].y - border[a].y,
                         length = std::hypot(x, y);
            if (length > longest) longest = length, dx = x / length, dy = y / length;
        }
    double low = 1e9, high = -1e9;
    for (const Point& p : border) {
        const double across = p.y * dx - p.x * dy;
        low = std::min(low, across), high = std::max(high, across);
    }
    const double spacing = mask.geometry().spacing_mm.x;
    out.long_axis_mm = (longest + 1) * spacing;
    out.short_axis_mm = std::min(out.long_axis_mm, (high - low + 1) * spacing);
    out.axial_area_mm2 = static_cast<double>(section.voxels) * spacing * spacing;
    out.axial_z_mm = mask.geometry().to_patient({0, 0, static_cast<double>(section.z)}).z;
}

void measure_density(const NoduleSegmentation& s, NoduleMeasurement& out) {
    std::vector<float> inside;
    std::size_t solid = 0, calcified = 0, fat = 0, deep = 0;
    double sum = 0, squares = 0;
    const Size3 size = s.mask.size();
    for (int z = 0; z < size.z; ++z)
        for (int y = 0; y < size.y; ++y)
            for (int x = 0; x < size.x; ++x) {
                if (!s.mask.at(x, y, z)) continue;
                const float value = s.hu.at(x, y, z);
                const double hu = static_cast<double>(value);
                inside.push_back(value);
                sum += hu, squares += hu * hu;
                solid += hu > kSolidHu, calcified += hu > kCalcifiedHu;
                // Two voxels (1.4 mm) from the border on every side.
                const auto in = [&](int i, int j, int k) {
                    return s.mask.contains(i, j, k) && s.mask.at(i, j, k) != 0;
                };
                if (in(x - 2, y, z) && in(x + 2, y, z) && in(x, y - 2, z) && in(x, y + 2, z) &&
                    in(x, y, z - 2) && in(x, y, z + 2)) {
                    ++deep;
                    fat += hu > kFatLowHu && hu < kFatHighHu;
                }
            }
    HZ_CHECK(!inside.empty(), "a segmentation holds at least the voxel of its centre");
    const auto n = static_cast<double>(inside.size());
    std::sort(inside.begin(), inside.end());
    const auto at = [&](double f) {
        return static_cast<double>(inside[static_cast<std::size_t>(f * (n - 1))]);
    };
    out.mean_hu = sum / n;
    out.sd_hu = std::sqrt(std::max(0.0, squares / n - out.mean_hu * out.mean_hu));
    out.p05_hu = at(0.05), out.p25_hu = at(0.25), out.median_hu = at(0.5), out.p75_hu = at(0.75),
    out.p95_hu = at(0.95);
    out.solid_fraction = static_cast<double>(solid) / n;
    out.calcified_fraction = static_cast<double>(calcified) / n;
    out.fat_fraction = deep > 0 ? static_cast<double>(fat) / static_cast<double>(deep) : 0;
    out.solid_volume_mm3 = out.solid_fraction * out.volume_mm3;
    out.solid_diameter_mm = sphere_diameter(out.solid_volume_mm3);
}

}  // namespace

NoduleMeasurement measure_nodule(const NoduleSegmentation& segmentation) {
    NoduleMeasurement out;
    out.centre_mm = segmentation.centre_mm;
    out.volume_mm3 = surface_volume(segmentation);
    out.equivalent_diameter_mm = sphere_diameter(out.volume_mm3);
    out.diameter_mm = out.equivalent_diameter_mm;
    out.long_axis_3d_mm = longest_chord_3d(segmentation);
    measure_section(segmentation.mask, largest_axial_section(segmentation.mask), out);
    measure_density(segmentation, out);
    return out;
}

}  // namespace huizhen::imaging
