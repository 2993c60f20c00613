#include <numbers>

#include <huizhen/base/check.h>
#include <huizhen/lung/nodule_features.h>

#include "nodule_sampling.h"

namespace huizhen::imaging {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kAxialCosine =
    0.6;  // rays less than 37 degrees off the axial plane: three rows of each side

// Collects features by name, so that the order of the list is the only order there is.
class Collector {
  public:
    void set(std::string_view name, double value) {
        for (std::size_t i = 0; i < kNoduleFeatureNames.size(); ++i)
            if (kNoduleFeatureNames[i] == name) {
                HZ_CHECK(!seen_[i], "a feature is computed once");
                values_[i] = std::isfinite(value) ? static_cast<float>(value) : 0.0f;
                seen_[i] = true;
                return;
            }
        HZ_CHECK(false, "a feature must be in kNoduleFeatureNames");
    }
    NoduleFeatures take() const {
        for (const bool seen : seen_) HZ_CHECK(seen, "every feature is computed");
        return values_;
    }

  private:
    NoduleFeatures values_{};
    std::array<bool, kNoduleFeatureNames.size()> seen_{};
};

struct Moments {
    double n = 0, mean = 0, sd = 0, skewness = 0;
};

Moments moments(std::span<const float> values) {
    Moments m;
    m.n = static_cast<double>(values.size());
    if (values.empty()) return m;
    for (const float v : values) m.mean += static_cast<double>(v) / m.n;
    double second = 0, third = 0;
    for (const float v : values) {
        const double d = static_cast<double>(v) - m.mean;
        second += d * d / m.n, third += d * d * d / m.n;
    }
    m.sd = std::sqrt(second);
    m.skewness = m.sd > 1e-6 ? third / (m.sd * m.sd * m.sd) : 0;
    return m;
}

double quantile(std::vector<float>& sorted, double fraction) {
    if (sorted.empty()) return 0;
    return static_cast<double>(
        sorted[static_cast<std::size_t>(fraction * static_cast<double>(sorted.size() - 1))]);
}

double safe_log(double v) { return std::log(std::max(v, 0.5)); }

double ray_radius(const NoduleSegmentation& s, int ray) {
    return static_cast<double>(s.radius_mm[static_cast<std::size_t>(ray)]);
}

int ray_at(int row, int column) {
    if (row < 0) row = 0, column += kRayColumns / 2;
    if (row >= kRayRows) row = kRayRows - 1, column += kRayColumns / 2;
    return row * kRayColumns + (column % kRayColumns + kRayColumns) % kRayColumns;
}

// Diffusion on the sphere's grid of rays: weights follow the rays' distance along the circle of latitude.
std::vector<double> smoothed(std::vector<double> field, int rounds) {
    std::vector<double> next(field.size());
    for (int round = 0; round < rounds; ++round) {
        for (int row = 0; row < kRayRows; ++row)
            for (int column = 0; column < kRayColumns; ++column) {
                const auto f = [&](int r, int c) { return field[static_cast<std::size_t>(ray_at(r, c))]; };
                next[static_cast<std::size_t>(ray_at(row, column))] =
                    0.4 * f(row, column) + 0.15 * (f(row - 1, column) + f(row + 1, column) +
                                                   f(row, column - 1) + f(row, column + 1));
            }
        field.swap(next);
    }
    return field;
}

void add_size(const NoduleMeasurement& m, Collector& out) {
    out.set("log_diameter_mm", safe_log(m.equivalent_diameter_mm));
    out.set("log_axial_diameter_mm", safe_log(std::sqrt(4 * m.axial_area_mm2 / kPi)));
    out.set("log_long_axis_mm", safe_log(m.long_axis_mm));
    out.set("log_short_axis_mm", safe_log(m.short_axis_mm));
    out.set("log_solid_diameter_mm", safe_log(m.solid_diameter_mm));
    out.set("short_over_long", m.short_axis_mm / std::max(m.long_axis_mm, 0.1));
}

// Singular values of a symmetric 3x3 matrix by Jacobi rotations, largest first.
std::array<double, 3> eigenvalues(std::array<std::array<double, 3>, 3> a) {
    for (int sweep = 0; sweep < 12; ++sweep)
        for (int p = 0; p < 2; ++p)
            for (int q = p + 1; q < 3; ++q) {
                if (std::abs(a[p][q]) < 1e-12) continue;
                const double theta = 0.5 * std::atan2(2 * a[p][q], a[q][q] - a[p][p]);
                const double c = std::cos(theta), s = std::sin(theta);
                for (int k = 0; k < 3; ++k) {
                    const double kp = a[k][p], kq = a[k][q];
                    a[k][p] = c * kp - s * kq, a[k][q] = s * kp + c * kq;
                }
                for (int k = 0; k < 3; ++k) {
                    const double pk = a[p][k], qk = a[q][k];
                    a[p][k] = c * pk - s * qk, a[q][k] = s * pk + c * qk;
                }
            }
    std::array<double, 3> values{a[0][0], a[1][1], a[2][2]};
    std::sort(values.begin(), values.end(), std::greater<>());
    return values;
}

void add_axes(const NoduleSegmentation& s, Collector& out) {
    std::array<std::array<double, 3>, 3> inertia{};
    for (int ray = 0; ray < kRayCount; ++ray) {
        const Vec3 u = ray_direction(ray);
        const std::array<double, 3> c{u.x, u.y, u.z};
        const double weight = ray_solid_angle(ray) * std::pow(ray_radius(s, ray), 5);
        for (int i = 0; i < 3; ++i)
            for (int j = 0; j < 3; ++j) inertia[i][j] += weight * c[i] * c[j];
    }
    const auto axes = eigenvalues(inertia);
    out.set("second_over_first_axis", std::sqrt(std::max(0.0, axes[1]) / axes[0]));
    out.set("third_over_first_axis", std::sqrt(std::max(0.0, axes[2]) / axes[0]));
    const Vec3 extent = s.high_mm - s.low_mm;
    out.set("height_over_width", extent.z / std::max(0.1, std::sqrt(extent.x * extent.y)));
}

double surface_area(const NoduleSegmentation& s) {
    const auto point = [&](int row, int column) {
        const int ray = ray_at(row, column);
        return ray_radius(s, ray) * ray_direction(ray);
    };
    double area = 0;
    // Row -1 reaches over the pole, so that its cap is half counted from each side.
    for (int row = -1; row < kRayRows; ++row)
        for (int column = 0; column < kRayColumns; ++column) {
            const Vec3 a = point(row, column), b = point(row, column + 1);
            const Vec3 c = point(row + 1, column), d = point(row + 1, column + 1);
            const double quad = 0.5 * (norm(cross(b - a, c - a)) + norm(cross(b - d, c - d)));
            area += row < 0 || row + 1 >= kRayRows ? 0.5 * quad : quad;
        }
    return area;
}

// Volume over that of the convex hull, whose radius along u is the least of h(n) / (n.u), h the support
// function.
double solidity(const NoduleSegmentation& s, double volume) {
    std::array<double, kRayCount> support{};
    for (int n = 0; n < kRayCount; ++n)
        for (int ray = 0; ray < kRayCount; ++ray)
            support[n] = std::max(support[n], ray_radius(s, ray) * dot(ray_direction(n), ray_direction(ray)));
    double hull = 0;
    for (int ray = 0; ray < kRayCount; ++ray) {
        double radius = 1e9;
        for (int n = 0; n < kRayCount; ++n) {
            const double along = dot(ray_direction(n), ray_direction(ray));
            if (along > 0.2) radius = std::min(radius, support[n] / along);
        }
        hull += ray_solid_angle(ray) * radius * radius * radius / 3;
    }
    return volume / hull;
}

void add_surface(const NoduleSegmentation& s, const NoduleMeasurement& m, Collector& out) {
    std::vector<double> log_radius(kRayCount);
    for (int ray = 0; ray < kRayCount; ++ray)
        log_radius[static_cast<std::size_t>(ray)] = std::log(ray_radius(s, ray));
    const auto fine = smoothed(log_radius, 2), coarse = smoothed(log_radius, 16);
    double lobulation = 0, roughness = 0, mean = 0, square = 0;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const auto i = static_cast<std::size_t>(ray);
        const double share = ray_solid_angle(ray) / (4 * kPi);
        lobulation += share * (fine[i] - coarse[i]) * (fine[i] - coarse[i]);
        roughness += share * (log_radius[i] - fine[i]) * (log_radius[i] - fine[i]);
        mean += share * ray_radius(s, ray), square += share * ray_radius(s, ray) * ray_radius(s, ray);
    }
    out.set("lobulation", std::sqrt(lobulation));
    out.set("roughness", std::sqrt(roughness));
    out.set("radius_cv", std::sqrt(std::max(0.0, square - mean * mean)) / mean);
    out.set("sphericity", std::cbrt(kPi * 36 * m.volume_mm3 * m.volume_mm3) / surface_area(s));
    out.set("solidity", solidity(s, m.volume_mm3));
}

