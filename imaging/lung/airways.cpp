#include "airways.h"

#include <huizhen/lung/components.h>
#include <huizhen/lung/distance.h>

namespace huizhen::imaging {
namespace {

// Trachea of adults: 10 to 27 mm across, coronal and sagittal (Breatnach, Abbott and Fraser, AJR 142 (1984)
// 903-906), so 80 to 570 mm2; wider here for saber-sheath and partial volume.
constexpr double kMinLumenMm2 = 50;
constexpr double kMaxLumenMm2 = 900;
constexpr double kMaxLumenWidthMm = 42;
constexpr double kMaxOffMidlineMm = 45;
constexpr double kMaxStepMm = 6;  // centre to centre, slice to slice
constexpr double kMinChainMm = 24;
constexpr int kLumenHu = -900;

// Region growing stops before it bursts into the lung (explosion control, Mori et al., IEEE TMI 19 (2000)
// 103-114). Trachea and bronchi down to the segments hold 30 to 80 ml.
constexpr double kMaxAirwayMl = 110;
constexpr double kMaxJumpMl = 30;
constexpr int kFirstThresholdHu = -960;
constexpr int kLastThresholdHu = -860;
constexpr int kThresholdStepHu = 10;

// Lumina narrower than this stay lung: nodules lie beside small bronchi.
constexpr double kMinKeptRadiusMm = 3.0;
constexpr double kWallMm = 4.0;

struct Lumen {
    Vec3 centre;
    double area_mm2;
    std::vector<std::size_t> voxels;  // on the coarse grid
    int chain = 1;                    // slices in the longest chain that ends here
    int previous = -1;                // index in the slice before
};

// Round spots of pure air near the midline in one axial slice.
std::vector<Lumen> lumina_in_slice(const Volume& coarse, const Mask& inner, int z, double middle_x,
                                   double spacing) {
    const Size3 size = coarse.size();
    Mask spots({size.x, size.y, 1}, coarse.geometry());
    const std::size_t base = coarse.index(0, 0, z);
    for (std::size_t i = 0; i < spots.size().count(); ++i) {
        spots.voxels()[i] = inner.voxels()[base + i] != 0 && coarse.voxels()[base + i] < kLumenHu ? 1 : 0;
    }
    const double pixel_mm2 = spacing * spacing;
    const Components found =
        label_components(spots, Connectivity::kFaces6, static_cast<std::size_t>(kMinLumenMm2 / pixel_mm2));
    std::vector<Lumen> out;
    for (std::size_t c = 0; c < found.list.size(); ++c) {
        const Component& spot = found.list[c];
        const double area = static_cast<double>(spot.voxels) * pixel_mm2;
        const double width = spacing * spot.extent(0), height = spacing * spot.extent(1);
        if (area > kMaxLumenMm2 || std::max(width, height) > kMaxLumenWidthMm) continue;
        if (std::max(width, height) > 2.5 * std::min(width, height) || area < 0.55 * width * height) continue;
        if (spacing * std::abs(spot.centroid_voxel.x - middle_x) > kMaxOffMidlineMm) continue;
        Lumen lumen{{spot.centroid_voxel.x, spot.centroid_voxel.y, static_cast<double>(z)}, area, {}};
        for (int y = spot.low[1]; y <= spot.high[1]; ++y) {
            for (int x = spot.low[0]; x <= spot.high[0]; ++x) {
                if (found.labels.at(x, y, 0) == static_cast<std::int32_t>(c) + 1) {
                    lumen.voxels.push_back(coarse.index(x, y, z));
                }
            }
        }
        out.push_back(std::move(lumen));
    }
    return out;
}

// The longest run of lumina that overlap from slice to slice: the trachea. Its voxels on the coarse grid.
std::vector<std::size_t> trachea_voxels(const Volume& coarse, const Mask& inner, double middle_x,
                                        double spacing) {
    std::vector<std::vector<Lumen>> slices;
    int best_slice = -1, best_index = -1, best_length = 0;
    for (int z = 0; z < coarse.size().z; ++z) {
        slices.push_back(lumina_in_slice(coarse, inner, z, middle_x, spacing));
        for (std::size_t i = 0; i < slices[z].size(); ++i) {
            Lumen& here = slices[z][i];
            for (std::size_t j = 0; z > 0 && j < slices[z - 1].size(); ++j) {
                const Lumen& below = slices[z - 1][j];
                const double step =
                    spacing * std::hypot(here.centre.x - below.centre.x, here.centre.y - below.centre.y);
                const double ratio = here.area_mm2 / below.area_mm2;
                if (step > kMaxStepMm || ratio > 2 || ratio < 0.5 || below.chain < here.chain) continue;
                here.chain = below.chain + 1;
                here.previous = static_cast<int>(j);
            }
            if (here.chain > best_length) {
                best_length = here.chain;
                best_slice = z;
                best_index = static_cast<int>(i);
            }
        }
    }
    std::vector<std::size_t> voxels;
    if (best_length * spacing < kMinChainMm) return voxels;
    while (best_index >= 0) {
        const Lumen& lumen = slices[best_slice][best_index];
        voxels.insert(voxels.end(), lumen.voxels.begin(), lumen.voxels.end());
        best_index = lumen.previous;
        --best_slice;
    }
    return voxels;
}

// Mean of a voxel and its six face neighbours: walls one voxel thin survive it, noise does not.
int smoothed(const Volume& fine, int x, int y, int z) {
    return (fine.at(x, y, z) + fine.clamped(x - 1, y, z) + fine.clamped(x + 1, y, z) +
            fine.clamped(x, y - 1, z) + fine.clamped(x, y + 1, z) + fine.clamped(x, y, z - 1) +
            fine.clamped(x, y, z + 1)) /
           7;
}

// Voxels reached from the seeds through smoothed HU below `threshold`; stops at `limit` voxels.
// `stamp` marks visits of this call in `visited`.
std::vector<std::size_t> grow(const Volume& fine, const std::vector<std::size_t>& seeds, int threshold,
                              std::size_t limit, std::uint8_t stamp, Mask& visited) {
    const Size3 size = fine.size();
    std::vector<std::size_t> reached;
    const auto visit = [&](int x, int y, int z) {
        if (!fine.contains(x, y, z)) return;
        const std::size_t i = fine.index(x, y, z);
        if (visited.voxels()[i] == stamp || smoothed(fine, x, y, z) >= threshold) return;
        visited.voxels()[i] = stamp;
        reached.push_back(i);
    };
    const auto nx = static_cast<std::size_t>(size.x), ny = static_cast<std::size_t>(size.y);
    const auto around = [&](std::size_t i, bool itself) {
        const int x = static_cast<int>(i % nx), y = static_cast<int>(i / nx % ny),
                  z = static_cast<int>(i / (nx * ny));
        if (itself) visit(x, y, z);
        visit(x - 1, y, z);
        visit(x + 1, y, z);
        visit(x, y - 1, z);
        visit(x, y + 1, z);
        visit(x, y, z - 1);
        visit(x, y, z + 1);
    };
    for (const std::size_t seed : seeds) around(seed, true);
    for (std::size_t next = 0; next < reached.size() && reached.size() <= limit; ++next)
        around(reached[next], false);
    return reached;
}

std::vector<std::size_t> to_fine(const Volume& coarse, const Volume& fine,
                                 const std::vector<std::size_t>& voxels) {
    const auto nx = static_cast<std::size_t>(coarse.size().x), ny = static_cast<std::size_t>(coarse.size().y);
    std::vector<std::size_t> out;
    for (const std::size_t i : voxels) {
        const int x = 2 * static_cast<int>(i % nx), y = 2 * static_cast<int>(i / nx % ny);
        const int z = 2 * static_cast<int>(i / (nx * ny));
        if (fine.contains(x, y, z)) out.push_back(fine.index(x, y, z));
    }
    return out;
}

// The airway tree at the highest threshold that does not burst.
std::vector<std::size_t> grow_tree(const Volume& fine, const std::vector<std::size_t>& seeds,
                                   double voxel_ml) {
    Mask visited(fine.size(), fine.geometry());
    const auto limit = static_cast<std::size_t>(kMaxAirwayMl / voxel_ml);
    const auto jump = static_cast<std::size_t>(kMaxJumpMl / voxel_ml);
    std::vector<std::size_t> tree;
    std::uint8_t stamp = 1;
    for (int threshold = kFirstThresholdHu; threshold <= kLastThresholdHu;
         threshold += kThresholdStepHu, ++stamp) {
        std::vector<std::size_t> grown = grow(fine, seeds, threshold, limit, stamp, visited);
        if (grown.size() > limit || (!tree.empty() && grown.size() > tree.size() + jump)) break;
        tree = std::move(grown);
    }
    return tree;
}

}  // namespace

std::optional<Mask> find_large_airways(const Volume& fine, const Volume& coarse, const Mask& inner,
                                       double body_middle_x, Executor& executor) {
    const double spacing = isotropic_spacing_mm(coarse.geometry());
    const std::vector<std::size_t> trachea = trachea_voxels(coarse, inner, body_middle_x, spacing);
    if (trachea.empty()) return std::nullopt;

    const double fine_mm = isotropic_spacing_mm(fine.geometry());
    const std::vector<std::size_t> tree =
        grow_tree(fine, to_fine(coarse, fine, trachea), fine_mm * fine_mm * fine_mm / 1000);
    Mask lumen(coarse.size(), coarse.geometry());
    const auto nx = static_cast<std::size_t>(fine.size().x), ny = static_cast<std::size_t>(fine.size().y);
    for (const std::size_t i : tree) {
        lumen.at(static_cast<int>(i % nx) / 2, static_cast<int>(i / nx % ny) / 2,
                 static_cast<int>(i / (nx * ny)) / 2) = 1;
    }
    for (const std::size_t i : trachea) lumen.voxels()[i] = 1;
    return dilate(open_necks(lumen, kMinKeptRadiusMm, executor), kWallMm, executor);
}

}  // namespace huizhen::imaging
