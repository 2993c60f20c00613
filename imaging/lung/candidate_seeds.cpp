#include "candidate_seeds.h"

#include <huizhen/lung/components.h>
#include <huizhen/lung/distance.h>
#include <huizhen/lung/gaussian.h>

namespace huizhen::imaging {
namespace {

constexpr float kLowHu = -1000, kHighHu = 200;
constexpr int kMarginVoxels = 4;
constexpr std::array<double, 4> kOpeningsMm = {0, 2, 4, 7};
constexpr double kMaxPieceMm = 45;

// sigma^2 * l3^2 / |l1| where the intensity falls off in every direction, 0 elsewhere.
float dot_response(const Hessian& h, float sigma2) {
    const std::array<float, 3> l = eigenvalues(h);
    if (l[0] >= 0 || l[1] >= 0 || l[2] >= 0) return 0;
    return sigma2 * l[2] * l[2] / -l[0];
}

// A symmetric matrix is negative definite only if its diagonal and 2x2 minors say so: cheap, and nearly
// always no.
bool may_be_blob(const Hessian& h) {
    const auto [xx, yy, zz, xy, xz, yz] = h;
    return xx < 0 && yy < 0 && zz < 0 && xx * yy > xy * xy && xx * zz > xz * xz && yy * zz > yz * yz;
}

void fill_response(const LungField& field, float sigma2, float min_response, Grid<float>& response,
                   Executor& executor) {
    const Size3 size = field.hu.size();
    executor.parallel_for(static_cast<std::size_t>(size.z - 2), 1, [&](std::size_t begin, std::size_t end) {
        for (int z = static_cast<int>(begin) + 1; z < static_cast<int>(end) + 1; ++z) {
            for (int y = 1; y < size.y - 1; ++y) {
                const std::size_t row = field.hu.index(0, y, z);
                float* out = response.voxels().data() + row;
                const std::uint8_t* inside = field.inside.voxels().data() + row;
                std::fill_n(out, size.x, 0.0F);
                for (int x = 1; x < size.x - 1; ++x) {
                    if (inside[x] == 0) continue;
                    const Hessian h = hessian_at(field.hu, row + x);
                    // The dot response of a blob is at most a third of the trace.
                    if (-sigma2 * (h[0] + h[1] + h[2]) < 3 * min_response || !may_be_blob(h)) continue;
                    const float r = dot_response(h, sigma2);
                    if (r >= min_response) out[x] = r;
                }
            }
        }
    });
}

bool is_peak(const Grid<float>& grid, std::size_t i) {
    const float here = grid.voxels()[i];
    const auto dy = static_cast<std::ptrdiff_t>(grid.size().x);
    const std::ptrdiff_t dz = dy * grid.size().y;
    const float* f = grid.voxels().data() + i;
    for (std::ptrdiff_t z = -dz; z <= dz; z += dz) {
        for (std::ptrdiff_t y = -dy; y <= dy; y += dy) {
            for (std::ptrdiff_t x = -1; x <= 1; ++x) {
                const std::ptrdiff_t d = z + y + x;
                // Of equal neighbours the first one wins.
                if (f[d] > here || (f[d] == here && d < 0)) return false;
            }
        }
    }
    return true;
}

Vec3 to_iso_voxel(const LungField& field, double x, double y, double z, int to_iso) {
    const double shift = to_iso == 1 ? 0 : 0.5;
    return {field.low[0] + to_iso * x + shift, field.low[1] + to_iso * y + shift,
            field.low[2] + to_iso * z + shift};
}

void collect_peaks(const LungField& field, const Grid<float>& response, double radius_mm, int to_iso,
                   std::vector<Seed>& seeds, Executor& executor) {
    const Size3 size = response.size();
    std::vector<std::vector<Seed>> found(static_cast<std::size_t>(size.z));
    executor.parallel_for(static_cast<std::size_t>(size.z - 2), 1, [&](std::size_t begin, std::size_t end) {
        for (int z = static_cast<int>(begin) + 1; z < static_cast<int>(end) + 1; ++z) {
            for (int y = 1; y < size.y - 1; ++y) {
                const std::size_t row = response.index(0, y, z);
                for (int x = 1; x < size.x - 1; ++x) {
                    const float r = response.voxels()[row + x];
                    if (r > 0 && is_peak(response, row + x)) {
                        found[z].push_back({to_iso_voxel(field, x, y, z, to_iso), radius_mm, r});
                    }
                }
            }
        }
    });
    for (const auto& slice : found) seeds.insert(seeds.end(), slice.begin(), slice.end());
}

// The voxel farthest from the piece's surface, for every piece of an opened mask.
std::vector<std::pair<std::size_t, float>> deepest_voxels(const Components& pieces,
                                                          const Grid<float>& squared) {
    std::vector<std::pair<std::size_t, float>> deepest(pieces.list.size(), {0, -1.0F});
    for (std::size_t i = 0; i < squared.voxels().size(); ++i) {
        const std::int32_t label = pieces.labels.voxels()[i];
        if (label == 0) continue;
        auto& [voxel, depth] = deepest[static_cast<std::size_t>(label - 1)];
        if (squared.voxels()[i] > depth) {
            voxel = i;
            depth = squared.voxels()[i];
        }
    }
    return deepest;
}

}  // namespace

LungField make_lung_field(const Volume& iso, const Lungs& lungs, Executor& executor) {
    const Size3 size = iso.size();
    int low[3] = {size.x, size.y, size.z}, high[3] = {-1, -1, -1};
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            const std::uint8_t* row = &lungs.mask.voxels()[lungs.mask.index(0, y, z)];
            const std::uint8_t* end = row + size.x;
            const std::uint8_t* first = std::find(row, end, std::uint8_t{1});
            if (first == end) continue;
            int last = size.x - 1;
            while (row[last] == 0) --last;
            low[0] = std::min(low[0], static_cast<int>(first - row));
            high[0] = std::max(high[0], last);
            low[1] = std::min(low[1], y);
            high[1] = std::max(high[1], y);
            low[2] = std::min(low[2], z);
            high[2] = z;
        }
    }
    LungField field{{}, {}, {low[0] - kMarginVoxels, low[1] - kMarginVoxels, low[2] - kMarginVoxels}};
    const Size3 box{high[0] - low[0] + 1 + 2 * kMarginVoxels, high[1] - low[1] + 1 + 2 * kMarginVoxels,
                    high[2] - low[2] + 1 + 2 * kMarginVoxels};
    Geometry geometry = iso.geometry();
    geometry.origin_mm =
        geometry.to_patient({static_cast<double>(field.low[0]), static_cast<double>(field.low[1]),
                             static_cast<double>(field.low[2])});
    const auto background = static_cast<float>(lungs.parenchyma_hu);
    field.hu = Grid<float>(box, geometry, background);
    field.inside = Mask(box, geometry);
    const int x_begin = std::max(0, -field.low[0]), x_end = std::min(box.x, size.x - field.low[0]);
    executor.parallel_for(static_cast<std::size_t>(box.z), 1, [&](std::size_t begin, std::size_t end) {
        for (int z = static_cast<int>(begin); z < static_cast<int>(end); ++z) {
            for (int y = 0; y < box.y; ++y) {
                if (!iso.contains(0, y + field.low[1], z + field.low[2])) continue;
                const std::size_t from =
                    iso.index(x_begin + field.low[0], y + field.low[1], z + field.low[2]);
                const std::size_t to = field.hu.index(x_begin, y, z);
                for (int x = 0; x < x_end - x_begin; ++x) {
                    if (lungs.mask.voxels()[from + x] == 0) continue;
                    field.inside.voxels()[to + x] = 1;
                    field.hu.voxels()[to + x] =
                        std::clamp(static_cast<float>(iso.voxels()[from + x]), kLowHu, kHighHu);
                }
            }
        }
    });
    return field;
}