// Groups of neighbouring rays that stay dense beyond the surface: narrow ones are spicules and small vessels,
// wide ones the chest wall or large vessels.
void add_reach(const NoduleSegmentation& s, Collector& out) {
    constexpr double kBeyond = 1.3, kNarrow = 0.06;
    std::vector<char> open(kRayCount);
    double reach = 0;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const double ratio =
            static_cast<double>(s.reach_mm[static_cast<std::size_t>(ray)]) / ray_radius(s, ray);
        open[static_cast<std::size_t>(ray)] = ratio > kBeyond;
        reach += ray_solid_angle(ray) / (4 * kPi) * (ratio - 1);
    }
    double spikes = 0, spike_share = 0, attached = 0;
    std::vector<int> stack;
    for (int start = 0; start < kRayCount; ++start) {
        if (!open[static_cast<std::size_t>(start)]) continue;
        double share = 0;
        stack.assign(1, start);
        open[static_cast<std::size_t>(start)] = 0;
        while (!stack.empty()) {
            const int ray = stack.back(), row = ray / kRayColumns, column = ray % kRayColumns;
            stack.pop_back();
            share += ray_solid_angle(ray) / (4 * kPi);
            for (const int next : {ray_at(row - 1, column), ray_at(row + 1, column), ray_at(row, column - 1),
                                   ray_at(row, column + 1)}) {
                if (!open[static_cast<std::size_t>(next)]) continue;
                open[static_cast<std::size_t>(next)] = 0;
                stack.push_back(next);
            }
        }
        if (share < kNarrow)
            ++spikes, spike_share += share;
        else
            attached += share;
    }
    out.set("spike_count", spikes);
    out.set("spike_fraction", spike_share);
    out.set("attached_fraction", attached);
    out.set("reach_mean", reach);
}

