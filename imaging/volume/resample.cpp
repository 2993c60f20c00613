#include <huizhen/base/check.h>
#include <huizhen/base/cpu.h>
#include <huizhen/volume/resample.h>

#include "resample_kernels.h"

namespace huizhen::imaging {
namespace kernels {

void blend_rows_plain(const std::int16_t* const rows[4], const float weights[4], int count, float* out) {
    for (int i = 0; i < count; ++i) {
        out[i] = weights[0] * static_cast<float>(rows[0][i]) + weights[1] * static_cast<float>(rows[1][i]) +
                 weights[2] * static_cast<float>(rows[2][i]) + weights[3] * static_cast<float>(rows[3][i]);
    }
}

void interpolate_row_plain(const float* row, const std::int32_t* first, const float* fraction, int count,
                           std::int16_t* out) {
    for (int i = 0; i < count; ++i) {
        const float left = row[first[i]], right = row[first[i] + 1];
        const float value = std::nearbyint(left + fraction[i] * (right - left));
        out[i] = static_cast<std::int16_t>(std::clamp(value, -32768.0F, 32767.0F));
    }
}

}  // namespace kernels

namespace {

double clamp_to(double at, int size) { return std::clamp(at, 0.0, static_cast<double>(size - 1)); }

// A coordinate as the lower of two neighbouring voxels and the way towards the upper one.
struct Neighbours {
    int first = 0, second = 0;
    double fraction = 0;
};

Neighbours neighbours(double at, int size) {
    const double inside = clamp_to(at, size);
    const int first = std::max(0, std::min(static_cast<int>(inside), size - 2));
    return {first, std::min(first + 1, size - 1), inside - first};
}

// One axis of a new isotropic grid: where its voxels lie on the old axis.
struct AxisPlan {
    int size = 1;       // of the new axis
    double origin = 0;  // old voxel coordinate of new voxel 0, not clamped
    std::vector<Neighbours> at;
};

AxisPlan plan_axis(int old_size, double old_spacing_mm, double spacing_mm) {
    AxisPlan plan;
    const double extent_mm = old_size * old_spacing_mm;
    // The tolerance keeps 275 slices of 1.0000001 mm from becoming 276.
    plan.size = std::max(1, static_cast<int>(std::ceil(extent_mm / spacing_mm - 1e-4)));
    const double margin_mm = (plan.size * spacing_mm - extent_mm) / 2;
    plan.origin = (0.5 * spacing_mm - margin_mm) / old_spacing_mm - 0.5;
    plan.at.reserve(static_cast<std::size_t>(plan.size));
    for (int i = 0; i < plan.size; ++i) {
        plan.at.push_back(neighbours(plan.origin + i * spacing_mm / old_spacing_mm, old_size));
    }
    return plan;
}

struct IsotropicPlan {
    AxisPlan x, y, z;
    Volume target;  // sized and placed, not filled
};

IsotropicPlan plan_isotropic(const Volume& volume, double spacing_mm) {
    HZ_CHECK(!volume.empty() && spacing_mm > 0, "a volume and a positive spacing");
    const Geometry& old = volume.geometry();
    IsotropicPlan plan{plan_axis(volume.size().x, old.spacing_mm.x, spacing_mm),
                       plan_axis(volume.size().y, old.spacing_mm.y, spacing_mm),
                       plan_axis(volume.size().z, old.spacing_mm.z, spacing_mm),
                       {}};
    Geometry geometry = old;
    geometry.origin_mm = old.to_patient({plan.x.origin, plan.y.origin, plan.z.origin});
    geometry.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
    plan.target = Volume::unfilled({plan.x.size, plan.y.size, plan.z.size}, geometry);
    return plan;
}

void fill_slices(const Volume& volume, IsotropicPlan& plan, int z_begin, int z_end) {
    const bool fast = cpu_level() >= CpuLevel::kAvx2;
    const kernels::BlendRows blend = fast ? kernels::blend_rows_avx2 : kernels::blend_rows_plain;
    const kernels::InterpolateRow interpolate =
        fast ? kernels::interpolate_row_avx2 : kernels::interpolate_row_plain;
    std::vector<std::int32_t> first;
    std::vector<float> fraction;
    for (const Neighbours& n : plan.x.at) {
        first.push_back(n.first);
        fraction.push_back(static_cast<float>(n.fraction));
    }
    const int nx = volume.size().x;
    std::vector<float> row(static_cast<std::size_t>(nx) + 1);  // one spare: first + 1 is read where nx is 1
    for (int z = z_begin; z < z_end; ++z) {
        const Neighbours& nz = plan.z.at[static_cast<std::size_t>(z)];
        for (int y = 0; y < plan.y.size; ++y) {
            const Neighbours& ny = plan.y.at[static_cast<std::size_t>(y)];
            const auto source = [&](int sy, int sz) {
                return volume.voxels().data() + volume.index(0, sy, sz);
            };
            const std::int16_t* const rows[4] = {source(ny.first, nz.first), source(ny.second, nz.first),
                                                 source(ny.first, nz.second), source(ny.second, nz.second)};
            const double fy = ny.fraction, fz = nz.fraction;
            const float weights[4] = {static_cast<float>((1 - fy) * (1 - fz)),
                                      static_cast<float>(fy * (1 - fz)), static_cast<float>((1 - fy) * fz),
                                      static_cast<float>(fy * fz)};
            blend(rows, weights, nx, row.data());
            interpolate(row.data(), first.data(), fraction.data(), plan.x.size, &plan.target.at(0, y, z));
        }
    }
}

}  // namespace

double sample_trilinear(const Volume& volume, Vec3 voxel) {
    const Neighbours x = neighbours(voxel.x, volume.size().x);
    const Neighbours y = neighbours(voxel.y, volume.size().y);
    const Neighbours z = neighbours(voxel.z, volume.size().z);
    const auto along_x = [&](int j, int k) {
        return (1 - x.fraction) * volume.at(x.first, j, k) + x.fraction * volume.at(x.second, j, k);
    };
    const auto along_y = [&](int k) {
        return (1 - y.fraction) * along_x(y.first, k) + y.fraction * along_x(y.second, k);
    };
    return (1 - z.fraction) * along_y(z.first) + z.fraction * along_y(z.second);
}

Volume resample_isotropic(const Volume& volume, double spacing_mm) {
    IsotropicPlan plan = plan_isotropic(volume, spacing_mm);
    fill_slices(volume, plan, 0, plan.z.size);
    return std::move(plan.target);
}

Volume resample_isotropic(const Volume& volume, double spacing_mm, Executor& executor) {
    IsotropicPlan plan = plan_isotropic(volume, spacing_mm);
    executor.parallel_for(static_cast<std::size_t>(plan.z.size), 8, [&](std::size_t begin, std::size_t end) {
        fill_slices(volume, plan, static_cast<int>(begin), static_cast<int>(end));
    });
    return std::move(plan.target);
}

Volume resample_isotropic_reference(const Volume& volume, double spacing_mm) {
    IsotropicPlan plan = plan_isotropic(volume, spacing_mm);
    const Vec3 spacing = volume.geometry().spacing_mm;
    for (int z = 0; z < plan.z.size; ++z) {
        for (int y = 0; y < plan.y.size; ++y) {
            for (int x = 0; x < plan.x.size; ++x) {
                const Vec3 at{plan.x.origin + x * spacing_mm / spacing.x,
                              plan.y.origin + y * spacing_mm / spacing.y,
                              plan.z.origin + z * spacing_mm / spacing.z};
                plan.target.at(x, y, z) =
                    static_cast<std::int16_t>(std::lround(sample_trilinear(volume, at)));
            }
        }
    }
    return std::move(plan.target);
}

void sample_patch_reference(const Volume& volume, Vec3 centre_mm, int side, double spacing_mm,
                            std::span<float> out) {
    HZ_CHECK(!volume.empty() && side > 0 && spacing_mm > 0, "a volume, a side and a spacing");
    HZ_CHECK(out.size() == Size3({side, side, side}).count(), "room for side^3 samples");
    const double middle = (side - 1) / 2.0;
    std::size_t i = 0;
    for (int z = 0; z < side; ++z) {
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                const Vec3 place = centre_mm + spacing_mm * Vec3{x - middle, y - middle, z - middle};
                out[i++] = static_cast<float>(sample_trilinear(volume, volume.geometry().to_voxel(place)));
            }
        }
    }
}

