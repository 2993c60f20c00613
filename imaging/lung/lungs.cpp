#include <huizhen/base/check.h>
#include <huizhen/base/progress.h>
#include <huizhen/lung/components.h>
#include <huizhen/lung/distance.h>
#include <huizhen/lung/gaussian.h>
#include <huizhen/lung/lungs.h>

#include "airways.h"
#include "lung_sides.h"

namespace huizhen::imaging {
namespace {

// Air around the body reads -1000 HU; lung, even emphysema, above -960 on the mean (Gevenois et al., AJRCCM
// 152 (1995) 653-657, draw emphysema at -950).
constexpr int kPureAirHu = -930;
constexpr double kMinMedianHu = -965;
constexpr double kMaxMedianHu = -450;
constexpr double kFirstThresholdHu = -400;
constexpr double kMinThresholdHu = -600;
constexpr double kMaxThresholdHu = -350;
constexpr double kBodyOpeningMm = 4;  // parts table, tubes and blankets from the body
constexpr double kMinPieceMl = 20;
constexpr double kMinPieceOfLargest = 0.03;
constexpr double kMinInsideBody = 0.6;  // of a piece's voxels, see inside_fraction
// Two adult lungs at full inspiration hold 4 to 6 litres, the two bases an abdominal CT shows, or the apices
// of a neck CT, below half a litre: too little to call the absence of nodules a finding.
constexpr double kMinLungMl = 500;

// Marks air joined, within its axial slice, to pure air at the image's edge. Slice by slice, since in 3D the
// mouth and the windpipe join the room to the lung.
Mask outside_air(const Volume& coarse, Executor& executor) {
    const Size3 size = coarse.size();
    Mask out(size, coarse.geometry());
    const std::size_t slice = static_cast<std::size_t>(size.x) * static_cast<std::size_t>(size.y);
    executor.parallel_for(static_cast<std::size_t>(size.z), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t z = begin; z < end; ++z) {
            Mask passable({size.x, size.y, 1}, coarse.geometry());
            std::vector<std::size_t> seeds;
            const std::int16_t* hu = coarse.voxels().data() + z * slice;
            for (int y = 0; y < size.y; ++y) {
                for (int x = 0; x < size.x; ++x) {
                    const std::size_t i = passable.index(x, y, 0);
                    passable.voxels()[i] = hu[i] < kFirstThresholdHu ? 1 : 0;
                    const bool edge = x < 2 || y < 2 || x >= size.x - 2 || y >= size.y - 2;
                    if (edge && hu[i] < kPureAirHu) seeds.push_back(i);
                }
            }
            const Mask reached = flood(passable, seeds);
            std::copy(reached.voxels().begin(), reached.voxels().end(), out.voxels().begin() + z * slice);
        }
    });
    return out;
}

// Threshold between tissue and air midway between their means, iterated (Hu, Hoffman and Reinhardt, IEEE TMI
// 20 (2001) 490-498), over everything that is not outside air.
double optimal_threshold(const Volume& coarse, const Mask& outside) {
    std::vector<std::uint64_t> histogram(4096, 0);
    for (std::size_t i = 0; i < coarse.voxels().size(); ++i) {
        if (outside.voxels()[i] == 0)
            ++histogram[static_cast<std::size_t>(std::clamp<int>(coarse.voxels()[i], -1024, 3071) + 1024)];
    }
    double threshold = kFirstThresholdHu;
    for (int round = 0; round < 30; ++round) {
        double sum[2] = {0, 0}, count[2] = {0, 0};
        for (int hu = -1024; hu <= 1000; ++hu) {
            const auto n = static_cast<double>(histogram[static_cast<std::size_t>(hu + 1024)]);
            sum[hu >= threshold] += n * hu;
            count[hu >= threshold] += n;
        }
        if (count[0] == 0 || count[1] == 0) break;
        const double next = 0.5 * (sum[0] / count[0] + sum[1] / count[1]);
        const bool settled = std::abs(next - threshold) < 0.5;
        threshold = next;
        if (settled) break;
    }
    return std::clamp(threshold, kMinThresholdHu, kMaxThresholdHu);
}

