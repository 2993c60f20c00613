#include <huizhen/dicom_results/plane_mask.h>

namespace huizhen::imaging {
namespace {

struct Bounds {
    Vec3 low{1e30, 1e30, 1e30}, high{-1e30, -1e30, -1e30};

    void include(Vec3 p) {
        low = {std::min(low.x, p.x), std::min(low.y, p.y), std::min(low.z, p.z)};
        high = {std::max(high.x, p.x), std::max(high.y, p.y), std::max(high.z, p.z)};
    }
};

struct Extent {
    Bounds voxels;
    Vec3 centre_mm;  // of mass
};

std::optional<Extent> extent_of(const Mask& mask) {
    Extent extent;
    Vec3 sum;
    double count = 0;
    const Size3 size = mask.size();
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            for (int x = 0; x < size.x; ++x) {
                if (mask.at(x, y, z) == 0) continue;
                const Vec3 voxel{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
                extent.voxels.include(voxel);
                sum = sum + voxel;
                ++count;
            }
        }
    }
    if (count == 0) return std::nullopt;
    extent.centre_mm = mask.geometry().to_patient((1 / count) * sum);
    return extent;
}

double share_inside(const Mask& mask, Vec3 voxel) {
    const double fx = std::floor(voxel.x), fy = std::floor(voxel.y), fz = std::floor(voxel.z);
    const int x0 = static_cast<int>(fx), y0 = static_cast<int>(fy), z0 = static_cast<int>(fz);
    double sum = 0;
    for (int corner = 0; corner < 8; ++corner) {
        const int dx = corner & 1, dy = corner >> 1 & 1, dz = corner >> 2;
        if (!mask.contains(x0 + dx, y0 + dy, z0 + dz) || mask.at(x0 + dx, y0 + dy, z0 + dz) == 0) continue;
        const double wx = voxel.x - fx, wy = voxel.y - fy, wz = voxel.z - fz;
        sum += (dx != 0 ? wx : 1 - wx) * (dy != 0 ? wy : 1 - wy) * (dz != 0 ? wz : 1 - wz);
    }
    return sum;
}

// The mask's box in (column, row, along the normal) of the series.
Bounds box_in_series(const Bounds& voxels, const Mask& mask, const SourceSeries& source) {
    Bounds box;
    for (int corner = 0; corner < 8; ++corner) {
        const Vec3 voxel{(corner & 1) != 0 ? voxels.high.x + 1 : voxels.low.x - 1,
                         (corner & 2) != 0 ? voxels.high.y + 1 : voxels.low.y - 1,
                         (corner & 4) != 0 ? voxels.high.z + 1 : voxels.low.z - 1};
        const Vec3 mm = mask.geometry().to_patient(voxel);
        box.include({dot(mm, source.row), dot(mm, source.column), dot(mm, source.normal())});
    }
    return box;
}

PlaneMask plane_of(const Mask& mask, const SourceSeries& source, std::size_t image, const Bounds& box) {
    const Vec3 corner = source.images[image].position_mm;
    const auto first = [](double mm, double at, double spacing) {
        return std::max(0, static_cast<int>(std::floor((mm - at) / spacing)));
    };
    const auto last = [](double mm, double at, double spacing, int count) {
        return std::min(count - 1, static_cast<int>(std::ceil((mm - at) / spacing)));
    };
    const double column_at = dot(corner, source.row), row_at = dot(corner, source.column);
    PlaneMask plane;
    plane.image = image;
    plane.x = first(box.low.x, column_at, source.column_spacing_mm);
    plane.y = first(box.low.y, row_at, source.row_spacing_mm);
    plane.width = last(box.high.x, column_at, source.column_spacing_mm, source.columns) - plane.x + 1;
    plane.height = last(box.high.y, row_at, source.row_spacing_mm, source.rows) - plane.y + 1;
    if (plane.width <= 0 || plane.height <= 0) return {};
    plane.inside.reserve(static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(plane.height));
    for (int y = plane.y; y < plane.y + plane.height; ++y) {
        for (int x = plane.x; x < plane.x + plane.width; ++x) {
            const Vec3 voxel = mask.geometry().to_voxel(source.to_patient(image, x, y));
            const bool inside = share_inside(mask, voxel) >= 0.5;
            plane.inside.push_back(inside ? 1 : 0);
            plane.pixels += inside ? 1 : 0;
        }
    }
    return plane;
}

std::optional<PlaneMask> single_pixel(Vec3 mm, const SourceSeries& source) {
    const std::size_t image = source.nearest_image(mm);
    const Vec3 from_corner = mm - source.images[image].position_mm;
    if (std::abs(dot(from_corner, source.normal())) >
        std::max(source.thickness_mm, source.slice_spacing_mm)) {
        return std::nullopt;
    }
    const auto x = std::lround(dot(from_corner, source.row) / source.column_spacing_mm);
    const auto y = std::lround(dot(from_corner, source.column) / source.row_spacing_mm);
    if (x < 0 || y < 0 || x >= source.columns || y >= source.rows) return std::nullopt;
    return PlaneMask{image, static_cast<int>(x), static_cast<int>(y), 1, 1, {1}, 1};
}

// Numbers the pieces that hang together by edges; returns the largest one's pixels as a plane.
PlaneMask largest_piece(const PlaneMask& plane) {
    const auto width = static_cast<std::size_t>(plane.width), height = static_cast<std::size_t>(plane.height);
    std::vector<std::size_t> piece(plane.inside.size(), 0), sizes{0}, stack;
    for (std::size_t seed = 0; seed < piece.size(); ++seed) {
        if (plane.inside[seed] == 0 || piece[seed] != 0) continue;
        const std::size_t number = sizes.size();
        sizes.push_back(0);
        stack.assign(1, seed);
        piece[seed] = number;
        while (!stack.empty()) {
            const std::size_t at = stack.back();
            stack.pop_back();
            ++sizes[number];
            const auto visit = [&](bool exists, std::size_t next) {
                if (!exists || plane.inside[next] == 0 || piece[next] != 0) return;
                piece[next] = number;
                stack.push_back(next);
            };
            visit(at % width > 0, at - 1);
            visit(at % width + 1 < width, at + 1);
            visit(at >= width, at - width);
            visit(at / width + 1 < height, at + width);
        }
    }
    const auto largest =
        static_cast<std::size_t>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
    PlaneMask one = plane;
    for (std::size_t i = 0; i < piece.size(); ++i)
        one.inside[i] = largest != 0 && piece[i] == largest ? 1 : 0;
    one.pixels = sizes[largest];
    return one;
}

}  // namespace

