#include <numbers>

#include <huizhen/base/check.h>
#include <huizhen/lung/phantom.h>

#include "phantom_shapes.h"

namespace huizhen::imaging {
namespace phantom {
namespace {

constexpr double kDeepMm = 14;  // middle of a free nodule to the surface, at least, beside its radius
constexpr double kApartMm = 28;
constexpr double kThickTubeMm =
    1.2;                        // free nodules keep clear of tubes this wide: one grown into a vessel's fork
constexpr double kClearMm = 2;  // cannot be told from it, by a reader either
constexpr int kMaxTries = 20000;

bool is_free(Vec3 p, const std::vector<PhantomNodule>& placed) {
    return std::all_of(placed.begin(), placed.end(), [&](const PhantomNodule& n) {
        return norm(n.centre_mm - p) > kApartMm + 0.5 * n.diameter_mm;
    });
}

bool is_clear_of_tubes(Vec3 p, double radius, const Scene& scene) {
    return std::none_of(scene.tubes.begin(), scene.tubes.end(), [&](const Tube& tube) {
        const double wide = std::max(tube.from_mm, tube.to_mm);
        if (wide < kThickTubeMm || !tube.only_in_lung) return false;
        const Vec3 axis = tube.to - tube.from;
        const double t = std::clamp(dot(p - tube.from, axis) / std::max(dot(axis, axis), 1e-9), 0.0, 1.0);
        return norm(p - tube.from - t * axis) < wide + radius + kClearMm;
    });
}

// A place inside the grid whose depth under the lungs' surface lies in [least, most], away from the hila and
// from thick vessels and the nodules placed before.
Vec3 find_place(const Anatomy& anatomy, const Scene& scene, double radius, Vec3 low, Vec3 high, double least,
                double most, std::uint64_t seed, const std::vector<PhantomNodule>& placed) {
    for (int i = 0; i < kMaxTries; ++i) {
        const std::uint64_t key = seed + 3 * static_cast<std::uint64_t>(i);
        const Vec3 p{low.x + (high.x - low.x) * uniform(key), low.y + (high.y - low.y) * uniform(key + 1),
                     low.z + (high.z - low.z) * uniform(key + 2)};
        const double depth = -anatomy.lungs(p);
        const bool central = std::hypot(std::abs(p.x) - 36, p.y - 8, p.z + 14) < 42;
        // On the pleura of the chest wall: the cavity's side is near, not the heart's or the diaphragm's, nor
        // the corner at the junction lines.
        const bool costal = least > kDeepMm || (-anatomy.cavity(p) < depth + 1.5 && std::abs(p.x) > 30);
        if (depth >= least && depth <= most && !central && costal && is_free(p, placed) &&
            is_clear_of_tubes(p, radius, scene)) {
            return p;
        }
    }
    HZ_CHECK(false, "the phantom has room for its nodules");
    return {};
}

void add_spicules(Vec3 centre, double radius, std::uint64_t seed, Scene& scene) {
    constexpr int kSpicules = 26;
    for (std::uint64_t i = 0; i < kSpicules; ++i) {
        const double z = 2 * uniform(seed + 4 * i) - 1,
                     phi = 2 * std::numbers::pi * uniform(seed + 4 * i + 1);
        const double r = std::sqrt(1 - z * z);
        const Vec3 direction{r * std::cos(phi), r * std::sin(phi), z};
        const double reach = radius * (1.35 + 0.55 * uniform(seed + 4 * i + 2));
        scene.tubes.push_back({centre + (0.7 * radius) * direction, centre + reach * direction, 0.2 * radius,
                               0.4, 30, 0, 0, true});
    }
}

Ball ball_for(PhantomNoduleKind kind, double radius, std::uint64_t seed) {
    Ball ball;
    ball.radius_mm = radius;
    ball.seed = seed;
    switch (kind) {
        case PhantomNoduleKind::kSpiculated:
            ball.hu = 45;
            ball.lobulation = 0.16;
            ball.mottle_hu = 25;
            break;
        case PhantomNoduleKind::kCalcified:
            ball.hu = 120;
            ball.core_mm = 0.75 * radius;
            ball.core_hu = 520;
            break;
        case PhantomNoduleKind::kPartSolid:
            ball.hu = -610;
            ball.core_mm = 0.42 * radius;
            ball.core_hu = 20;
            ball.lobulation = 0.10;
            ball.edge_mm = 1.8;
            ball.mottle_hu = 60;
            break;
        case PhantomNoduleKind::kGroundGlass:
            ball.hu = -600;
            ball.lobulation = 0.08;
            ball.edge_mm = 1.8;
            ball.mottle_hu = 50;
            break;
        default: ball.hu = 35; ball.lobulation = 0.05;
    }
    return ball;
}

double solid_diameter(PhantomNoduleKind kind, double diameter) {
    if (kind == PhantomNoduleKind::kGroundGlass) return 0;
    return kind == PhantomNoduleKind::kPartSolid ? 0.42 * diameter : diameter;
}

}  // namespace

std::vector<PhantomNodule> add_nodules(const Anatomy& anatomy, const PhantomOptions& options, Scene& scene) {
    const Vec3 half{0.5 * options.spacing_mm.x * options.size.x, 0.5 * options.spacing_mm.y * options.size.y,
                    0.5 * options.spacing_mm.z * options.size.z};
    std::vector<PhantomNodule> placed;
    for (std::size_t i = 0; i < options.nodules.size(); ++i) {
        const auto [kind, diameter] = options.nodules[i];
        const double radius = 0.5 * diameter;
        const std::uint64_t seed = hash(options.seed + 7919 * (i + 1));
        const bool pleural = kind == PhantomNoduleKind::kJuxtapleural;
        // On the pleura its middle lies a quarter radius inside the lung.
        const double least = pleural ? 0.15 * radius : radius + kDeepMm;
        const double most = pleural ? 0.35 * radius : 1000;
        const Vec3 margin{diameter + 4, diameter + 4, diameter + 4};
        const Vec3 centre =
            find_place(anatomy, scene, radius, margin - half, half - margin, least, most, seed, placed);
        placed.push_back({kind, centre, diameter, solid_diameter(kind, diameter)});
        Ball ball = ball_for(kind, radius, seed + 1);
        ball.centre = centre;
        scene.balls.push_back(ball);
        if (kind == PhantomNoduleKind::kSpiculated) add_spicules(centre, radius, seed + 2, scene);
        if (kind == PhantomNoduleKind::kJuxtavascular) {
            const Vec3 way{0.3, 0.55, -0.78};
            scene.tubes.push_back({centre - 32.0 * way, centre + 26.0 * way, 1.9, 1.2, 42, 0, 0, true});
        }
    }
    return placed;
}

}  // namespace phantom

std::string_view phantom_nodule_kind_name(PhantomNoduleKind kind) {
    switch (kind) {
        case PhantomNoduleKind::kSpiculated: return "spiculated";
        case PhantomNoduleKind::kSmoothSolid: return "smooth-solid";
        case PhantomNoduleKind::kCalcified: return "calcified";
        case PhantomNoduleKind::kPartSolid: return "part-solid";
        case PhantomNoduleKind::kGroundGlass: return "ground-glass";
        case PhantomNoduleKind::kJuxtapleural: return "juxtapleural";
        case PhantomNoduleKind::kJuxtavascular: return "juxtavascular";
    }
    return "unknown";
}

namespace {

// Quantum noise: white noise smoothed in plane by (1 2 1)/4 each way, as reconstruction kernels do, scaled
// back to the asked deviation; half of it in air.
void add_noise(double noise_hu, std::uint64_t seed, Volume& volume, Executor& executor) {
    const Size3 size = volume.size();
    // The kernel's energy per axis is (1 + 4 + 1) / 16.
    const double gain = noise_hu / (6.0 / 16.0);
    const std::uint64_t key = phantom::hash(seed + 5);
    executor.parallel_for(static_cast<std::size_t>(size.z), 1, [&](std::size_t begin, std::size_t end) {
        const auto nx = static_cast<std::size_t>(size.x);
        std::vector<float> white(nx * size.y);
        for (std::size_t z = begin; z < end; ++z) {
            for (std::size_t i = 0; i < white.size(); ++i) {
                // The sum of four uniforms is near enough to a Gaussian, and five times faster.
                const std::uint64_t bits = phantom::hash(key + z * white.size() + i);
                const int sum = static_cast<int>((bits & 0xFFFF) + (bits >> 16 & 0xFFFF) +
                                                 (bits >> 32 & 0xFFFF) + (bits >> 48));
                white[i] = static_cast<float>(sum - 2 * 0xFFFF) * (1.0F / 37837.0F);  // 65535 * sqrt(4 / 12)
            }
            for (int y = 0; y < size.y; ++y) {
                const float* row[3];
                for (int d = -1; d <= 1; ++d)
                    row[d + 1] = white.data() + nx * std::clamp(y + d, 0, size.y - 1);
                for (int x = 0; x < size.x; ++x) {
                    const int a = std::max(x - 1, 0), b = std::min(x + 1, size.x - 1);
                    const auto column = [&](int c) { return row[0][c] + 2 * row[1][c] + row[2][c]; };
                    const double smooth = double{column(a) + 2 * column(x) + column(b)} / 16;
                    std::int16_t& voxel = volume.at(x, y, static_cast<int>(z));
                    const double scale = voxel < -990 ? 0.5 : 1;
                    voxel = static_cast<std::int16_t>(
                        std::clamp<long>(std::lround(voxel + scale * gain * smooth), -1024, 3071));
                }
            }
        }
    });
}

// Every kLattice-th voxel in plane gets its site by formula, those between by interpolation: the organs'
// surfaces are smooth, and the formulas are slow.
constexpr int kLattice = 4;

std::vector<phantom::Site> lattice_row(const phantom::Anatomy& anatomy, const Geometry& geometry, int nx,
                                       int y, int z) {
    std::vector<phantom::Site> row;
    for (int x = 0; x < nx + kLattice; x += kLattice) {
        row.push_back(anatomy.site(geometry.to_patient({double(x), double(y), double(z)})));
    }
    return row;
}

phantom::Site between(const phantom::Site& a, const phantom::Site& b, double t) {
    const auto mix = [t](double u, double v) { return u + (v - u) * t; };
    return {mix(a.body, b.body),     mix(a.cavity, b.cavity),       mix(a.lungs, b.lungs),
            mix(a.heart, b.heart),   mix(a.diaphragm, b.diaphragm), mix(a.fat_mm, b.fat_mm),
            mix(a.planes, b.planes), mix(a.clouds, b.clouds)};
}

void draw_organs(const phantom::Anatomy& anatomy, const PhantomOptions& options, double w, Volume& volume,
                 Executor& executor) {
    const Size3 size = volume.size();
    const Geometry& geometry = volume.geometry();
    executor.parallel_for(static_cast<std::size_t>(size.z), 1, [&](std::size_t begin, std::size_t end) {
        for (int z = static_cast<int>(begin); z < static_cast<int>(end); ++z) {
            std::vector<phantom::Site> above, below = lattice_row(anatomy, geometry, size.x, 0, z);
            for (int y = 0; y < size.y; ++y) {
                if (y % kLattice == 0) {
                    above = std::move(below);
                    below = lattice_row(anatomy, geometry, size.x, y + kLattice, z);
                }
                const double down = static_cast<double>(y % kLattice) / kLattice;
                for (int x = 0; x < size.x; ++x) {
                    const std::size_t i = static_cast<std::size_t>(x / kLattice);
                    const double right = static_cast<double>(x % kLattice) / kLattice;
                    const phantom::Site at = between(between(above[i], above[i + 1], right),
                                                     between(below[i], below[i + 1], right), down);
                    const Vec3 p = geometry.to_patient({double(x), double(y), double(z)});
                    double hu = anatomy.hu(p, at, w);
                    if (options.with_table && p.y > 90 && hu < -900) {
                        hu += (-150 - hu) * phantom::coverage(anatomy.table(p), w);
                    }
                    volume.at(x, y, z) = static_cast<std::int16_t>(std::lround(hu));
                }
            }
        }
    });
}

}  // namespace

ChestPhantom make_chest_phantom(const PhantomOptions& options, Executor& executor) {
    HZ_CHECK(options.size.x > 0 && options.size.y > 0 && options.size.z > 0, "the phantom has voxels");
    Geometry geometry;
    geometry.spacing_mm = options.spacing_mm;
    geometry.origin_mm = {-0.5 * options.spacing_mm.x * (options.size.x - 1),
                          -0.5 * options.spacing_mm.y * (options.size.y - 1),
                          -0.5 * options.spacing_mm.z * (options.size.z - 1)};
    ChestPhantom out{Volume(options.size, geometry), {}};
    const phantom::Anatomy anatomy{options.junction_mm, options.seed};
    // Edges as wide as a scanner's resolution, not sharper than the grid.
    const double w = std::max(0.9, options.spacing_mm.x);
    draw_organs(anatomy, options, w, out.volume, executor);
    phantom::Scene scene;
    phantom::add_skeleton(anatomy, scene);
    phantom::add_mediastinum(scene);
    if (options.with_vessels) phantom::add_lung_trees(anatomy, scene);
    out.nodules = phantom::add_nodules(anatomy, options, scene);
    phantom::draw(anatomy, scene, w, out.volume, executor);
    add_noise(options.noise_hu, options.seed, out.volume, executor);
    return out;
}

}  // namespace huizhen::imaging