// The patient: the largest piece of tissue once thin things (table top, tubes, sheets) are opened away.
Mask find_body(const Volume& coarse, double threshold, Executor& executor) {
    Mask tissue(coarse.size(), coarse.geometry());
    for (std::size_t i = 0; i < tissue.voxels().size(); ++i)
        tissue.voxels()[i] = coarse.voxels()[i] >= threshold ? 1 : 0;
    Mask core = erode(tissue, kBodyOpeningMm, executor);
    const Components found = label_components(core, Connectivity::kFaces6);
    for (std::size_t i = 0; i < core.voxels().size(); ++i)
        core.voxels()[i] = found.labels.voxels()[i] == 1 ? 1 : 0;
    return dilate(core, kBodyOpeningMm, executor);
}

// 1 where the body lies on both sides along x and on both sides along y within the slice: air under the back,
// in the table or between arm and chest is not so enclosed. Where the image's edge is not room air, the field
// of view cuts the body, and the edge counts as body.
Mask enclosed_by(const Mask& body, const Mask& outside, Executor& executor) {
    const Size3 size = body.size();
    Mask out(size, body.geometry());
    executor.parallel_for(static_cast<std::size_t>(size.z), 1, [&](std::size_t begin, std::size_t end) {
        for (int z = static_cast<int>(begin); z < static_cast<int>(end); ++z) {
            std::vector<int> top(size.x, size.y), bottom(size.x, -1);
            std::vector<int> first(size.y, size.x), last(size.y, -1);
            for (int y = 0; y < size.y; ++y) {
                for (int x = 0; x < size.x; ++x) {
                    const bool edge = x == 0 || y == 0 || x == size.x - 1 || y == size.y - 1;
                    if (body.at(x, y, z) == 0 && !(edge && outside.at(x, y, z) == 0)) continue;
                    top[x] = std::min(top[x], y);
                    bottom[x] = y;
                    first[y] = std::min(first[y], x);
                    last[y] = x;
                }
            }
            for (int y = 0; y < size.y; ++y) {
                for (int x = first[y]; x <= last[y]; ++x)
                    out.at(x, y, z) = y >= top[x] && y <= bottom[x] ? 1 : 0;
            }
        }
    });
    return out;
}

double middle_x(const Mask& body) {
    double sum = 0, count = 0;
    for (int z = 0; z < body.size().z; ++z) {
        for (int y = 0; y < body.size().y; ++y) {
            const std::uint8_t* row = &body.voxels()[body.index(0, y, z)];
            for (int x = 0; x < body.size().x; ++x) {
                sum += row[x] * x;
                count += row[x];
            }
        }
    }
    return count > 0 ? sum / count : 0.5 * body.size().x;
}

struct Piece {
    std::size_t voxels = 0;
    std::size_t enclosed = 0;
    std::vector<std::uint32_t> histogram = std::vector<std::uint32_t>(1024, 0);  // HU -1024..-1

    double median_hu() const {
        std::size_t seen = 0;
        for (std::size_t bin = 0; bin < histogram.size(); ++bin) {
            seen += histogram[bin];
            if (2 * seen >= voxels) return static_cast<double>(bin) - 1024;
        }
        return 0;
    }
};

struct Aerated {
    Mask air;  // parenchyma of both lungs, airways taken out
    double median_hu = 0;
};

// Keeps pieces of inner air that are large, inside the body, and of a density that lungs have.
Aerated choose_lungs(const Volume& coarse, const Mask& inner, const Mask& enclosed, double voxel_ml) {
    const auto min_voxels = static_cast<std::size_t>(kMinPieceMl / voxel_ml);
    const Components found = label_components(inner, Connectivity::kFaces6, min_voxels);
    std::vector<Piece> pieces(found.list.size() + 1);
    for (std::size_t i = 0; i < inner.voxels().size(); ++i) {
        const std::int32_t label = found.labels.voxels()[i];
        if (label == 0) continue;
        Piece& piece = pieces[static_cast<std::size_t>(label)];
        ++piece.voxels;
        piece.enclosed += enclosed.voxels()[i];
        ++piece.histogram[static_cast<std::size_t>(std::clamp<int>(coarse.voxels()[i], -1024, -1) + 1024)];
    }
    std::vector<std::uint8_t> keep(pieces.size(), 0);
    std::size_t largest = 0;
    Piece all;
    for (std::size_t p = 1; p < pieces.size(); ++p) {
        const Piece& piece = pieces[p];
        const double median = piece.median_hu();
        const bool plausible =
            median >= kMinMedianHu && median <= kMaxMedianHu &&
            static_cast<double>(piece.enclosed) >= kMinInsideBody * static_cast<double>(piece.voxels);
        if (!plausible ||
            static_cast<double>(piece.voxels) < kMinPieceOfLargest * static_cast<double>(largest))
            continue;
        keep[p] = 1;
        largest = std::max(largest, piece.voxels);
        all.voxels += piece.voxels;
        for (std::size_t b = 0; b < all.histogram.size(); ++b) all.histogram[b] += piece.histogram[b];
    }
    Aerated out{Mask(inner.size(), inner.geometry()), all.median_hu()};
    for (std::size_t i = 0; i < inner.voxels().size(); ++i) {
        out.air.voxels()[i] = keep[static_cast<std::size_t>(found.labels.voxels()[i])];
    }
    return out;
}

