#include <numbers>

#include <huizhen/base/check.h>
#include <huizhen/lung/gaussian.h>

#include "smooth_kernels.h"

namespace huizhen::imaging {
namespace {

// Rows a smoothing step reads for output position p of a line of n rows: the middle one, then pairs outwards.
void gather(const float* first, std::size_t stride, int p, int n, int radius,
            std::vector<const float*>& rows) {
    const auto row = [&](int q) {
        return first + stride * static_cast<std::size_t>(std::clamp(q, 0, n - 1));
    };
    rows[0] = row(p);
    for (int k = 1; k <= radius; ++k) {
        rows[2 * k - 1] = row(p - k);
        rows[2 * k] = row(p + k);
    }
}

// One slice: along x through a row with replicated ends, then along y.
void smooth_slice(float* slice, Size3 size, const std::vector<float>& weights, SmoothRow smooth,
                  std::vector<float>& scratch) {
    const int radius = static_cast<int>(weights.size()) - 1;
    std::vector<const float*> rows(2 * radius + 1);
    const auto nx = static_cast<std::size_t>(size.x);
    std::vector<float> padded(nx + 2 * radius);
    for (int y = 0; y < size.y; ++y) {
        const float* from = slice + nx * y;
        std::fill_n(padded.begin(), radius, from[0]);
        std::copy_n(from, nx, padded.begin() + radius);
        std::fill_n(padded.begin() + radius + size.x, radius, from[nx - 1]);
        rows[0] = padded.data() + radius;
        for (int k = 1; k <= radius; ++k) {
            rows[2 * k - 1] = padded.data() + radius - k;
            rows[2 * k] = padded.data() + radius + k;
        }
        smooth(rows.data(), weights.data(), radius, nx, scratch.data() + nx * y);
    }
    for (int y = 0; y < size.y; ++y) {
        gather(scratch.data(), nx, y, size.y, radius, rows);
        smooth(rows.data(), weights.data(), radius, nx, slice + nx * y);
    }
}

// Along z, one y at a time: the rows (y, all z) fit the second-level cache.
void smooth_depth(float* plane, Size3 size, const std::vector<float>& weights, SmoothRow smooth,
                  std::vector<float>& scratch) {
    const int radius = static_cast<int>(weights.size()) - 1;
    std::vector<const float*> rows(2 * radius + 1);
    const auto nx = static_cast<std::size_t>(size.x);
    const std::size_t stride = nx * static_cast<std::size_t>(size.y);
    for (int z = 0; z < size.z; ++z) std::copy_n(plane + stride * z, nx, scratch.data() + nx * z);
    for (int z = 0; z < size.z; ++z) {
        gather(scratch.data(), nx, z, size.z, radius, rows);
        smooth(rows.data(), weights.data(), radius, nx, plane + stride * z);
    }
}

Geometry halved(const Geometry& geometry) {
    Geometry out = geometry;
    out.origin_mm = geometry.to_patient({0.5, 0.5, 0.5});
    out.spacing_mm = 2.0 * geometry.spacing_mm;
    return out;
}

template <typename Voxel>
Grid<Voxel> halve_grid(const Grid<Voxel>& grid, Executor& executor) {
    const Size3 size = grid.size();
    const Size3 half{(size.x + 1) / 2, (size.y + 1) / 2, (size.z + 1) / 2};
    Grid<Voxel> out(half, halved(grid.geometry()));
    executor.parallel_for(static_cast<std::size_t>(half.z), 1, [&](std::size_t begin, std::size_t end) {
        for (int z = static_cast<int>(begin); z < static_cast<int>(end); ++z) {
            const int z1 = std::min(2 * z + 1, size.z - 1);
            for (int y = 0; y < half.y; ++y) {
                const int y1 = std::min(2 * y + 1, size.y - 1);
                const Voxel* a = &grid.voxels()[grid.index(0, 2 * y, 2 * z)];
                const Voxel* b = &grid.voxels()[grid.index(0, y1, 2 * z)];
                const Voxel* c = &grid.voxels()[grid.index(0, 2 * y, z1)];
                const Voxel* d = &grid.voxels()[grid.index(0, y1, z1)];
                Voxel* to = &out.voxels()[out.index(0, y, z)];
                for (int x = 0; x < size.x / 2; ++x) {
                    const int i = 2 * x;
                    const auto sum = a[i] + a[i + 1] + b[i] + b[i + 1] + c[i] + c[i + 1] + d[i] + d[i + 1];
                    to[x] = static_cast<Voxel>(sum / 8);
                }
                if (size.x % 2 == 1) {
                    const int i = size.x - 1;
                    to[half.x - 1] = static_cast<Voxel>((a[i] + b[i] + c[i] + d[i]) / 4);
                }
            }
        }
    });
    return out;
}

}  // namespace

std::vector<float> gaussian_weights(double sigma_voxels) {
    HZ_CHECK(sigma_voxels > 0, "sigma is positive");
    const int radius = std::max(1, static_cast<int>(std::ceil(3.5 * sigma_voxels)));
    std::vector<double> exact(radius + 1);
    double sum = 0;
    for (int k = 0; k <= radius; ++k) {
        exact[k] = std::exp(-0.5 * k * k / (sigma_voxels * sigma_voxels));
        sum += k == 0 ? exact[k] : 2 * exact[k];
    }
    std::vector<float> weights(radius + 1);
    for (int k = 0; k <= radius; ++k) weights[k] = static_cast<float>(exact[k] / sum);
    return weights;
}

void gaussian_smooth(Grid<float>& grid, double sigma_voxels, Executor& executor) {
    const std::vector<float> weights = gaussian_weights(sigma_voxels);
    const SmoothRow smooth = smooth_row_for_this_cpu();
    const Size3 size = grid.size();
    const std::size_t slice = static_cast<std::size_t>(size.x) * static_cast<std::size_t>(size.y);
    float* data = grid.voxels().data();
    executor.parallel_for(static_cast<std::size_t>(size.z), 1, [&](std::size_t begin, std::size_t end) {
        std::vector<float> scratch(slice);
        for (std::size_t z = begin; z < end; ++z)
            smooth_slice(data + z * slice, size, weights, smooth, scratch);
    });
    executor.parallel_for(static_cast<std::size_t>(size.y), 1, [&](std::size_t begin, std::size_t end) {
        std::vector<float> scratch(static_cast<std::size_t>(size.x) * size.z);
        for (std::size_t y = begin; y < end; ++y)
            smooth_depth(data + y * size.x, size, weights, smooth, scratch);
    });
}

void gaussian_smooth_reference(Grid<float>& grid, double sigma_voxels) {
    const std::vector<float> weights = gaussian_weights(sigma_voxels);
    const int radius = static_cast<int>(weights.size()) - 1;
    const Size3 size = grid.size();
    for (int axis = 0; axis < 3; ++axis) {
        const Grid<float> from = grid;
        for (int z = 0; z < size.z; ++z) {
            for (int y = 0; y < size.y; ++y) {
                for (int x = 0; x < size.x; ++x) {
                    double sum = 0;
                    for (int k = -radius; k <= radius; ++k) {
                        const int dx = axis == 0 ? k : 0, dy = axis == 1 ? k : 0, dz = axis == 2 ? k : 0;
                        sum += double{weights[std::abs(k)]} * double{from.clamped(x + dx, y + dy, z + dz)};
                    }
                    grid.at(x, y, z) = static_cast<float>(sum);
                }
            }
        }
    }
}

Grid<float> halve(const Grid<float>& grid, Executor& executor) { return halve_grid(grid, executor); }
Volume halve(const Volume& volume, Executor& executor) { return halve_grid(volume, executor); }

Hessian hessian_at(const Grid<float>& grid, std::size_t i) {
    const float* f = grid.voxels().data() + i;
    const auto dy = static_cast<std::ptrdiff_t>(grid.size().x);
    const std::ptrdiff_t dz = dy * grid.size().y;
    return {f[1] - 2 * f[0] + f[-1],
            f[dy] - 2 * f[0] + f[-dy],
            f[dz] - 2 * f[0] + f[-dz],
            0.25F * (f[dy + 1] - f[dy - 1] - f[-dy + 1] + f[-dy - 1]),
            0.25F * (f[dz + 1] - f[dz - 1] - f[-dz + 1] + f[-dz - 1]),
            0.25F * (f[dz + dy] - f[dz - dy] - f[-dz + dy] + f[-dz - dy])};
}

std::array<float, 3> eigenvalues(const Hessian& h) {
    const auto [xx, yy, zz, xy, xz, yz] = h;
    std::array<float, 3> out{};
    const float off = xy * xy + xz * xz + yz * yz;
    const float mean = (xx + yy + zz) / 3;
    const float p2 =
        (xx - mean) * (xx - mean) + (yy - mean) * (yy - mean) + (zz - mean) * (zz - mean) + 2 * off;
    if (p2 <= 1e-20F) {
        out = {mean, mean, mean};
    } else {
        const float p = std::sqrt(p2 / 6);
        const float a = (xx - mean) / p, b = (yy - mean) / p, c = (zz - mean) / p;
        const float d = xy / p, e = xz / p, g = yz / p;
        const float half_determinant =
            0.5F * (a * (b * c - g * g) - d * (d * c - g * e) + e * (d * g - b * e));
        const float phi = std::acos(std::clamp(half_determinant, -1.0F, 1.0F)) / 3;
        out[0] = mean + 2 * p * std::cos(phi);
        out[2] = mean + 2 * p * std::cos(phi + 2 * std::numbers::pi_v<float> / 3);
        out[1] = 3 * mean - out[0] - out[2];
    }
    std::sort(out.begin(), out.end(), [](float u, float v) { return std::abs(u) > std::abs(v); });
    return out;
}

}  // namespace huizhen::imaging