Result<std::vector<PlaneMask>> project_mask(const Mask& mask, const SourceSeries& source) {
    const auto extent = extent_of(mask);
    if (!extent) return fail(ErrorCode::kInvalidArgument, "a finding's outline is empty");
    const Bounds box = box_in_series(extent->voxels, mask, source);
    std::vector<PlaneMask> planes;
    for (std::size_t i = 0; i < source.images.size(); ++i) {
        if (source.images[i].along < box.low.z || source.images[i].along > box.high.z) continue;
        PlaneMask plane = plane_of(mask, source, i, box);
        if (plane.pixels > 0) planes.push_back(std::move(plane));
    }
    if (!planes.empty()) return planes;
    auto pixel = single_pixel(extent->centre_mm, source);
    if (!pixel) return fail(ErrorCode::kInvalidArgument, "a finding lies outside the images of its series");
    planes.push_back(std::move(*pixel));
    return planes;
}

const PlaneMask& largest_plane(const std::vector<PlaneMask>& planes) {
    return *std::max_element(planes.begin(), planes.end(),
                             [](const PlaneMask& a, const PlaneMask& b) { return a.pixels < b.pixels; });
}

std::vector<PixelPoint> outline_of(const PlaneMask& plane) {
    const PlaneMask piece = largest_piece(plane);
    if (piece.pixels == 0) return {};
    // Walks the cracks between pixels with the piece on the right, from the top left corner of its first
    // pixel.
    constexpr std::array<std::array<int, 2>, 4> kSteps{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
    const auto first =
        static_cast<int>(std::find(piece.inside.begin(), piece.inside.end(), 1) - piece.inside.begin());
    const int start_x = piece.x + first % piece.width, start_y = piece.y + first / piece.width;
    // The pixel on the right and on the left of the crack that leaves (x, y) in a direction.
    const auto right_of = [&](int x, int y, int direction) {
        constexpr std::array<std::array<int, 2>, 4> kRight{{{0, 0}, {-1, 0}, {-1, -1}, {0, -1}}};
        const auto& offset = kRight[static_cast<std::size_t>(direction)];
        return piece.at(x + offset[0], y + offset[1]);
    };
    const auto left_of = [&](int x, int y, int direction) { return right_of(x, y, (direction + 3) % 4); };
    std::vector<PixelPoint> points;
    int x = start_x, y = start_y, direction = 0;
    do {
        points.push_back({static_cast<double>(x), static_cast<double>(y)});
        do {
            x += kSteps[static_cast<std::size_t>(direction)][0];
            y += kSteps[static_cast<std::size_t>(direction)][1];
        } while (right_of(x, y, direction) && !left_of(x, y, direction));
        direction = right_of(x, y, direction) ? (direction + 3) % 4 : (direction + 1) % 4;
    } while (x != start_x || y != start_y);
    points.push_back(points.front());
    return points;
}

}  // namespace huizhen::imaging