// Trilinear interpolation of a grid of twice the spacing (gaussian.h, halve) at every voxel of one fine row.
void interpolate_row(const Grid<float>& coarse, int y, int z, int nx, std::vector<float>& mixed, float* out) {
    const Size3 size = coarse.size();
    const auto neighbours = [](int fine, int n) {
        const int near = std::min(fine / 2, n - 1);
        return std::pair{near, std::clamp(fine % 2 == 0 ? near - 1 : near + 1, 0, n - 1)};
    };
    const auto [y0, y1] = neighbours(y, size.y);
    const auto [z0, z1] = neighbours(z, size.z);
    const float* a = &coarse.voxels()[coarse.index(0, y0, z0)];
    const float* b = &coarse.voxels()[coarse.index(0, y1, z0)];
    const float* c = &coarse.voxels()[coarse.index(0, y0, z1)];
    const float* d = &coarse.voxels()[coarse.index(0, y1, z1)];
    for (int x = 0; x < size.x; ++x) mixed[x] = 0.5625F * a[x] + 0.1875F * (b[x] + c[x]) + 0.0625F * d[x];
    for (int x = 0; x < nx; ++x) {
        const auto [x0, x1] = neighbours(x, size.x);
        out[x] = 0.75F * mixed[x0] + 0.25F * mixed[x1];
    }
}

std::uint8_t side_near(const Grid<std::uint8_t>& sides, int x, int y, int z) {
    const std::uint8_t here = sides.clamped(x, y, z);
    if (here != kNoLung) return here;
    for (int dz = -1; dz <= 1; ++dz) {
        for (int dy = -1; dy <= 1; ++dy) {
            for (int dx = -1; dx <= 1; ++dx) {
                const std::uint8_t near = sides.clamped(x + dx, y + dy, z + dz);
                if (near != kNoLung) return near;
            }
        }
    }
    return kNoLung;
}

// Fills mask, sides and volumes on the fine grid from the surface and labels on the coarse one.
void refine(const Volume& iso, const Grid<std::uint8_t>& coarse_sides, Lungs& lungs, Executor& executor) {
    const Size3 size = iso.size();
    lungs.mask = Mask(size, iso.geometry());
    lungs.sides = Grid<std::uint8_t>(size, iso.geometry());
    std::vector<std::array<std::size_t, 3>> counts(static_cast<std::size_t>(size.z));
    executor.parallel_for(static_cast<std::size_t>(size.z), 1, [&](std::size_t begin, std::size_t end) {
        std::vector<float> depth(size.x), mixed(coarse_sides.size().x);
        for (int z = static_cast<int>(begin); z < static_cast<int>(end); ++z) {
            std::array<std::size_t, 3> count{};
            for (int y = 0; y < size.y; ++y) {
                interpolate_row(lungs.depth_mm, y, z, size.x, mixed, depth.data());
                const std::size_t row = iso.index(0, y, z);
                for (int x = 0; x < size.x; ++x) {
                    if (depth[x] <= 0) continue;
                    const std::uint8_t side = side_near(coarse_sides, x / 2, y / 2, z / 2);
                    lungs.sides.voxels()[row + x] = side;
                    lungs.mask.voxels()[row + x] = side != kNoLung ? 1 : 0;
                    ++count[side];
                }
            }
            counts[z] = count;
        }
    });
    const double mm = isotropic_spacing_mm(iso.geometry());
    const double voxel_litres = mm * mm * mm * 1e-6;
    for (const auto& count : counts) {
        lungs.right_litres += voxel_litres * static_cast<double>(count[kRightLung]);
        lungs.left_litres += voxel_litres * static_cast<double>(count[kLeftLung]);
    }
    const auto in_slice = [&](int z) { return counts[z][kRightLung] + counts[z][kLeftLung] > 0; };
    lungs.cut_at_feet = in_slice(0);
    lungs.cut_at_head = in_slice(size.z - 1);
}

