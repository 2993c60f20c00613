#include "phantom_anatomy.h"

#include <numbers>

namespace huizhen::imaging::phantom {
namespace {

constexpr double kAirHu = -1000, kFatHu = -100, kMuscleHu = 50, kSkinHu = 20, kBloodHu = 42, kLiverHu = 58;
constexpr double kMediastinalFatHu = -85, kCortexHu = 650, kMarrowHu = 180, kDiscHu = 80, kSpleenHu = 50;

// Distances of unions and intersections with rounded seams (polynomial, I. Quilez).
double smooth_min(double a, double b, double k) {
    const double h = std::max(k - std::abs(a - b), 0.0) / k;
    return std::min(a, b) - 0.25 * h * h * k;
}
double smooth_max(double a, double b, double k) { return -smooth_min(-a, -b, k); }

double ellipsoid(Vec3 p, Vec3 centre, Vec3 r) {
    const Vec3 q = p - centre;
    const double k = norm({q.x / r.x, q.y / r.y, q.z / r.z});
    const double g = norm({q.x / (r.x * r.x), q.y / (r.y * r.y), q.z / (r.z * r.z)});
    return g < 1e-9 ? -std::min({r.x, r.y, r.z}) : k * (k - 1) / g;
}

// A super-ellipse in the axial plane; exponent 2 is an ellipse, more is boxier.
double superellipse(double x, double y, double a, double b, double exponent) {
    const double u = std::abs(x) / a, v = std::abs(y) / b;
    const double k = std::pow(std::pow(u, exponent) + std::pow(v, exponent), 1 / exponent);
    return (k - 1) * (k > 1e-6 ? std::hypot(x, y) / k : std::min(a, b));
}

double mix(double a, double b, double t) { return a + (b - a) * t; }
double ramp(double x, double from, double to) {
    const double t = std::clamp((x - from) / (to - from), 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

}  // namespace

std::uint64_t hash(std::uint64_t key) {  // splitmix64
    key += 0x9E3779B97F4A7C15ULL;
    key = (key ^ key >> 30) * 0xBF58476D1CE4E5B9ULL;
    key = (key ^ key >> 27) * 0x94D049BB133111EBULL;
    return key ^ key >> 31;
}

double uniform(std::uint64_t key) { return static_cast<double>(hash(key) >> 11) * 0x1.0p-53; }

double gaussian(std::uint64_t key) {
    const double u = 1 - uniform(2 * key), v = uniform(2 * key + 1);
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

double value_noise(Vec3 p, double scale_mm, std::uint64_t seed) {
    const double x = p.x / scale_mm + 4096, y = p.y / scale_mm + 4096, z = p.z / scale_mm + 4096;
    const auto ix = static_cast<std::uint64_t>(x), iy = static_cast<std::uint64_t>(y),
               iz = static_cast<std::uint64_t>(z);
    const auto ease = [](double t) { return t * t * (3 - 2 * t); };
    const double fx = ease(x - static_cast<double>(ix)), fy = ease(y - static_cast<double>(iy));
    const double fz = ease(z - static_cast<double>(iz));
    const auto corner = [&](std::uint64_t dx, std::uint64_t dy, std::uint64_t dz) {
        return uniform(seed + ((ix + dx) << 42 | (iy + dy) << 21 | (iz + dz)));
    };
    const double a =
        mix(mix(corner(0, 0, 0), corner(1, 0, 0), fx), mix(corner(0, 1, 0), corner(1, 1, 0), fx), fy);
    const double b =
        mix(mix(corner(0, 0, 1), corner(1, 0, 1), fx), mix(corner(0, 1, 1), corner(1, 1, 1), fx), fy);
    return 2 * mix(a, b, fz) - 1;
}

double Anatomy::body(Vec3 p) const {
    const double shoulders = ramp(p.z, 70, 130), neck = ramp(p.z, 125, 175);
    const double a = 160 + 12 * shoulders - 45 * neck;
    const double b = 110 - 8 * shoulders - 22 * neck;
    return superellipse(p.x, p.y - 4, a, b, 2.35) + 1.5 * std::sin(p.z / 37 + 0.02 * p.x);
}

double Anatomy::cavity(Vec3 p) const {
    // Widest over the heart, closing to the apices at z = 128 mm.
    const double up = std::max(p.z, -10.0) + 10;
    const double t = std::min(up / 138, 1.0);
    const double shape = std::pow(std::max(1 - std::pow(t, 2.3), 1e-4), 0.5);
    const double a = 130 * (0.42 * (1 - t) + 0.58 * shape) / (1 - 0.42 * t + 1e-9) * (1 - 0.32 * t);
    const double b = 86 * shape;
    const double lid = p.z - 127;
    return smooth_max(superellipse(p.x, p.y - 2 - 10 * t, std::max(a, 4.0), std::max(b, 4.0), 2.3), lid, 10);
}

double Anatomy::heart(Vec3 p) const {
    // The apex points to the left, forward and down.
    const Vec3 q = p - Vec3{20, -22, -60};
    const double c = std::cos(0.6), s = std::sin(0.6);
    const Vec3 r{c * q.x - s * q.y * 0.6 - 0.25 * q.z, s * q.x * 0.5 + c * q.y, q.z + 0.25 * q.x};
    return ellipsoid(r, {0, 0, 0}, {60, 44, 54});
}

double Anatomy::mediastinum(Vec3 p) const { return mediastinum(p, heart(p)); }

double Anatomy::mediastinum(Vec3 p, double heart_at) const {
    const double front = ramp(p.y, -62, -34), back = ramp(p.y, 30, 62);
    // Widest around the aortic arch; it covers the great vessels down to their entry into the lungs.
    const double wide = 24 + 9 * ramp(p.z, -30, 10) * (1 - ramp(p.z, 60, 110));
    const double half = mix(0.5 * junction_mm, wide, front) - 3 * back + 3 * ramp(p.z, 60, 120);
    const double slab = std::abs(p.x - 3 * front) - half;
    const double spine = std::hypot(p.x, (p.y - 66) * 1.05) - 27;
    const double aorta = std::hypot(p.x - 22, p.y - 40) - 14;
    const double hila =
        std::min(ellipsoid(p, {-36, 10, -14}, {13, 15, 24}), ellipsoid(p, {36, 12, -12}, {13, 15, 22}));
    double d = smooth_min(slab, spine, 10);
    d = smooth_min(d, p.z < 40 ? aorta : 14.0, 8);
    d = smooth_min(d, hila, 10);
    return smooth_min(d, heart_at - 3, 12);
}

double Anatomy::diaphragm(Vec3 p) const {
    const auto dome = [&](Vec3 centre, Vec3 r) {
        const Vec3 q{p.x, p.y, std::max(p.z, centre.z)};
        return ellipsoid(q, centre, r);
    };
    const double right = dome({-66, 2, -150}, {74, 92, 76});
    const double left = dome({68, 4, -156}, {70, 90, 70});
    return smooth_min(right, left, 6);
}

double Anatomy::lungs(Vec3 p) const { return lungs(p, cavity(p), heart(p), diaphragm(p)); }

double Anatomy::lungs(Vec3 p, double cavity_at, double heart_at, double diaphragm_at) const {
    const double walls = smooth_max(cavity_at, -mediastinum(p, heart_at), 4);
    const double ribs_dent = 0.8 * std::sin(p.z * 2 * std::numbers::pi / 24 + 0.03 * p.y);
    // The recess reaches deepest behind.
    const double floor = -(p.z + 112 + 18 * ramp(p.y, -40, 60));
    return smooth_max(smooth_max(walls + ribs_dent, -diaphragm_at, 3), floor, 8);
}

Site Anatomy::site(Vec3 p) const {
    Site out;
    out.body = body(p);
    out.cavity = cavity(p);
    out.heart = heart(p);
    out.diaphragm = diaphragm(p);
    out.lungs = lungs(p, out.cavity, out.heart, out.diaphragm);
    if (out.body < 8) {
        out.fat_mm = 11 + 5 * value_noise(p, 60, seed + 1) + 7 * ramp(p.y, 20, -60) * ramp(p.z, 60, -30);
        out.planes = 22 * std::abs(value_noise(p, 34, seed + 4) + 0.5 * value_noise(p, 15, seed + 8));
        out.clouds = value_noise(p, 9, seed + 11);
    }
    return out;
}

double Anatomy::vertebra(Vec3 p) const {
    const double bodies = superellipse(p.x, p.y - 66, 17, 14, 2.4);
    const double canal = std::hypot(p.x, p.y - 88) - 8;
    const double ring = std::hypot(p.x, p.y - 88) - 13;
    const double spinous = std::max(std::abs(p.x) - 3.2, std::abs(p.y - 104) - 14);
    const double transverse =
        std::max({std::abs(p.x) - 28, std::abs(p.y - 90) - 5, std::abs(std::remainder(p.z, 24)) - 6});
    return std::min(bodies, std::max(std::min({ring, spinous, transverse}), -canal));
}

double Anatomy::table(Vec3 p) const {
    const double curve = p.y - 0.0011 * p.x * p.x * -1 - 124;
    const double upper = std::abs(curve) - 1.0, lower = std::abs(curve - 26 + 0.0006 * p.x * p.x) - 1.0;
    return std::max(std::min(upper, lower), std::abs(p.x) - 175);
}

double Anatomy::parenchyma_hu(Vec3 p, const Site& at) const {
    // Lying on the back: the lung is denser behind by about 0.3 HU a millimetre.
    const double gravity = 0.3 * p.y;
    return -862 + gravity + 20 * at.clouds + 26 * value_noise(p, 3.2, seed + 12);
}

// Skin, fat, and muscles with fat between them.
double Anatomy::wall_hu(Vec3 p, const Site& at, double w) const {
    const double grain = value_noise(p, 4.5, seed + 2);
    const double fat = kFatHu + 12 * grain;
    double hu = mix(kAirHu, kSkinHu, coverage(at.body, w));
    hu = mix(hu, fat, coverage(at.body + 1.8, w));
    const double under_fat = at.body + at.fat_mm;
    if (under_fat < 3 * w) hu = mix(hu, kMuscleHu + 10 * grain, coverage(under_fat, 3 * w));
    // Planes of fat between the muscles of chest wall and shoulder girdle.
    if (at.cavity > 9 && under_fat < -2) {
        hu = mix(hu, fat,
                 0.85 * coverage(at.planes - 1.6, 2.5) * ramp(at.cavity, 9, 14) * ramp(-under_fat, 2, 5));
    }
    return hu;
}

double Anatomy::organ_hu(Vec3 p, const Site& at, double w) const {
    if (at.lungs < -w) return parenchyma_hu(p, at);
    double hu = kMediastinalFatHu + 30 * value_noise(p, 6, seed + 5);
    hu = mix(hu, kBloodHu, coverage(at.heart + 2, 2 * w));
    if (at.diaphragm < w) {
        const double abdomen = p.x < 12 ? kLiverHu : kSpleenHu;
        const double stomach = ellipsoid(p, {52, -18, -140}, {30, 26, 30});
        const double gas = ellipsoid(p, {52, -26, -136}, {24, 14, 22});
        double below = mix(abdomen + 5 * value_noise(p, 8, seed + 6), 30, coverage(stomach, w));
        below = mix(below, kAirHu, coverage(gas, w));
        hu = mix(hu, below, coverage(at.diaphragm + 1.5, w));
    }
    return at.lungs < w ? mix(hu, parenchyma_hu(p, at), coverage(at.lungs, w)) : hu;
}

double Anatomy::hu(Vec3 p, const Site& at, double w) const {
    if (at.body > w) return kAirHu;
    const double inside = coverage(at.cavity, w);
    double hu = inside < 1 ? wall_hu(p, at, w) : 0;
    if (inside > 0) hu = mix(hu, organ_hu(p, at, w), inside);
    if (std::hypot(p.x, p.y - 84) > 40) return hu;
    const double bone = vertebra(p);
    if (bone < w) {
        const bool disc = std::abs(std::remainder(p.z + 12, 24)) < 3 && p.y < 82;
        hu = mix(hu, disc ? kDiscHu : kCortexHu, coverage(bone, w));
        if (!disc) hu = mix(hu, kMarrowHu + 60 * value_noise(p, 2, seed + 7), coverage(bone + 1.5, w));
    }
    return hu;
}

}  // namespace huizhen::imaging::phantom
