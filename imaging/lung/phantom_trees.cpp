#include <numbers>

#include "phantom_shapes.h"

namespace huizhen::imaging::phantom {
namespace {

constexpr int kLeaves = 1000;  // terminal vessels of one tree
constexpr double kLeafRadiusMm = 0.42;
// Murray's law would make it 1/3; lungs measure nearer 1/2.6 (Horsfield, J. Appl. Physiol. 70 (1991)
// 706-711).
constexpr double kBranchExponent = 1 / 2.6;
constexpr double kBronchusRadiusMm = 0.9;  // bronchi narrower than this are not drawn

struct Tree {
    const Anatomy& anatomy;
    Scene& scene;
    std::uint64_t seed;
    bool with_bronchi;
};

double radius_for(std::size_t leaves) {
    return kLeafRadiusMm * std::pow(static_cast<double>(leaves), kBranchExponent);
}

Vec3 mean_of(const std::vector<Vec3>& points) {
    Vec3 sum;
    for (const Vec3& p : points) sum = sum + p;
    return (1.0 / static_cast<double>(points.size())) * sum;
}

// The direction in which the points spread most, by power iteration on their covariance.
Vec3 widest_direction(const std::vector<Vec3>& points, Vec3 mean) {
    Vec3 v{0.6, 0.5, 0.62};
    for (int round = 0; round < 8; ++round) {
        Vec3 next;
        for (const Vec3& p : points) next = next + dot(p - mean, v) * (p - mean);
        const double length = norm(next);
        if (length < 1e-9) break;
        v = (1 / length) * next;
    }
    return v;
}

void add_vessel(Tree& tree, Vec3 from, Vec3 to, double from_mm, double to_mm) {
    // Two bent halves: straight sticks do not look like vessels.
    const std::uint64_t key = hash(tree.seed + tree.scene.tubes.size());
    const double sway = 0.08 * norm(to - from);
    const Vec3 bend{sway * gaussian(key), sway * gaussian(key + 1), sway * gaussian(key + 2)};
    const Vec3 middle = 0.5 * (from + to) + bend;
    const double middle_mm = 0.5 * (from_mm + to_mm);
    tree.scene.tubes.push_back({from, middle, from_mm, middle_mm, 42, 0, 0, true});
    tree.scene.tubes.push_back({middle, to, middle_mm, to_mm, 42, 0, 0, true});
    if (!tree.with_bronchi || from_mm < kBronchusRadiusMm) return;
    // The bronchus runs beside its artery and is about as wide.
    const Vec3 beside{0, -2.1 * middle_mm, 0.5 * middle_mm};
    const double wall = 0.35 + 0.12 * middle_mm;
    tree.scene.tubes.push_back({from + beside, middle + beside, from_mm, middle_mm, -970, wall, 10, true});
    tree.scene.tubes.push_back({middle + beside, to + beside, middle_mm, to_mm, -970, wall, 10, true});
}

// Splits the leaves in two where they spread most and branches towards each half, until one leaf is left.
void grow(Tree& tree, Vec3 from, double from_mm, const std::vector<Vec3>& leaves) {
    const Vec3 mean = mean_of(leaves);
    if (leaves.size() == 1) {
        add_vessel(tree, from, mean, from_mm, kLeafRadiusMm);
        return;
    }
    // Lobar and segmental vessels part within the hilum, and leave it in all directions.
    const double share = leaves.size() > kLeaves / 10 ? 0.12 : 0.42;
    const Vec3 fork = from + share * (mean - from);
    const double fork_mm = std::min(from_mm, radius_for(leaves.size()));
    add_vessel(tree, from, fork, from_mm, fork_mm);

    const Vec3 along = widest_direction(leaves, mean);
    std::vector<double> order;
    for (const Vec3& p : leaves) order.push_back(dot(p - mean, along));
    std::vector<double> sorted = order;
    // Unequal halves, as in the lung.
    const double where = 0.36 + 0.28 * uniform(tree.seed + 977 * tree.scene.tubes.size());
    const auto cut = static_cast<std::ptrdiff_t>(
        std::clamp(where * static_cast<double>(leaves.size()), 1.0, static_cast<double>(leaves.size()) - 1));
    std::nth_element(sorted.begin(), sorted.begin() + cut, sorted.end());
    std::vector<Vec3> near, far;
    for (std::size_t i = 0; i < leaves.size(); ++i)
        (order[i] < sorted[cut] ? near : far).push_back(leaves[i]);
    if (near.empty() || far.empty()) return;  // all leaves in one place
    grow(tree, fork, std::min(fork_mm, radius_for(near.size())), near);
    grow(tree, fork, std::min(fork_mm, radius_for(far.size())), far);
}

std::vector<Vec3> leaves_in_lung(const Anatomy& anatomy, bool left, std::uint64_t seed) {
    std::vector<Vec3> leaves;
    for (std::uint64_t i = 0; leaves.size() < kLeaves && i < 60 * kLeaves; ++i) {
        const Vec3 p{(left ? 1 : -1) * 135 * uniform(seed + 3 * i), -90 + 180 * uniform(seed + 3 * i + 1),
                     -150 + 280 * uniform(seed + 3 * i + 2)};
        const double depth = -anatomy.lungs(p);
        if (depth > 3) leaves.push_back(p);
    }
    return leaves;
}

void add_fissure_sheets(const Anatomy& anatomy, Scene& scene) {
    // Thin sheets sampled by small balls: a plane every 1.2 mm of flat ball would be slow, so tubes side by
    // side.
    const auto sheet = [&](bool left, double slope, double height, double y_from, double y_to) {
        for (double x = 8; x < 132; x += 0.7) {
            const double sx = left ? x : -x;
            const auto at = [&](double y) {
                return Vec3{sx, y,
                            height - slope * (30 - y) + 0.0012 * (x - 70) * (x - 70) +
                                2 * value_noise({sx, y, 0}, 40, anatomy.seed + 31)};
            };
            for (double y = y_from; y < y_to; y += 8) {
                scene.tubes.push_back({at(y), at(y + 8), 0.15, 0.15, -150, 0, 0, true});
            }
        }
    };
    sheet(true, 1.15, 10, -80, 80);  // left oblique
    sheet(false, 1.15, 0, -80, 80);  // right oblique
    sheet(false, 0.1, 2, -85, 20);   // right horizontal
}

}  // namespace

void add_lung_trees(const Anatomy& anatomy, Scene& scene) {
    add_fissure_sheets(anatomy, scene);
    for (const bool left : {false, true}) {
        const double x = left ? 1 : -1;
        for (const bool artery : {true, false}) {
            const std::uint64_t seed = hash(anatomy.seed + (left ? 101 : 202) + (artery ? 7 : 0));
            const std::vector<Vec3> leaves = leaves_in_lung(anatomy, left, seed);
            if (leaves.empty()) continue;
            Tree tree{anatomy, scene, seed, artery};
            // Arteries enter above and beside the bronchus, veins below and in front.
            const Vec3 hilum = artery ? Vec3{36 * x, 12, -8} : Vec3{34 * x, 0, -26};
            grow(tree, hilum, 6.5, leaves);
        }
    }
}

}  // namespace huizhen::imaging::phantom
