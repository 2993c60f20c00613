#include <numbers>

#include <huizhen/lung/nodule_segmentation.h>

#include "nodule_sampling.h"

namespace huizhen::imaging {
namespace {

using Sampler = PatientSampler<std::int16_t>;

// Candidate radii grow by a constant factor, so that smoothness means the same at every size.
constexpr int kRadii = 48;
constexpr double kFirstRadiusMm = 0.8;
constexpr double kRadiusFactor = 1.08;
constexpr int kShell = 4;            // steps just outside the surface that should be lung: 36 % of the radius
constexpr double kEdgeSoftHu = 150;  // a sample this far from the threshold counts fully
// A nodule that gives no edge at all (deep in the wall) should end small.
constexpr float kShrink = 0.012f;
constexpr int kPropagationRounds = 14;
constexpr int kRecentrings = 5;
constexpr double kCentredMm = 0.1;
constexpr double kMarginMm = 6;
constexpr double kDenserThanLungHu = -650;
constexpr double kBeyondLungsMm = 1.0;  // the closed lungs' surface may run through a nodule on the pleura
// Ground glass around a denser core: this far outside the core's surface, beyond the scanner's blur, at least
// this share of the surroundings is brighter than lung by more than this share of the way to the threshold.
constexpr double kHaloFromMm = 1.5, kHaloToMm = 2.5;
constexpr double kHaloShare = 0.5;
constexpr double kHaloContrast = 0.25;
// A surface around the halo that is this many times larger, or runs into tissue in this much more of its
// directions, has leaked.
constexpr double kHaloMostGrowth = 3;
constexpr double kHaloMoreOpen = 0.15;

double radius_at(int step) { return kFirstRadiusMm * std::pow(kRadiusFactor, step); }

struct Directions {
    std::array<Vec3, kRayCount> unit;
    std::array<double, kRayCount> solid_angle;
    std::array<std::array<int, 4>, kRayCount> neighbours;  // up, down, left, right
};

Directions make_directions() {
    Directions d;
    const double pi = std::numbers::pi;
    for (int row = 0; row < kRayRows; ++row) {
        const double polar = pi * (row + 0.5) / kRayRows;
        const double band = std::cos(pi * row / kRayRows) - std::cos(pi * (row + 1) / kRayRows);
        for (int column = 0; column < kRayColumns; ++column) {
            const double azimuth = 2 * pi * column / kRayColumns;
            const int ray = row * kRayColumns + column;
            d.unit[ray] = {std::sin(polar) * std::cos(azimuth), std::sin(polar) * std::sin(azimuth),
                           std::cos(polar)};
            d.solid_angle[ray] = band * 2 * pi / kRayColumns;
            // Beyond a pole lies the ray on the other side of it.
            const int opposite = (column + kRayColumns / 2) % kRayColumns;
            d.neighbours[ray] = {row > 0 ? ray - kRayColumns : opposite,
                                 row + 1 < kRayRows ? ray + kRayColumns : row * kRayColumns + opposite,
                                 row * kRayColumns + (column + kRayColumns - 1) % kRayColumns,
                                 row * kRayColumns + (column + 1) % kRayColumns};
        }
    }
    return d;
}

const Directions& directions() {
    static const Directions made = make_directions();
    return made;
}

double percentile(std::vector<float>& values, double fraction) {
    const auto nth =
        values.begin() + static_cast<std::ptrdiff_t>(fraction * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), nth, values.end());
    return *nth;
}

// Calls visit(point, distance) on a lattice of `step_mm` inside a ball.
template <typename Visit>
void for_each_in_ball(Vec3 centre, double radius_mm, double step_mm, Visit&& visit) {
    const int n = static_cast<int>(std::floor(radius_mm / step_mm));
    for (int k = -n; k <= n; ++k)
        for (int j = -n; j <= n; ++j)
            for (int i = -n; i <= n; ++i) {
                const Vec3 offset{i * step_mm, j * step_mm, k * step_mm};
                const double distance = norm(offset);
                if (distance <= radius_mm) visit(centre + offset, distance);
            }
}

// Keeps centre and rays inside the lungs, where they are given and the seed lies in them or on their edge.
class Bounds {
  public:
    Bounds(const Lungs* lungs, Vec3 seed)
        : lungs_(lungs && depth_mm_at(*lungs, seed) > -kBeyondLungsMm ? lungs : nullptr) {}

