#include "candidate_shape.h"

#include <numbers>

#include <huizhen/lung/distance.h>

namespace huizhen::imaging {
namespace {

constexpr int kRays = 128;
constexpr int kRounds = 10;  // cast, move to the middle, cast again, until it stays
constexpr double kSettledMm = 0.25;
constexpr double kStepMm = 0.5;
constexpr double kMaxReachMm = 26;     // half of the largest nodule with room for spicules
constexpr double kMinContrastHu = 90;  // below ground glass of -750 HU in lung of -850 HU
constexpr double kNearMedian = 0.40;   // a ray within 40 % of the median length counts as round
constexpr double kTissueHu = 100;      // calcium counts as this, else "halfway" would lie inside the nodule
constexpr double kSolidHu = -300;      // inner half above it: solid; ground glass lies at -750 to -300 HU

// Directions spread evenly over the sphere (Fibonacci lattice).
const std::array<Vec3, kRays>& directions() {
    static const std::array<Vec3, kRays> all = [] {
        std::array<Vec3, kRays> out;
        const double golden = std::numbers::pi * (3 - std::sqrt(5.0));
        for (int i = 0; i < kRays; ++i) {
            const double z = 1 - (2 * i + 1.0) / kRays;
            const double r = std::sqrt(1 - z * z);
            out[i] = {r * std::cos(golden * i), r * std::sin(golden * i), z};
        }
        return out;
    }();
    return all;
}

float hu_at(const Volume& iso, Vec3 voxel) {
    const int x = static_cast<int>(std::floor(voxel.x)), y = static_cast<int>(std::floor(voxel.y));
    const int z = static_cast<int>(std::floor(voxel.z));
    const auto fx = static_cast<float>(voxel.x - x), fy = static_cast<float>(voxel.y - y);
    const auto fz = static_cast<float>(voxel.z - z);
    float c[8];
    if (x >= 0 && y >= 0 && z >= 0 && x + 1 < iso.size().x && y + 1 < iso.size().y && z + 1 < iso.size().z) {
        const std::int16_t* p = iso.voxels().data() + iso.index(x, y, z);
        const std::ptrdiff_t dy = iso.size().x, dz = dy * iso.size().y;
        const std::ptrdiff_t steps[8] = {0, 1, dy, dy + 1, dz, dz + 1, dz + dy, dz + dy + 1};
        for (int i = 0; i < 8; ++i) c[i] = p[steps[i]];
    } else {
        for (int i = 0; i < 8; ++i) c[i] = iso.clamped(x + (i & 1), y + (i >> 1 & 1), z + (i >> 2 & 1));
    }
    const float a = c[0] + fx * (c[1] - c[0]), b = c[2] + fx * (c[3] - c[2]);
    const float d = c[4] + fx * (c[5] - c[4]), e = c[6] + fx * (c[7] - c[6]);
    const float near = a + fy * (b - a), far = d + fy * (e - d);
    return near + fz * (far - near);
}

enum class RayEnd { kLung, kPleura, kRunsOn };

struct Ray {
    double length_mm = 0;
    RayEnd end = RayEnd::kRunsOn;
};

struct Star {
    std::array<Ray, kRays> rays;
    double core_hu = 0;
    double background_hu = 0;
    double median_mm = 0;  // of the rays that end in lung
};

bool inside_lung(const Lungs& lungs, Vec3 voxel) {
    const int x = static_cast<int>(std::lround(voxel.x)), y = static_cast<int>(std::lround(voxel.y));
    const int z = static_cast<int>(std::lround(voxel.z));
    return lungs.mask.contains(x, y, z) && lungs.mask.at(x, y, z) != 0;
}

double middle_value(std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// Mean HU within `radius_mm` of the centre, by points on the rays and the centre itself.
double core_of(const Volume& iso, Vec3 centre, double radius_mm, double mm) {
    double sum = double{hu_at(iso, centre)}, count = 1;
    for (int i = 0; i < kRays; i += 4) {
        for (const double share : {0.5, 1.0}) {
            sum += double{hu_at(iso, centre + (share * radius_mm / mm) * directions()[i])};
            ++count;
        }
    }
    return sum / count;
}

// The lung around: the median over rays of the lowest HU within reach, kept near the scan's own parenchyma.
double background_of(const Volume& iso, const Lungs& lungs, Vec3 centre, double reach_mm, double mm) {
    std::vector<double> lowest;
    for (int i = 0; i < kRays; i += 2) {
        double low = 1e9;
        for (double r = 0; r <= reach_mm; r += 2 * kStepMm) {
            const Vec3 at = centre + (r / mm) * directions()[i];
            if (!inside_lung(lungs, at)) break;
            low = std::min(low, double{hu_at(iso, at)});
        }
        if (low < 1e9) lowest.push_back(low);
    }
    if (lowest.empty()) return lungs.parenchyma_hu;
    return std::clamp(middle_value(lowest), lungs.parenchyma_hu - 80, lungs.parenchyma_hu + 250);
}

Ray cast(const Volume& iso, const Lungs& lungs, Vec3 centre, Vec3 direction, double level, double reach_mm,
         double mm) {
    double before = double{hu_at(iso, centre)};
    for (double r = kStepMm; r <= reach_mm; r += kStepMm) {
        const Vec3 at = centre + (r / mm) * direction;
        const double here = double{hu_at(iso, at)};
        if (here < level) {
            const double share = before > level ? (before - level) / (before - here) : 0.5;
            return {r - kStepMm + kStepMm * share, RayEnd::kLung};
        }
        if (!inside_lung(lungs, at)) return {r, RayEnd::kPleura};
        before = here;
    }
    return {reach_mm, RayEnd::kRunsOn};
}

// Median length of the rays that end in lung; of all rays where fewer than an eighth do.
double median_length(const Star& star) {
    std::vector<double> lengths;
    for (const Ray& ray : star.rays) {
        if (ray.end == RayEnd::kLung) lengths.push_back(ray.length_mm);
    }
    if (lengths.size() < kRays / 8) {
        lengths.clear();
        for (const Ray& ray : star.rays) lengths.push_back(ray.length_mm);
    }
    return middle_value(lengths);
}

Star cast_star(const Volume& iso, const Lungs& lungs, Vec3 centre, double radius_mm, double mm) {
    Star star;
    const double reach = std::min(kMaxReachMm, 2.2 * radius_mm + 4);
    star.core_hu = std::min(kTissueHu, core_of(iso, centre, std::max(0.5, 0.4 * radius_mm), mm));
    star.background_hu = background_of(iso, lungs, centre, std::min(kMaxReachMm, reach + 3), mm);
    const double level = 0.5 * (star.core_hu + star.background_hu);
    for (int i = 0; i < kRays; ++i)
        star.rays[i] = cast(iso, lungs, centre, directions()[i], level, reach, mm);
    star.median_mm = median_length(star);
    return star;
}

// How far the middle of the ray ends lies from where the rays began. Rays that run into a vessel, the wall or
// the pleura say nothing of the thing's own surface and count as a median.
Vec3 offset_of(const Star& star) {
    Vec3 sum;
    for (int i = 0; i < kRays; ++i) {
        const Ray& ray = star.rays[i];
        const bool own = ray.end == RayEnd::kLung && ray.length_mm < 1.6 * star.median_mm;
        sum = sum + (own ? ray.length_mm : star.median_mm) * directions()[i];
    }
    // In a ball, rays from a point off its centre by a small d average to -d / 3.
    return (3.0 / kRays) * sum;
}

// What a reader would weigh: round, well above the lung around, large enough to matter (the guidelines act
// from 4 to 6 mm on), not a piece of wall, not a stretch of vessel. A long cylinder has roundness 0.77 and
// sends 11 % of its rays along itself; nodules in the LIDC crops have a median of 0.96 and 0. `unevenness`:
// mean deviation of the round rays from their median; small, it puts the best centred of several stars in one
// ball first.
double score_of(const Candidate& c, double unevenness) {
    const double round = std::clamp((c.roundness - 0.4) / 0.6, 0.0, 1.0);
    const double contrast = 1 - std::exp(-(c.contrast_hu - 0.5 * kMinContrastHu) / 150);
    const double size = std::clamp((c.diameter_mm - 1.5) / 4.5, 0.1, 1.0);
    const double wall = std::clamp(1.5 - 1.5 * c.pleura_share, 0.0, 1.0);
    const double vessel = std::exp(-c.vessel_share * c.vessel_share / 0.04);
    return std::clamp(round * round * contrast * size * wall * vessel * (1 - 0.25 * unevenness), 0.0, 1.0);
}

Candidate describe(const Star& star, Vec3 centre, const Volume& iso, const Lungs& lungs, double mm) {
    int round = 0, pleura = 0, runs_on = 0, lung = 0;
    double deviation = 0;
    for (const Ray& ray : star.rays) {
        const double ratio = ray.length_mm / star.median_mm;
        const bool near = std::abs(ratio - 1) <= kNearMedian;
        if (ray.end == RayEnd::kPleura) {
            ++pleura;
        } else {
            ++lung;
            if (near && ray.end == RayEnd::kLung) {
                ++round;
                deviation += std::abs(ratio - 1);
            }
            runs_on += ray.end == RayEnd::kRunsOn || ratio > 1.9;
        }
    }
    Candidate c;
    c.centre_mm = iso.geometry().to_patient(centre);
    c.diameter_mm = 2 * star.median_mm;
    c.roundness = lung > 0 ? static_cast<double>(round) / lung : 0;
    c.core_hu = core_of(iso, centre, std::max(0.5, 0.5 * star.median_mm), mm);
    c.contrast_hu = star.core_hu - star.background_hu;
    c.depth_mm = depth_mm_at(lungs, c.centre_mm);
    c.vessel_share = static_cast<double>(runs_on) / kRays;
    c.pleura_share = static_cast<double>(pleura) / kRays;
    c.density = c.core_hu >= kSolidHu ? CandidateDensity::kSolid : CandidateDensity::kSubsolid;
    c.juxtapleural = c.pleura_share >= 0.1 || c.depth_mm < star.median_mm + 1;
    c.juxtavascular = c.vessel_share >= 0.03;
    c.score = score_of(c, round > 0 ? deviation / round : 0);
    return c;
}

}  // namespace

std::optional<Candidate> measure_by_rays(const Volume& iso, const Lungs& lungs, const Seed& seed) {
    const double mm = isotropic_spacing_mm(iso.geometry());
    Vec3 centre = seed.voxel;
    double radius = seed.radius_mm;
    Star star;
    for (int round = 0; round < kRounds; ++round) {
        star = cast_star(iso, lungs, centre, radius, mm);
        if (star.core_hu - star.background_hu < kMinContrastHu) return std::nullopt;
        radius = std::max(1.0, star.median_mm);
        if (round + 1 == kRounds) break;
        const Vec3 offset = offset_of(star);
        const Vec3 moved = centre + (1 / mm) * offset;
        if (norm(offset) < kSettledMm || !inside_lung(lungs, moved)) break;
        centre = moved;
    }
    return describe(star, centre, iso, lungs, mm);
}

}  // namespace huizhen::imaging