void sample_patch(const Volume& volume, Vec3 centre_mm, int side, double spacing_mm, std::span<float> out) {
    const Size3 size = volume.size();
    // The AVX2 rows address voxel pairs by 32-bit index, and float steps must stay exact enough far outside.
    constexpr double kFarVoxels = 4096;
    const double middle = (side - 1) / 2.0;
    const Vec3 corner = volume.geometry().to_voxel(centre_mm - spacing_mm * Vec3{middle, middle, middle});
    const bool near = std::max({std::abs(corner.x), std::abs(corner.y), std::abs(corner.z)}) < kFarVoxels;
    if (cpu_level() < CpuLevel::kAvx2 || size.x < 2 || size.y < 2 || size.z < 2 || !near ||
        size.count() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        sample_patch_reference(volume, centre_mm, side, spacing_mm, out);
        return;
    }
    HZ_CHECK(side > 0 && spacing_mm > 0, "a side and a spacing");
    HZ_CHECK(out.size() == Size3({side, side, side}).count(), "room for side^3 samples");

    const Geometry& geometry = volume.geometry();
    const Vec3 zero = geometry.to_voxel(centre_mm);
    const auto step_along = [&](Vec3 axis) {
        return geometry.to_voxel(centre_mm + spacing_mm * axis) - zero;
    };
    const Vec3 step_x = step_along({1, 0, 0}), step_y = step_along({0, 1, 0}), step_z = step_along({0, 0, 1});
    kernels::PatchRow row{volume.voxels().data(), {size.x, size.y, size.z}, {}, {}, {}};
    const std::array<double, 3> anchor{std::floor(zero.x), std::floor(zero.y), std::floor(zero.z)};
    for (std::size_t a = 0; a < 3; ++a) row.anchor[a] = static_cast<std::int32_t>(anchor[a]);
    row.step[0] = static_cast<float>(step_x.x);
    row.step[1] = static_cast<float>(step_x.y);
    row.step[2] = static_cast<float>(step_x.z);
    for (int z = 0; z < side; ++z) {
        for (int y = 0; y < side; ++y) {
            const Vec3 start = corner + static_cast<double>(y) * step_y + static_cast<double>(z) * step_z;
            row.start[0] = static_cast<float>(start.x - anchor[0]);
            row.start[1] = static_cast<float>(start.y - anchor[1]);
            row.start[2] = static_cast<float>(start.z - anchor[2]);
            const auto offset = static_cast<std::size_t>(side) * (static_cast<std::size_t>(z) * side + y);
            kernels::sample_row_avx2(row, side, out.data() + offset);
        }
    }
}

}  // namespace huizhen::imaging