// Circularity and solidity of the equator of rays: the section in the axial plane through the centre.
void add_section(const NoduleSegmentation& s, Collector& out) {
    std::array<double, kRayColumns> radius{}, angle{};
    for (int c = 0; c < kRayColumns; ++c) {
        radius[c] =
            0.5 * (ray_radius(s, ray_at(kRayRows / 2 - 1, c)) + ray_radius(s, ray_at(kRayRows / 2, c)));
        angle[c] = 2 * kPi * c / kRayColumns;
    }
    double area = 0, perimeter = 0, hull = 0;
    for (int c = 0; c < kRayColumns; ++c) {
        const double a = radius[c], b = radius[(c + 1) % kRayColumns], turn = 2 * kPi / kRayColumns;
        area += 0.5 * a * b * std::sin(turn);
        perimeter += std::sqrt(a * a + b * b - 2 * a * b * std::cos(turn));
    }
    std::array<double, kRayColumns> convex{};
    for (int c = 0; c < kRayColumns; ++c) {
        convex[c] = 1e9;
        for (int n = 0; n < kRayColumns; ++n) {
            const double along = std::cos(angle[n] - angle[c]);
            if (along < 0.2) continue;
            double support = 0;
            for (int r = 0; r < kRayColumns; ++r)
                support = std::max(support, radius[r] * std::cos(angle[r] - angle[n]));
            convex[c] = std::min(convex[c], support / along);
        }
    }
    for (int c = 0; c < kRayColumns; ++c)
        hull += 0.5 * convex[c] * convex[(c + 1) % kRayColumns] * std::sin(2 * kPi / kRayColumns);
    out.set("section_circularity", 4 * kPi * area / (perimeter * perimeter));
    out.set("section_solidity", area / hull);
}

