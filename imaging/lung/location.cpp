#include <huizhen/lung/location.h>

namespace huizhen::imaging {
namespace {

// Heights are shares of the lung from base (0) to apex (1), depths from front (0) to back (1).
constexpr double kObliqueBack = 0.76;   // at the back, share 1
constexpr double kObliqueFront = 0.20;  // at the front, share 0
constexpr double kHorizontal = 0.52;
constexpr double kSpreadMm = 15;
constexpr double kSpreadCutMm = 40;  // the lung's ends were not seen
constexpr int kMaxSearchMm = 30;

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// The label here, or else the nearest along rings of growing size.
std::uint8_t nearest_side(const Lungs& lungs, Vec3 patient_mm) {
    const Vec3 v = lungs.sides.geometry().to_voxel(patient_mm);
    const int x = static_cast<int>(std::lround(v.x)), y = static_cast<int>(std::lround(v.y));
    const int z = static_cast<int>(std::lround(v.z));
    const int reach = static_cast<int>(kMaxSearchMm / lungs.sides.geometry().spacing_mm.x);
    for (int r = 0; r <= reach; ++r) {
        for (int dz = -r; dz <= r; ++dz) {
            for (int dy = -r; dy <= r; ++dy) {
                const bool face = std::abs(dz) == r || std::abs(dy) == r;
                for (int dx = -r; dx <= r; dx += face || r == 0 ? 1 : 2 * r) {
                    if (!lungs.sides.contains(x + dx, y + dy, z + dz)) continue;
                    const std::uint8_t side = lungs.sides.at(x + dx, y + dy, z + dz);
                    if (side != kNoLung) return side;
                }
            }
        }
    }
    return kNoLung;
}

}  // namespace

std::string_view lung_lobe_name(LungLobe lobe) {
    switch (lobe) {
        case LungLobe::kRightUpper: return "right-upper";
        case LungLobe::kRightMiddle: return "right-middle";
        case LungLobe::kRightLower: return "right-lower";
        case LungLobe::kLeftUpper: return "left-upper";
        case LungLobe::kLeftLower: return "left-lower";
    }
    return "unknown";
}

LungExtents measure_extents(const Lungs& lungs) {
    LungExtents out;
    const Size3 size = lungs.sides.size();
    std::array<std::array<int, 3>, 3> low, high;
    for (auto& corner : low) corner = {size.x, size.y, size.z};
    for (auto& corner : high) corner = {-1, -1, -1};
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            const std::uint8_t* row = &lungs.sides.voxels()[lungs.sides.index(0, y, z)];
            for (int x = 0; x < size.x; ++x) {
                if (row[x] == kNoLung) continue;
                const int at[3] = {x, y, z};
                for (int axis = 0; axis < 3; ++axis) {
                    low[row[x]][axis] = std::min(low[row[x]][axis], at[axis]);
                    high[row[x]][axis] = std::max(high[row[x]][axis], at[axis]);
                }
            }
        }
    }
    for (const std::uint8_t side : {kRightLung, kLeftLung}) {
        if (high[side][0] < 0) continue;
        const auto corner = [&](const std::array<int, 3>& c) {
            return lungs.sides.geometry().to_patient({double(c[0]), double(c[1]), double(c[2])});
        };
        out.sides[side] = {corner(low[side]), corner(high[side]), true};
    }
    return out;
}

double share_inside(const Lungs& lungs, const Mask& outline) {
    std::size_t marked = 0, inside = 0;
    for (int z = 0; z < outline.size().z; ++z) {
        for (int y = 0; y < outline.size().y; ++y) {
            for (int x = 0; x < outline.size().x; ++x) {
                if (outline.at(x, y, z) == 0) continue;
                ++marked;
                const Vec3 voxel{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
                if (depth_mm_at(lungs, outline.geometry().to_patient(voxel)) >= 0) ++inside;
            }
        }
    }
    return marked == 0 ? 0.0 : static_cast<double>(inside) / static_cast<double>(marked);
}

LungLocation locate(const Lungs& lungs, const LungExtents& extents, Vec3 patient_mm) {
    LungLocation out;
    out.depth_mm = depth_mm_at(lungs, patient_mm);
    out.side = nearest_side(lungs, patient_mm);
    if (out.side == kNoLung || !extents.sides[out.side].present) return out;
    const LungExtents::Box& box = extents.sides[out.side];
    const double height = std::max(box.high.z - box.low.z, 1.0),
                 length = std::max(box.high.y - box.low.y, 1.0);
    const double back = std::clamp((patient_mm.y - box.low.y) / length, 0.0, 1.0);
    const double spread = lungs.cut_at_head || lungs.cut_at_feet ? kSpreadCutMm : kSpreadMm;

    // Distance above the oblique fissure, measured at right angles to it.
    const double rise = (kObliqueBack - kObliqueFront) * height;
    const double fissure_z = box.low.z + kObliqueFront * height + rise * back;
    const double tilt = std::hypot(rise, length) / length;
    const double above_oblique = normal_cdf((patient_mm.z - fissure_z) / tilt / spread);
    if (out.side == kLeftLung) {
        out.upper_lobe_probability = above_oblique;
        out.lobe = above_oblique >= 0.5 ? LungLobe::kLeftUpper : LungLobe::kLeftLower;
        out.lobe_probability = std::max(above_oblique, 1 - above_oblique);
        return out;
    }
    const double horizontal_z = box.low.z + kHorizontal * height;
    const double above_horizontal = normal_cdf((patient_mm.z - horizontal_z) / spread);
    const double upper = above_oblique * above_horizontal, middle = above_oblique * (1 - above_horizontal);
    const double lower = 1 - above_oblique;
    out.upper_lobe_probability = upper;
    out.lobe_probability = std::max({upper, middle, lower});
    out.lobe = upper == out.lobe_probability    ? LungLobe::kRightUpper
               : middle == out.lobe_probability ? LungLobe::kRightMiddle
                                                : LungLobe::kRightLower;
    return out;
}

}  // namespace huizhen::imaging
