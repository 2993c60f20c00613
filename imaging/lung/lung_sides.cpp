#include "lung_sides.h"

#include <huizhen/lung/components.h>
#include <huizhen/lung/distance.h>
#include <huizhen/lung/lungs.h>

namespace huizhen::imaging {
namespace {

// Lungs meet at the anterior and posterior junction lines over 1 to 4 mm; erosion goes well beyond that.
constexpr double kErosionStepMm = 2;
constexpr double kMaxErosionMm = 12;
constexpr double kMinSecondLung = 0.15;    // of the larger, by volume of the eroded core
constexpr double kMinCentresApartMm = 60;  // across the mediastinum

// The ball everywhere: bridges vessels and nodules of up to about its diameter in the hilum and fissures.
constexpr double kBallMm = 10;
// The ball against the ribs and diaphragm, where nothing but pleura and nodules is to be bridged: an opening
// 30 mm wide (the largest nodule) is bridged to 25 - sqrt(25^2 - 15^2) = 5 mm below its rim.
constexpr double kCostalBallMm = 25;
// What the balls add and is thicker than twice this is a nodule or a vessel, not a dent in the pleura under a
// rib. It is blown up by this share of its own radius, since the balls cut off what of a nodule is sunk into
// the wall.
constexpr double kThickRadiusMm = 2.1;
constexpr double kInflation = 0.7;
constexpr double kMediastinalInflation = 0.25;

std::uint8_t side_of(double x, double boundary_x) { return x < boundary_x ? kRightLung : kLeftLung; }

// Cores after eroding by `radius_mm`, labelled by side; false while both lungs are still one piece.
bool label_cores(const Mask& air, const Grid<float>& squared, double radius_voxels, double spacing,
                 Grid<std::uint8_t>& labels) {
    Mask core(air.size(), air.geometry());
    const auto limit = static_cast<float>(radius_voxels * radius_voxels);
    for (std::size_t i = 0; i < core.voxels().size(); ++i)
        core.voxels()[i] = squared.voxels()[i] > limit ? 1 : 0;
    const Components found = label_components(core, Connectivity::kFaces6);
    if (found.list.size() < 2) return false;
    const Component& first = found.list[0];
    // The second lung: the largest piece far enough to the side of the first.
    const auto second = std::find_if(found.list.begin() + 1, found.list.end(), [&](const Component& c) {
        return spacing * std::abs(c.centroid_voxel.x - first.centroid_voxel.x) >= kMinCentresApartMm;
    });
    if (second == found.list.end()) return false;
    if (static_cast<double>(second->voxels) < kMinSecondLung * static_cast<double>(first.voxels))
        return false;

    const double boundary = 0.5 * (first.centroid_voxel.x + second->centroid_voxel.x);
    std::vector<std::uint8_t> side(found.list.size() + 1, kNoLung);
    for (std::size_t c = 0; c < found.list.size(); ++c)
        side[c + 1] = side_of(found.list[c].centroid_voxel.x, boundary);
    for (std::size_t i = 0; i < core.voxels().size(); ++i) {
        labels.voxels()[i] = side[static_cast<std::size_t>(found.labels.voxels()[i])];
    }
    return true;
}

// A part of the grid: one lung with room around it. What lies farther off does not matter to it.
struct Frame {
    int x = 0, y = 0, z = 0;
    Size3 size;
};

Frame frame_around(const Grid<std::uint8_t>& sides, std::uint8_t side, int margin) {
    const Size3 size = sides.size();
    int low[3] = {size.x, size.y, size.z}, high[3] = {-1, -1, -1};
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            const std::uint8_t* row = &sides.voxels()[sides.index(0, y, z)];
            for (int x = 0; x < size.x; ++x) {
                if (row[x] != side) continue;
                const int at[3] = {x, y, z};
                for (int axis = 0; axis < 3; ++axis) {
                    low[axis] = std::min(low[axis], at[axis]);
                    high[axis] = std::max(high[axis], at[axis]);
                }
            }
        }
    }
    const int last[3] = {size.x - 1, size.y - 1, size.z - 1};
    for (int axis = 0; axis < 3; ++axis) {
        low[axis] = std::max(low[axis] - margin, 0);
        high[axis] = std::min(high[axis] + margin, last[axis]);
    }
    return {low[0], low[1], low[2], {high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1}};
}

Mask only(const Grid<std::uint8_t>& sides, std::uint8_t side, const Frame& frame) {
    Mask out(frame.size, sides.geometry());
    for (int z = 0; z < frame.size.z; ++z) {
        for (int y = 0; y < frame.size.y; ++y) {
            const std::uint8_t* from = &sides.voxels()[sides.index(frame.x, y + frame.y, z + frame.z)];
            std::uint8_t* to = &out.voxels()[out.index(0, y, z)];
            for (int x = 0; x < frame.size.x; ++x) to[x] = from[x] == side ? 1 : 0;
        }
    }
    return out;
}