    bool hold(Vec3 point) const { return !lungs_ || depth_mm_at(*lungs_, point) > 0; }

    // How far from `origin` a ray comes before it is kBeyondLungsMm outside the lungs.
    double distance_to_end(Vec3 origin, Vec3 direction) const {
        constexpr double kStepMm = 0.5;
        if (!lungs_) return kFarMm;
        double before = depth_mm_at(*lungs_, origin) + kBeyondLungsMm;
        for (double r = 0; r < radius_at(kRadii);) {
            if (before < 0) return r;
            // No nearer than the depth says, but for the grid's coarseness.
            const double step = std::max(kStepMm, before - 2);
            const double here = depth_mm_at(*lungs_, origin + (r + step) * direction) + kBeyondLungsMm;
            if (here < 0) return r + step * before / (before - here);
            r += step, before = here;
        }
        return kFarMm;
    }

  private:
    static constexpr double kFarMm = 1e9;
    const Lungs* lungs_;
};

// The brightest small blob near the seed, a little in favour of the seed itself.
Vec3 bright_core(const Sampler& sampler, const Bounds& bounds, Vec3 seed, double search_mm) {
    Vec3 best = seed;
    double best_score = -1e9;
    for_each_in_ball(seed, search_mm, 0.8, [&](Vec3 point, double distance) {
        double sum = 2.0 * static_cast<double>(sampler.at(point));
        for (const Vec3 side : {Vec3{1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, 0, 1}})
            sum += static_cast<double>(sampler.at(point + 0.9 * side) + sampler.at(point - 0.9 * side));
        const double score = std::min(sum / 8, 60.0) - 25 * distance;
        if (score > best_score && bounds.hold(point)) best_score = score, best = point;
    });
    return best;
}

double lung_around(const Sampler& sampler, Vec3 centre) {
    std::vector<float> lung;
    for_each_in_ball(centre, 16, 2.0, [&](Vec3 point, double) {
        if (!sampler.covers(point)) return;
        const float hu = sampler.at(point);
        if (hu < -600 && hu > -1000) lung.push_back(hu);
    });
    return lung.size() < 20 ? -850.0 : std::clamp(percentile(lung, 0.5), -950.0, -720.0);
}

double core_within(const Sampler& sampler, Vec3 centre, double radius_mm) {
    std::vector<float> core;
    for_each_in_ball(centre, radius_mm, std::max(0.4, radius_mm / 6),
                     [&](Vec3 point, double) { core.push_back(sampler.at(point)); });
    return std::clamp(percentile(core, 0.7), -700.0, 60.0);
}

// How far from the threshold, -1 (lung) to 1 (tissue), each candidate radius of each ray is.
std::vector<float> ray_evidence(const Sampler& sampler, Vec3 centre, double threshold) {
    std::vector<float> evidence(static_cast<std::size_t>(kRayCount) * (kRadii + kShell));
    for (int ray = 0; ray < kRayCount; ++ray)
        for (int step = 0; step < kRadii + kShell; ++step) {
            const Vec3 point = centre + radius_at(step) * directions().unit[ray];
            const double hu = static_cast<double>(sampler.at(point));
            evidence[static_cast<std::size_t>(ray * (kRadii + kShell) + step)] =
                static_cast<float>(std::clamp((hu - threshold) / kEdgeSoftHu, -1.0, 1.0));
        }
    return evidence;
}

// Cost of ending ray at step k: lung inside it, tissue in the shell just outside it.
std::vector<float> surface_cost(const std::vector<float>& evidence) {
    std::vector<float> cost(static_cast<std::size_t>(kRayCount) * kRadii);
    for (int ray = 0; ray < kRayCount; ++ray) {
        const float* e = &evidence[static_cast<std::size_t>(ray * (kRadii + kShell))];
        float inside = 0;
        for (int k = 0; k < kRadii; ++k) {
            inside += std::max(0.0f, -e[k]);
            float outside = 0;
            for (int s = 1; s <= kShell; ++s) outside += std::max(0.0f, e[k + s]);
            cost[static_cast<std::size_t>(ray * kRadii + k)] =
                inside + 0.7f * outside + kShrink * static_cast<float>(k);
        }
    }
    return cost;
}

// Adds a truncation-free linear penalty to a message: m[k] = min_j m[j] + slope * |k - j|, in two passes.
void spread(float* message, float slope) {
    for (int k = 1; k < kRadii; ++k) message[k] = std::min(message[k], message[k - 1] + slope);
    for (int k = kRadii - 2; k >= 0; --k) message[k] = std::min(message[k], message[k + 1] + slope);
    const float lowest = *std::min_element(message, message + kRadii);
    for (int k = 0; k < kRadii; ++k) message[k] -= lowest;
}

// Loopy min-sum belief propagation; returns the chosen step of each ray.
std::vector<int> solve_surface(const std::vector<float>& cost, double smoothness) {
    const auto& neighbours = directions().neighbours;
    // from[ray][n]: what neighbour n tells the ray.
    std::vector<float> from(static_cast<std::size_t>(kRayCount) * 4 * kRadii, 0.0f), next = from;
    const auto slot = [](int ray, int n) { return static_cast<std::size_t>((ray * 4 + n) * kRadii); };
    const auto back = [&](int ray, int n) {
        const int other = neighbours[ray][n];
        for (int m = 0; m < 4; ++m)
            if (neighbours[other][m] == ray) return m;
        return n;
    };
    std::array<float, kRadii> belief{};
    for (int round = 0; round < kPropagationRounds; ++round) {
        for (int ray = 0; ray < kRayCount; ++ray) {
            for (int k = 0; k < kRadii; ++k) {
                belief[k] = cost[static_cast<std::size_t>(ray * kRadii + k)];
                for (int n = 0; n < 4; ++n) belief[k] += from[slot(ray, n) + static_cast<std::size_t>(k)];
            }
            for (int n = 0; n < 4; ++n) {
                float* out = &next[slot(neighbours[ray][n], back(ray, n))];
                const float* in = &from[slot(ray, n)];
                for (int k = 0; k < kRadii; ++k) out[k] = belief[k] - in[k];
                spread(out, static_cast<float>(smoothness));
            }
        }
        for (std::size_t i = 0; i < from.size(); ++i) from[i] = 0.5f * (from[i] + next[i]);
    }
    std::vector<int> chosen(kRayCount);
    for (int ray = 0; ray < kRayCount; ++ray) {
        for (int k = 0; k < kRadii; ++k) {
            belief[k] = cost[static_cast<std::size_t>(ray * kRadii + k)];
            for (int n = 0; n < 4; ++n) belief[k] += from[slot(ray, n) + static_cast<std::size_t>(k)];
        }
        chosen[static_cast<std::size_t>(ray)] =
            static_cast<int>(std::min_element(belief.begin(), belief.end()) - belief.begin());
    }
    return chosen;
}

// Where the evidence changes sign next to the chosen step, between two candidate radii.
double refined_radius(const float* evidence, int chosen) {
    for (const int k : {chosen, chosen - 1, chosen + 1}) {
        if (k < 0 || k + 1 >= kRadii) continue;
        const double inner = static_cast<double>(evidence[k]), outer = static_cast<double>(evidence[k + 1]);
        if (inner > 0 && outer <= 0)
            return radius_at(k) + (radius_at(k + 1) - radius_at(k)) * inner / (inner - outer);
    }
    return radius_at(chosen);
}

// Lung, so to speak, from where the ray may not go on.
void end_evidence(const std::array<double, kRayCount>& end_mm, std::vector<float>& evidence) {
    for (int ray = 0; ray < kRayCount; ++ray)
        for (int step = kRadii + kShell - 1; step >= 0 && radius_at(step) > end_mm[ray]; --step)
            evidence[static_cast<std::size_t>(ray * (kRadii + kShell) + step)] = -1;
}

// `evidence` and `ended`: as it is, and with every ray ended.
void read_surface(const Sampler& sampler, const std::vector<float>& evidence, const std::vector<float>& ended,
                  const std::array<double, kRayCount>& end_mm, const std::vector<int>& chosen,
                  NoduleSegmentation& out) {
    out.radius_mm.resize(kRayCount);
    out.reach_mm.resize(kRayCount);
    for (int ray = 0; ray < kRayCount; ++ray) {
        const auto first = static_cast<std::size_t>(ray * (kRadii + kShell));
        const float* e = &evidence[first];
        const auto r = static_cast<std::size_t>(ray);
        const double end = sampler.distance_to_end(out.centre_mm, directions().unit[ray]);
        const double radius =
            std::max(0.3, std::min({refined_radius(&ended[first], chosen[r]), end, end_mm[r]}));
        int last = std::max(chosen[r], 0);
        while (last + 1 < kRadii && e[last + 1] > 0 && radius_at(last + 1) < 3 * radius) ++last;
        out.radius_mm[r] = static_cast<float>(radius);
        out.reach_mm[r] =
            static_cast<float>(std::max(radius, last > chosen[r] ? std::min(radius_at(last), end) : radius));
    }
}

Vec3 centre_of_mass(const NoduleSegmentation& s) {
    Vec3 moment;
    double volume = 0;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const double r = static_cast<double>(s.radius_mm[static_cast<std::size_t>(ray)]);
        volume += directions().solid_angle[ray] * r * r * r / 3;
        moment = moment + (directions().solid_angle[ray] * r * r * r * r / 4) * directions().unit[ray];
    }
    return s.centre_mm + (1 / volume) * moment;
}