Error no_lungs(double found_ml) {
    if (found_ml <= 0) {
        return {ErrorCode::kUntrustworthyInput,
                "no lungs are seen in this volume (a head or abdomen CT?); give a chest CT"};
    }
    return {ErrorCode::kUntrustworthyInput,
            "only " + std::to_string(static_cast<int>(found_ml)) +
                " ml of lung are seen, too little to diagnose from; give a CT that covers the chest"};
}

}  // namespace

Result<Lungs> segment_lungs(const Volume& iso, Executor& executor, std::stop_token stop) {
    const double mm = isotropic_spacing_mm(iso.geometry());
    HZ_CHECK(mm >= 0.45 && mm <= 1.55, "lungs are segmented at about 1 mm");
    HZ_CHECK(iso.geometry().x_axis.x > 0.7 && iso.geometry().z_axis.z > 0.7,
             "the volume is in patient order");
    const double coarse_ml = 8 * mm * mm * mm / 1000;

    const Volume coarse = halve(iso, executor);
    const Mask outside = outside_air(coarse, executor);
    Lungs lungs;
    lungs.threshold_hu = optimal_threshold(coarse, outside);
    Mask inner(coarse.size(), coarse.geometry());
    for (std::size_t i = 0; i < inner.voxels().size(); ++i) {
        inner.voxels()[i] = outside.voxels()[i] == 0 && coarse.voxels()[i] < lungs.threshold_hu ? 1 : 0;
    }
    HZ_TRY(check_stop(stop));
    const Mask body = find_body(coarse, lungs.threshold_hu, executor);
    const double middle = middle_x(body);
    const std::optional<Mask> airways = find_large_airways(iso, coarse, inner, middle, executor);
    lungs.airway_found = airways.has_value();
    HZ_TRY(check_stop(stop));
    if (airways) {
        for (std::size_t i = 0; i < inner.voxels().size(); ++i) {
            if (airways->voxels()[i] != 0) inner.voxels()[i] = 0;
        }
    }
    const Aerated aerated = choose_lungs(coarse, inner, enclosed_by(body, outside, executor), coarse_ml);
    lungs.parenchyma_hu = aerated.median_hu;
    const auto voxels = std::count(aerated.air.voxels().begin(), aerated.air.voxels().end(), std::uint8_t{1});
    const double found_ml = static_cast<double>(voxels) * coarse_ml;
    if (found_ml < kMinLungMl) return fail(no_lungs(found_ml));

    const Grid<std::uint8_t> open_sides = part_sides(aerated.air, middle, executor);
    HZ_TRY(check_stop(stop));
    const Grid<std::uint8_t> sides = close_sides(open_sides, airways.value_or(Mask{}), executor);
    HZ_TRY(check_stop(stop));
    Mask closed(sides.size(), sides.geometry());
    for (std::size_t i = 0; i < closed.voxels().size(); ++i)
        closed.voxels()[i] = sides.voxels()[i] != kNoLung ? 1 : 0;
    lungs.depth_mm = signed_distance_mm(closed, executor);
    refine(iso, sides, lungs, executor);
    return lungs;
}

double depth_mm_at(const Lungs& lungs, Vec3 patient_mm) {
    const Grid<float>& depth = lungs.depth_mm;
    const Vec3 voxel = depth.geometry().to_voxel(patient_mm);
    const int x = static_cast<int>(std::floor(voxel.x)), y = static_cast<int>(std::floor(voxel.y));
    const int z = static_cast<int>(std::floor(voxel.z));
    const double fx = voxel.x - x, fy = voxel.y - y, fz = voxel.z - z;
    double sum = 0;
    for (int corner = 0; corner < 8; ++corner) {
        const int dx = corner & 1, dy = corner >> 1 & 1, dz = corner >> 2 & 1;
        const double weight = (dx ? fx : 1 - fx) * (dy ? fy : 1 - fy) * (dz ? fz : 1 - fz);
        sum += weight * double{depth.clamped(x + dx, y + dy, z + dz)};
    }
    return sum;
}

}  // namespace huizhen::imaging