// Where the lungs end in a row along x; -1, and first beyond the row, where a side is absent.
struct RowEnds {
    int right_last, left_first, left_last;
};

RowEnds ends_of_row(const std::uint8_t* row, int n) {
    RowEnds ends{-1, n, -1};
    for (int x = 0; x < n; ++x) {
        if (row[x] == kRightLung) {
            ends.right_last = x;
        } else if (row[x] == kLeftLung) {
            ends.left_first = std::min(ends.left_first, x);
            ends.left_last = x;
        }
    }
    return ends;
}

std::vector<RowEnds> ends_of_rows(const Grid<std::uint8_t>& sides) {
    const Size3 size = sides.size();
    std::vector<RowEnds> out;
    out.reserve(static_cast<std::size_t>(size.y) * static_cast<std::size_t>(size.z));
    for (std::size_t row = 0; row < size.count(); row += static_cast<std::size_t>(size.x)) {
        out.push_back(ends_of_row(sides.voxels().data() + row, size.x));
    }
    return out;
}

// Mediastinum: in the gap between the lungs, right lung on its one side and left lung on its other.
bool is_between(const RowEnds& ends, int x) {
    return ends.right_last >= 0 && ends.left_last >= 0 && x > ends.right_last && x < ends.left_first;
}

void fill_holes(Mask& mask) {
    Mask rest(mask.size(), mask.geometry());
    for (std::size_t i = 0; i < rest.voxels().size(); ++i) rest.voxels()[i] = mask.voxels()[i] == 0 ? 1 : 0;
    const Components found = label_components(rest, Connectivity::kFaces6);
    const Size3 size = mask.size();
    // A hole touches no face of the grid: what a scan's end cuts open may be mediastinum.
    std::vector<std::uint8_t> hole(found.list.size() + 1, 0);
    for (std::size_t c = 0; c < found.list.size(); ++c) {
        const Component& p = found.list[c];
        hole[c + 1] = p.low[0] > 0 && p.low[1] > 0 && p.low[2] > 0 && p.high[0] < size.x - 1 &&
                              p.high[1] < size.y - 1 && p.high[2] < size.z - 1
                          ? 1
                          : 0;
    }
    for (std::size_t i = 0; i < rest.voxels().size(); ++i) {
        if (hole[static_cast<std::size_t>(found.labels.voxels()[i])] != 0) mask.voxels()[i] = 1;
    }
}

// Drops what the balls bridged between outlying spots without holding any lung.
void drop_islands(const Mask& lung, Mask& closed) {
    const Components found = label_components(closed, Connectivity::kFaces6);
    std::vector<std::uint8_t> keep(found.list.size() + 1, 0);
    for (std::size_t i = 0; i < lung.voxels().size(); ++i) {
        if (lung.voxels()[i] != 0) keep[static_cast<std::size_t>(found.labels.voxels()[i])] = 1;
    }
    keep[0] = 0;
    for (std::size_t i = 0; i < closed.voxels().size(); ++i) {
        closed.voxels()[i] = keep[static_cast<std::size_t>(found.labels.voxels()[i])];
    }
}

bool is_deepest(const Grid<float>& squared, int x, int y, int z) {
    const float here = squared.at(x, y, z);
    for (int i = 0; i < 27; ++i) {
        if (squared.clamped(x + i % 3 - 1, y + i / 3 % 3 - 1, z + i / 9 - 1) > here) return false;
    }
    return true;
}

void fill_ball(Mask& mask, int x, int y, int z, double radius) {
    const int reach = static_cast<int>(radius);
    for (int dz = -reach; dz <= reach; ++dz) {
        for (int dy = -reach; dy <= reach; ++dy) {
            for (int dx = -reach; dx <= reach; ++dx) {
                if (dx * dx + dy * dy + dz * dz > radius * radius) continue;
                if (mask.contains(x + dx, y + dy, z + dz)) mask.at(x + dx, y + dy, z + dz) = 1;
            }
        }
    }
}

// Marks the mediastinum in a frame.
Mask mediastinum_in(const Frame& frame, Size3 whole, const std::vector<RowEnds>& ends,
                    const Geometry& geometry) {
    Mask out(frame.size, geometry);
    for (int z = 0; z < frame.size.z; ++z) {
        for (int y = 0; y < frame.size.y; ++y) {
            const RowEnds& row =
                ends[static_cast<std::size_t>(y + frame.y) +
                     static_cast<std::size_t>(whole.y) * static_cast<std::size_t>(z + frame.z)];
            for (int x = 0; x < frame.size.x; ++x) out.at(x, y, z) = is_between(row, x + frame.x) ? 1 : 0;
        }
    }
    return out;
}