// The point itself, or as near to it as `limit_mm` from `origin` allows: a surface that leaks into the chest
// wall would draw its centre after it.
Vec3 no_further(Vec3 point, Vec3 origin, double limit_mm) {
    const double distance = norm(point - origin);
    return distance <= limit_mm ? point : origin + (limit_mm / distance) * (point - origin);
}

double mean_radius(const NoduleSegmentation& s) {
    double cubed = 0;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const double r = static_cast<double>(s.radius_mm[static_cast<std::size_t>(ray)]);
        cubed += directions().solid_angle[ray] * r * r * r;
    }
    return std::cbrt(cubed / (4 * std::numbers::pi));
}

// Forbids radii far from those of an earlier, smoother surface.
void keep_near(const std::vector<float>& radius, std::vector<float>& cost) {
    for (int ray = 0; ray < kRayCount; ++ray)
        for (int k = 0; k < kRadii; ++k) {
            const double ratio = radius_at(k) / static_cast<double>(radius[static_cast<std::size_t>(ray)]);
            if (ratio > 1.5 || ratio < 0.6) cost[static_cast<std::size_t>(ray * kRadii + k)] += 10;
        }
}

// Halfway between the core and the lung.
void set_threshold(const Sampler& sampler, Vec3 centre, double core_radius, NoduleSegmentation& out) {
    out.core_hu = core_within(sampler, centre, core_radius);
    out.threshold_hu =
        std::clamp(out.background_hu + 0.45 * (out.core_hu - out.background_hu), -720.0, -380.0);
}