LungField halve(const LungField& field, Executor& executor) {
    LungField out{halve(field.hu, executor), {}, {field.low[0], field.low[1], field.low[2]}};
    const Size3 size = out.hu.size();
    out.inside = Mask(size, out.hu.geometry());
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            for (int x = 0; x < size.x; ++x)
                out.inside.at(x, y, z) = field.inside.clamped(2 * x, 2 * y, 2 * z);
        }
    }
    return out;
}

std::vector<Seed> blob_seeds(LungField& field, const std::vector<double>& sigmas_mm, double smoothed_mm,
                             int to_iso, double min_strength, Executor& executor) {
    std::vector<Seed> seeds;
    const double mm = isotropic_spacing_mm(field.hu.geometry());
    if (std::min({field.hu.size().x, field.hu.size().y, field.hu.size().z}) < 3) return seeds;
    Grid<float> response(field.hu.size(), field.hu.geometry());
    double done = smoothed_mm;
    for (const double sigma : sigmas_mm) {
        // Gaussians compose: variances add.
        gaussian_smooth(field.hu, std::sqrt(sigma * sigma - done * done) / mm, executor);
        done = sigma;
        const auto sigma2 = static_cast<float>(sigma * sigma / (mm * mm));
        fill_response(field, sigma2, static_cast<float>(min_strength), response, executor);
        // A ball of radius r answers most at sigma = r / sqrt(3).
        collect_peaks(field, response, std::sqrt(3.0) * sigma, to_iso, seeds, executor);
    }
    return seeds;
}

std::vector<Seed> component_seeds(const LungField& field, double threshold_hu, int to_iso,
                                  Executor& executor) {
    const double mm = isotropic_spacing_mm(field.hu.geometry());
    const Size3 size = field.hu.size();
    Mask tissue(size, field.hu.geometry());
    for (std::size_t i = 0; i < tissue.voxels().size(); ++i) {
        tissue.voxels()[i] =
            field.inside.voxels()[i] != 0 && field.hu.voxels()[i] >= static_cast<float>(threshold_hu);
    }
    const Grid<float> squared = squared_distance_to(tissue, 0, executor);
    std::vector<Seed> seeds;
    for (const double opening : kOpeningsMm) {
        const auto limit = static_cast<float>(opening * opening / (mm * mm));
        for (std::size_t i = 0; i < tissue.voxels().size(); ++i)
            tissue.voxels()[i] = squared.voxels()[i] > limit ? 1 : 0;
        const Components pieces = label_components(tissue, Connectivity::kAll26, opening > 0 ? 1 : 2);
        const auto deepest = deepest_voxels(pieces, squared);
        for (std::size_t p = 0; p < pieces.list.size(); ++p) {
            const Component& piece = pieces.list[p];
            const double longest = mm * std::max({piece.extent(0), piece.extent(1), piece.extent(2)});
            if (longest + 2 * opening > kMaxPieceMm) continue;
            const std::size_t i = deepest[p].first;
            const int x = static_cast<int>(i % static_cast<std::size_t>(size.x));
            const int y =
                static_cast<int>(i / static_cast<std::size_t>(size.x) % static_cast<std::size_t>(size.y));
            const int z =
                static_cast<int>(i / (static_cast<std::size_t>(size.x) * static_cast<std::size_t>(size.y)));
            const double radius = mm * std::sqrt(static_cast<double>(deepest[p].second));
            seeds.push_back({to_iso_voxel(field, x, y, z, to_iso), std::max(1.5, radius), radius * 50});
        }
    }
    return seeds;
}

}  // namespace huizhen::imaging