double fraction_between(const std::vector<float>& sorted, double low, double high) {
    if (sorted.empty()) return 0;
    const auto from = std::lower_bound(sorted.begin(), sorted.end(), static_cast<float>(low));
    const auto to = std::lower_bound(sorted.begin(), sorted.end(), static_cast<float>(high));
    return static_cast<double>(to - from) / static_cast<double>(sorted.size());
}

// Values inside the surface, and inside the core of 65 % of its radius, both sorted.
struct Inside {
    std::vector<float> all, core;
};

Inside inside_values(const NoduleSegmentation& s, const std::vector<char>& core) {
    Inside v;
    for (std::size_t i = 0; i < s.mask.voxels().size(); ++i) {
        if (s.mask.voxels()[i]) v.all.push_back(s.hu.voxels()[i]);
        if (core[i]) v.core.push_back(s.hu.voxels()[i]);
    }
    std::sort(v.all.begin(), v.all.end());
    std::sort(v.core.begin(), v.core.end());
    return v;
}

// Voxels whose centre, moved away from the nodule's by 1/0.65, is still inside.
std::vector<char> core_voxels(const NoduleSegmentation& s) {
    std::vector<char> core(s.mask.voxels().size());
    const Vec3 centre = s.mask.geometry().to_voxel(s.centre_mm);
    const auto outward = [](int v, double c) { return static_cast<int>(std::lround(c + (v - c) / 0.65)); };
    for (int z = 0; z < s.mask.size().z; ++z)
        for (int y = 0; y < s.mask.size().y; ++y)
            for (int x = 0; x < s.mask.size().x; ++x) {
                const int i = outward(x, centre.x), j = outward(y, centre.y), k = outward(z, centre.z);
                core[s.mask.index(x, y, z)] =
                    s.mask.at(x, y, z) && s.mask.contains(i, j, k) && s.mask.at(i, j, k);
            }
    return core;
}

void add_density(Inside& v, const NoduleMeasurement& m, Collector& out) {
    const Moments all = moments(v.all), core = moments(v.core.empty() ? v.all : v.core);
    auto& deep = v.core.empty() ? v.all : v.core;
    out.set("mean_hu", m.mean_hu);
    out.set("sd_hu", m.sd_hu);
    out.set("p05_hu", m.p05_hu);
    out.set("p25_hu", m.p25_hu);
    out.set("median_hu", m.median_hu);
    out.set("p75_hu", m.p75_hu);
    out.set("p95_hu", m.p95_hu);
    out.set("p99_hu", quantile(v.all, 0.99));
    out.set("skewness", all.skewness);
    out.set("core_mean_hu", core.mean);
    out.set("core_sd_hu", core.sd);
    out.set("core_p95_hu", quantile(deep, 0.95));
    out.set("below_600_fraction", fraction_between(v.all, -2000, -600));
    out.set("from_600_to_300_fraction", fraction_between(v.all, -600, -300));
    out.set("from_300_to_50_fraction", fraction_between(v.all, -300, -50));
    out.set("from_50_to_100_fraction", fraction_between(v.all, -50, 100));
    out.set("from_100_to_200_fraction", fraction_between(v.all, 100, 200));
    out.set("from_200_to_400_fraction", fraction_between(v.all, 200, 400));
    out.set("above_400_fraction", fraction_between(v.all, 400, 1e5));
    out.set("fat_fraction", fraction_between(deep, kFatLowHu, kFatHighHu));
    out.set("calcified_core_fraction", fraction_between(deep, kCalcifiedHu, 1e5));
}