void solve_at(const Sampler& sampler, const Bounds& bounds, Vec3 centre, double smoothness,
              const std::vector<float>* near, NoduleSegmentation& out) {
    out.centre_mm = centre;
    const auto evidence = ray_evidence(sampler, centre, out.threshold_hu);
    std::array<double, kRayCount> end_mm;
    for (int ray = 0; ray < kRayCount; ++ray)
        end_mm[ray] = bounds.distance_to_end(centre, directions().unit[ray]);
    auto ended = evidence;
    end_evidence(end_mm, ended);
    auto cost = surface_cost(ended);
    if (near) keep_near(*near, cost);
    read_surface(sampler, evidence, ended, end_mm, solve_surface(cost, smoothness), out);
}

double core_radius(const NoduleSegmentation& s) { return std::max(1.2, 0.5 * mean_radius(s)); }

// Moves the origin of the rays to the surface's centre of mass, not far from `seed`, until it rests.
void settle(const Sampler& sampler, const Bounds& bounds, Vec3 seed, double smoothness, bool keep_threshold,
            NoduleSegmentation& out) {
    for (int i = 0; i < kRecentrings; ++i) {
        const Vec3 moved = no_further(centre_of_mass(out), seed, 0.3 * mean_radius(out) + 1);
        // A centre of mass in air (a ring, a curved vessel) would have rays that start outside.
        if (norm(moved - out.centre_mm) < kCentredMm || sampler.at(moved) < out.threshold_hu ||
            !bounds.hold(moved))
            break;
        if (!keep_threshold) set_threshold(sampler, moved, core_radius(out), out);
        solve_at(sampler, bounds, moved, smoothness, nullptr, out);
    }
}