// Closed by the small ball in the mediastinum and by the large one elsewhere; both share the first transform.
Mask close_by_place(const Mask& lung, const Mask& mediastinum, Executor& executor) {
    const double mm = isotropic_spacing_mm(lung.geometry());
    const Grid<float> reach = squared_distance_to(lung, 1, executor);
    Mask closed(lung.size(), lung.geometry());
    for (const bool between : {true, false}) {
        const double radius = (between ? kBallMm : kCostalBallMm) / mm;
        const auto limit = static_cast<float>(radius * radius);
        Mask grown(lung.size(), lung.geometry());
        for (std::size_t i = 0; i < grown.voxels().size(); ++i)
            grown.voxels()[i] = reach.voxels()[i] <= limit ? 1 : 0;
        const Grid<float> depth = squared_distance_to(grown, 0, executor);
        for (std::size_t i = 0; i < closed.voxels().size(); ++i) {
            const bool here = between || mediastinum.voxels()[i] == 0;
            if (here && depth.voxels()[i] > limit) closed.voxels()[i] = 1;
        }
    }
    return closed;
}

// Blows up the inscribed balls of what closing added to `lung`.
void grow_thick_parts(const Mask& lung, const Mask& mediastinum, Mask& closed, Executor& executor) {
    Mask added(lung.size(), lung.geometry());
    for (std::size_t i = 0; i < added.voxels().size(); ++i) {
        added.voxels()[i] = closed.voxels()[i] != 0 && lung.voxels()[i] == 0 ? 1 : 0;
    }
    const Grid<float> squared = squared_distance_to(added, 0, executor);
    const double thick = kThickRadiusMm / isotropic_spacing_mm(lung.geometry());
    const Size3 size = lung.size();
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            for (int x = 0; x < size.x; ++x) {
                const double radius = std::sqrt(double{squared.at(x, y, z)});
                if (radius < thick || !is_deepest(squared, x, y, z)) continue;
                const double inflation = mediastinum.at(x, y, z) != 0 ? kMediastinalInflation : kInflation;
                fill_ball(closed, x, y, z, radius * (1 + inflation));
            }
        }
    }
}

}  // namespace

Grid<std::uint8_t> part_sides(const Mask& air, double body_middle_x, Executor& executor) {
    const double spacing = isotropic_spacing_mm(air.geometry());
    Grid<std::uint8_t> labels(air.size(), air.geometry());
    const Grid<float> squared = squared_distance_to(air, 0, executor);
    for (double radius = 0; radius <= kMaxErosionMm; radius += kErosionStepMm) {
        if (!label_cores(air, squared, radius / spacing, spacing, labels)) continue;
        spread_labels(air, labels);
        return labels;
    }
    const Components found = label_components(air, Connectivity::kFaces6);
    const double centre = found.list.empty() ? body_middle_x : found.list[0].centroid_voxel.x;
    const std::uint8_t side = side_of(centre, body_middle_x);
    for (std::size_t i = 0; i < labels.voxels().size(); ++i)
        labels.voxels()[i] = air.voxels()[i] != 0 ? side : kNoLung;
    return labels;
}

Grid<std::uint8_t> close_sides(const Grid<std::uint8_t>& sides, const Mask& airways, Executor& executor) {
    Grid<std::uint8_t> out = sides;
    const std::vector<RowEnds> ends = ends_of_rows(sides);
    const double mm = isotropic_spacing_mm(sides.geometry());
    // The dilated lung and a voxel of the outside must fit.
    const int margin = static_cast<int>(std::ceil(kCostalBallMm / mm)) + 2;
    for (const std::uint8_t side : {kRightLung, kLeftLung}) {
        if (std::find(sides.voxels().begin(), sides.voxels().end(), side) == sides.voxels().end()) continue;
        const Frame frame = frame_around(sides, side, margin);
        const Mask lung = only(sides, side, frame);
        const Mask mediastinum = mediastinum_in(frame, sides.size(), ends, sides.geometry());
        Mask closed = close_by_place(lung, mediastinum, executor);
        fill_holes(closed);
        grow_thick_parts(lung, mediastinum, closed, executor);
        drop_islands(lung, closed);
        for (int z = 0; z < frame.size.z; ++z) {
            for (int y = 0; y < frame.size.y; ++y) {
                const std::size_t row = sides.index(frame.x, y + frame.y, z + frame.z);
                for (int x = 0; x < frame.size.x; ++x) {
                    const bool airway = !airways.empty() && airways.voxels()[row + x] != 0;
                    std::uint8_t& label = out.voxels()[row + x];
                    if (closed.at(x, y, z) != 0 && label == kNoLung && !airway) label = side;
                }
            }
        }
    }
    return out;
}

}  // namespace huizhen::imaging