void add_margin(const NoduleSegmentation& s, Collector& out) {
    const PatientSampler<float> sampler(s.hu);
    struct Place {
        double of_radius, plus_mm;
    };
    constexpr std::array<Place, 9> kPlaces{
        {{0.25, 0}, {0.5, 0}, {0.75, 0}, {0.9, 0}, {1, -1}, {1, 0}, {1, 1}, {1, 2}, {1, 3}}};
    std::array<std::vector<float>, kPlaces.size()> samples;
    std::vector<float> gradients;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const Vec3 u = ray_direction(ray);
        if (std::abs(u.z) > kAxialCosine) continue;
        const double r = ray_radius(s, ray);
        const auto at = [&](double distance) {
            return sampler.at(s.centre_mm + std::max(0.0, distance) * u);
        };
        for (std::size_t p = 0; p < kPlaces.size(); ++p)
            samples[p].push_back(at(kPlaces[p].of_radius * r + kPlaces[p].plus_mm));
        // Vessels and the wall have no margin to speak of.
        if (s.reach_mm[static_cast<std::size_t>(ray)] < 1.3f * s.radius_mm[static_cast<std::size_t>(ray)])
            gradients.push_back(0.5f * (at(r - 1) - at(r + 1)));
    }
    constexpr std::array<std::string_view, kPlaces.size()> kNames{
        "profile_25_hu",       "profile_50_hu",        "profile_75_hu",
        "profile_90_hu",       "profile_minus_1mm_hu", "profile_border_hu",
        "profile_plus_1mm_hu", "profile_plus_2mm_hu",  "profile_plus_3mm_hu"};
    std::array<Moments, kPlaces.size()> stats;
    for (std::size_t p = 0; p < kPlaces.size(); ++p) {
        stats[p] = moments(samples[p]);
        out.set(kNames[p], stats[p].mean);
    }
    out.set("profile_50_sd_hu", stats[1].sd);
    out.set("profile_90_sd_hu", stats[3].sd);
    out.set("profile_plus_1mm_sd_hu", stats[6].sd);
    out.set("profile_plus_2mm_sd_hu", stats[7].sd);
    const Moments gradient = moments(gradients);
    std::sort(gradients.begin(), gradients.end());
    out.set("gradient_mean_hu_per_mm", gradient.mean);
    out.set("gradient_p10_hu_per_mm", quantile(gradients, 0.1));
    out.set("gradient_p90_hu_per_mm", quantile(gradients, 0.9));
    out.set("gradient_cv", gradient.sd / std::max(30.0, gradient.mean));
    out.set("edge_width_mm",
            std::clamp((stats[1].mean - stats[8].mean) / std::max(30.0, gradient.mean), 0.0, 20.0));
}

// Grey level co-occurrence (Haralick 1973) over the 3 axes and 6 diagonals of the axial and sagittal planes.
void add_texture(const NoduleSegmentation& s, Collector& out) {
    constexpr int kLevels = 16;
    const auto level = [](float hu) {
        return std::clamp(static_cast<int>((static_cast<double>(hu) + 900) / 1200 * kLevels), 0, kLevels - 1);
    };
    constexpr std::array<std::array<int, 3>, 9> kSteps{{{1, 0, 0},
                                                        {0, 1, 0},
                                                        {0, 0, 1},
                                                        {1, 1, 0},
                                                        {1, -1, 0},
                                                        {1, 0, 1},
                                                        {1, 0, -1},
                                                        {0, 1, 1},
                                                        {0, 1, -1}}};
    std::array<std::array<double, kLevels>, kLevels> counts{};
    std::vector<float> fine, coarse;
    double total = 0;
    const Size3 size = s.mask.size();
    const auto inside = [&](int x, int y, int z) { return s.mask.contains(x, y, z) && s.mask.at(x, y, z); };
    for (int z = 0; z < size.z; ++z)
        for (int y = 0; y < size.y; ++y)
            for (int x = 0; x < size.x; ++x) {
                if (!inside(x, y, z)) continue;
                const float here = s.hu.at(x, y, z);
                for (const auto& d : kSteps) {
                    if (!inside(x + d[0], y + d[1], z + d[2])) continue;
                    const int a = level(here), b = level(s.hu.at(x + d[0], y + d[1], z + d[2]));
                    counts[a][b] += 1, counts[b][a] += 1, total += 2;
                }
                for (const int reach : {1, 3})
                    if (inside(x - reach, y, z) && inside(x + reach, y, z) && inside(x, y - reach, z) &&
                        inside(x, y + reach, z))
                        (reach == 1 ? fine : coarse)
                            .push_back(here - 0.25f * (s.hu.at(x - reach, y, z) + s.hu.at(x + reach, y, z) +
                                                       s.hu.at(x, y - reach, z) + s.hu.at(x, y + reach, z)));
            }
    double contrast = 0, homogeneity = 0, energy = 0, entropy = 0, mean = 0, variance = 0, product = 0;
    for (int a = 0; a < kLevels; ++a)
        for (int b = 0; b < kLevels; ++b) {
            const double p = counts[a][b] / std::max(total, 1.0);
            contrast += p * (a - b) * (a - b), homogeneity += p / (1 + (a - b) * (a - b)), energy += p * p;
            entropy -= p > 0 ? p * std::log(p) : 0;
            mean += p * a, variance += p * a * a, product += p * a * b;
        }
    variance -= mean * mean;
    out.set("glcm_contrast", contrast);
    out.set("glcm_homogeneity", homogeneity);
    out.set("glcm_energy", energy);
    out.set("glcm_entropy", entropy);
    out.set("glcm_correlation", variance > 1e-6 ? (product - mean * mean) / variance : 0);
    out.set("fine_sd_hu", moments(fine).sd);
    out.set("coarse_sd_hu", moments(coarse).sd);
}