// Density of the ground glass around the surface; nothing where lung or tissue is.
std::optional<double> halo_around(const Sampler& sampler, const NoduleSegmentation& s) {
    const double from_hu = s.background_hu + kHaloContrast * (s.threshold_hu - s.background_hu);
    double seen = 0, veiled = 0;
    std::vector<float> hu;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const auto outside = [&](double mm) {
            const double radius = static_cast<double>(s.radius_mm[static_cast<std::size_t>(ray)]);
            return s.centre_mm + (radius + mm) * directions().unit[ray];
        };
        if (!sampler.covers(outside(kHaloToMm))) continue;
        seen += directions().solid_angle[ray];
        const float near = sampler.at(outside(kHaloFromMm)), far = sampler.at(outside(kHaloToMm));
        const double level = 0.5 * static_cast<double>(near + far);
        if (level <= from_hu || level >= s.threshold_hu) continue;
        veiled += directions().solid_angle[ray];
        hu.push_back(near);
    }
    if (hu.empty() || veiled < kHaloShare * seen) return std::nullopt;
    return percentile(hu, 0.5);
}

// Share of the sphere in which tissue goes on beyond the surface.
double open_share(const NoduleSegmentation& s) {
    double open = 0;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const auto r = static_cast<std::size_t>(ray);
        if (s.reach_mm[r] > s.radius_mm[r]) open += directions().solid_angle[ray];
    }
    return open / (4 * std::numbers::pi);
}

// Widens the surface of a solid core to the ground glass around it, if there is any and it ends in lung.
bool take_in_halo(const Sampler& sampler, const Bounds& bounds, Vec3 seed, double smoothness,
                  NoduleSegmentation& out) {
    const std::optional<double> halo = halo_around(sampler, out);
    if (!halo) return false;
    NoduleSegmentation wider = out;
    wider.threshold_hu = 0.5 * (out.background_hu + *halo);
    solve_at(sampler, bounds, out.centre_mm, smoothness, nullptr, wider);
    settle(sampler, bounds, seed, smoothness, true, wider);
    if (mean_radius(wider) > kHaloMostGrowth * mean_radius(out) ||
        open_share(wider) > open_share(out) + kHaloMoreOpen)
        return false;
    out = std::move(wider);
    return true;
}

// Bilinear on the sphere's grid of rays.
double radius_towards(const std::vector<float>& radius, Vec3 offset, double distance) {
    const double pi = std::numbers::pi;
    const double polar = std::acos(std::clamp(offset.z / distance, -1.0, 1.0));
    double azimuth = std::atan2(offset.y, offset.x);
    if (azimuth < 0) azimuth += 2 * pi;
    const double row = std::clamp(polar / pi * kRayRows - 0.5, 0.0, kRayRows - 1.0);
    const double column = azimuth / (2 * pi) * kRayColumns;
    const int r0 = std::min(static_cast<int>(row), kRayRows - 2), c0 = static_cast<int>(column) % kRayColumns;
    const int c1 = (c0 + 1) % kRayColumns;
    const double fr = row - r0, fc = column - std::floor(column);
    const auto at = [&](int r, int c) {
        return static_cast<double>(radius[static_cast<std::size_t>(r * kRayColumns + c)]);
    };
    return (1 - fr) * ((1 - fc) * at(r0, c0) + fc * at(r0, c1)) +
           fr * ((1 - fc) * at(r0 + 1, c0) + fc * at(r0 + 1, c1));
}