// The shell from 2 to 4 mm outside the surface, near the axial plane.
void add_surroundings(const NoduleSegmentation& s, Collector& out) {
    const PatientSampler<float> sampler(s.hu);
    std::vector<float> shell;
    double dense = 0;
    for (int ray = 0; ray < kRayCount; ++ray) {
        const Vec3 u = ray_direction(ray);
        if (std::abs(u.z) > kAxialCosine) continue;
        for (const double plus : {2.0, 2.5, 3.0, 3.5, 4.0}) {
            shell.push_back(sampler.at(s.centre_mm + (ray_radius(s, ray) + plus) * u));
            dense += static_cast<double>(shell.back()) > s.threshold_hu;
        }
    }
    const Moments m = moments(shell);
    out.set("background_hu", s.background_hu);
    out.set("threshold_hu", s.threshold_hu);
    out.set("shell_mean_hu", m.mean);
    out.set("shell_sd_hu", m.sd);
    out.set("shell_dense_fraction", dense / m.n);
}

}  // namespace

NoduleFeatures nodule_features(const NoduleSegmentation& segmentation, const NoduleMeasurement& measurement) {
    Collector out;
    add_size(measurement, out);
    add_axes(segmentation, out);
    add_surface(segmentation, measurement, out);
    add_reach(segmentation, out);
    add_section(segmentation, out);
    Inside inside = inside_values(segmentation, core_voxels(segmentation));
    add_density(inside, measurement, out);
    add_margin(segmentation, out);
    add_texture(segmentation, out);
    add_surroundings(segmentation, out);
    return out.take();
}

Volume axial_slice(const Volume& volume, Vec3 centre_mm) {
    const Size3 size = volume.size();
    const int z = static_cast<int>(std::lround(volume.geometry().to_voxel(centre_mm).z));
    if (z < 0 || z >= size.z) return {};
    Geometry geometry = volume.geometry();
    geometry.origin_mm = volume.geometry().to_patient({0, 0, static_cast<double>(z)});
    geometry.spacing_mm.z = kSliceThicknessMm;
    Volume slice(Size3{size.x, size.y, 1}, geometry);
    const auto from = volume.voxels().begin() + static_cast<std::ptrdiff_t>(volume.index(0, 0, z));
    std::copy(from, from + static_cast<std::ptrdiff_t>(slice.voxels().size()), slice.voxels().begin());
    return slice;
}

Result<NoduleFeatures> axial_slice_features(const Volume& volume, const NoduleSegmentation& segmentation) {
    const Volume slice = axial_slice(volume, segmentation.centre_mm);
    if (slice.empty()) return fail(ErrorCode::kNotFound, "the nodule's centre lies outside the volume");
    // The centre, moved along the slices' normal into the slice.
    Vec3 seed = slice.geometry().to_voxel(segmentation.centre_mm);
    seed.z = 0;
    HZ_ASSIGN(const NoduleSegmentation outline, segment_nodule(slice, slice.geometry().to_patient(seed)));
    return nodule_features(outline, measure_nodule(outline));
}

}  // namespace huizhen::imaging