void fill_grids(const Sampler& sampler, double spacing, NoduleSegmentation& out) {
    out.low_mm = out.high_mm = out.centre_mm;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const Vec3 p = out.centre_mm + static_cast<double>(out.radius_mm[static_cast<std::size_t>(ray)]) *
                                           directions().unit[ray];
        out.low_mm = {std::min(out.low_mm.x, p.x), std::min(out.low_mm.y, p.y), std::min(out.low_mm.z, p.z)};
        out.high_mm = {std::max(out.high_mm.x, p.x), std::max(out.high_mm.y, p.y),
                       std::max(out.high_mm.z, p.z)};
    }
    const Vec3 extent = out.high_mm - out.low_mm;
    const auto cells = [&](double mm) {
        return static_cast<int>(std::ceil((mm + 2 * kMarginMm) / spacing)) + 1;
    };
    Geometry geometry;
    geometry.origin_mm = out.low_mm - Vec3{kMarginMm, kMarginMm, kMarginMm};
    geometry.spacing_mm = {spacing, spacing, spacing};
    const Size3 size{cells(extent.x), cells(extent.y), cells(extent.z)};
    out.hu = Grid<float>(size, geometry);
    out.mask = Mask(size, geometry);
    for (int z = 0; z < size.z; ++z)
        for (int y = 0; y < size.y; ++y)
            for (int x = 0; x < size.x; ++x) {
                const Vec3 p = geometry.to_patient(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                out.hu.at(x, y, z) = sampler.at({p.x, p.y, std::clamp(p.z, out.low_mm.z, out.high_mm.z)});
                const Vec3 offset = p - out.centre_mm;
                const double distance = norm(offset);
                const bool inside =
                    distance < 1e-6 || distance <= radius_towards(out.radius_mm, offset, distance);
                out.mask.at(x, y, z) = inside && sampler.covers(p) ? 1 : 0;
            }
}

}  // namespace

Vec3 ray_direction(int ray) { return directions().unit[ray]; }

double ray_solid_angle(int ray) { return directions().solid_angle[ray]; }

Result<NoduleSegmentation> segment_nodule(const Volume& volume, Vec3 seed_mm,
                                          const NoduleSegmentationOptions& options) {
    if (volume.empty()) return fail(ErrorCode::kInvalidArgument, "the volume has no voxels");
    const Sampler sampler(volume);
    if (!sampler.covers(seed_mm))
        return fail(ErrorCode::kInvalidArgument, "the seed of a nodule lies outside the volume");
    NoduleSegmentation out;
    const Bounds bounds(options.lungs, seed_mm);
    const Vec3 core = bright_core(sampler, bounds, seed_mm, options.search_mm);
    out.background_hu = lung_around(sampler, core);
    if (sampler.at(core) < kDenserThanLungHu)
        return fail(ErrorCode::kNotFound, "nothing denser than lung near the seed");
    set_threshold(sampler, core, 1.5, out);
    solve_at(sampler, bounds, core, options.smoothness, nullptr, out);
    settle(sampler, bounds, core, options.smoothness, false, out);
    if (!take_in_halo(sampler, bounds, core, options.smoothness, out))
        set_threshold(sampler, out.centre_mm, core_radius(out), out);
    const std::vector<float> rough = out.radius_mm;
    solve_at(sampler, bounds, out.centre_mm, options.detail, &rough, out);
    fill_grids(sampler, options.grid_spacing_mm, out);
    return out;
}

}  // namespace huizhen::imaging
