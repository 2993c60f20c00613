#include <numbers>

#include <huizhen/render/finding_picture.h>

#include "layout.h"

namespace huizhen::imaging {
namespace {

using namespace layout;

constexpr int kProjection = 470;
constexpr int kTile = 228;
constexpr int kTileText = 40;
constexpr int kHeader = 62;
constexpr int kFooter = 52;
constexpr int kColumns = 4;

// Mean attenuation along front to back or left to right, as a plain radiograph would weigh it. The rays are
// sampled coarsely, since nothing fine survives the sum.
Grid<float> attenuation(const Volume& volume, const PaneView& view) {
    const Box box = box_of(volume);
    const bool frontal = view.plane == Plane::kCoronal;
    const double low = frontal ? box.low.y : box.low.x, high = frontal ? box.high.y : box.high.x;
    constexpr double kStepMm = 4.0;
    Grid<float> sums({view.pixels, view.pixels, 1}, {});
    for (int y = 0; y < view.pixels; ++y) {
        for (int x = 0; x < view.pixels; ++x) {
            Vec3 p = view.to_patient({x + 0.5, y + 0.5});
            for (double depth = low; depth <= high; depth += kStepMm) {
                (frontal ? p.y : p.x) = depth;
                const Vec3 v = volume.geometry().to_voxel(p);
                const auto round = [](double value) { return static_cast<int>(std::lround(value)); };
                const int vx = round(v.x), vy = round(v.y), vz = round(v.z);
                if (!volume.contains(vx, vy, vz)) continue;
                // Bone is capped, so that the lungs keep their contrast.
                sums.at(x, y, 0) += static_cast<float>(std::clamp(volume.at(vx, vy, vz) + 1000, 0, 1250));
            }
        }
    }
    return sums;
}

Picture projection(const Volume& volume, const PaneView& view) {
    PaneView coarse = view;
    coarse.pixels = view.pixels / 2;
    const Grid<float> sums = attenuation(volume, coarse);
    std::vector<float> sorted(sums.voxels().begin(), sums.voxels().end());
    const auto top = sorted.begin() + static_cast<std::ptrdiff_t>(0.98 * static_cast<double>(sorted.size()));
    std::nth_element(sorted.begin(), top, sorted.end());
    const double white = std::max(*top, 1.0F);
    Picture pane(view.pixels, view.pixels);
    for (int y = 0; y < view.pixels; ++y) {
        for (int x = 0; x < view.pixels; ++x) {
            // Bilinear between the coarse pixels' middles.
            const double cx = (x - 0.5) / 2, cy = (y - 0.5) / 2;
            const int ix = static_cast<int>(std::floor(cx)), iy = static_cast<int>(std::floor(cy));
            const double tx = cx - ix, ty = cy - iy;
            const double sum =
                (1 - ty) * ((1 - tx) * sums.clamped(ix, iy, 0) + tx * sums.clamped(ix + 1, iy, 0)) +
                ty * ((1 - tx) * sums.clamped(ix, iy + 1, 0) + tx * sums.clamped(ix + 1, iy + 1, 0));
            const auto grey =
                static_cast<std::uint8_t>(std::lround(230 * std::pow(std::min(1.0, sum / white), 0.9)));
            pane.set(x, y, {grey, grey, grey});
        }
    }
    return pane;
}

void mark(Picture& pane, Point2 at, int number) {
    pane.disc(at, 12, {0, 0, 0}, 0.35);
    for (int i = 0; i < 48; ++i) {
        const double a = i * std::numbers::pi / 24, b = (i + 1) * std::numbers::pi / 24;
        pane.line({at.x + 11 * std::cos(a), at.y + 11 * std::sin(a)},
                  {at.x + 11 * std::cos(b), at.y + 11 * std::sin(b)}, 1.6, kMarker);
    }
    const TextStyle style{.cap_height = 9, .colour = kMarker, .weight = 1.2, .halo = true};
    const std::string text = std::to_string(number);
    draw_text(pane, {at.x - text_width(text, style) / 2, at.y + 4.5}, text, style);
}

Picture projection_with_marks(const Volume& volume, Plane plane,
                              const std::vector<PictureFinding>& findings) {
    const Box box = box_of(volume);
    const Vec3 extent = box.high - box.low;
    const PaneView view{.plane = plane,
                        .centre_mm = 0.5 * (box.low + box.high),
                        .field_mm = 1.02 * std::max({extent.x, extent.y, extent.z}),
                        .pixels = kProjection};
    Picture pane = projection(volume, view);
    for (const PictureFinding& finding : findings)
        mark(pane, view.to_pixel(finding.centre_mm), finding.number);
    draw_ruler(pane, view);
    draw_orientation(pane, view);
    return pane;
}

void draw_tile(Picture& sheet, const Volume& volume, const PictureFinding& finding, int x, int y) {
    const PaneView view{.plane = Plane::kAxial,
                        .centre_mm = finding.centre_mm,
                        .field_mm = zoom_field_mm(finding.long_axis_mm),
                        .pixels = kTile};
    Picture pane = render_ct(volume, view);
    if (finding.outline != nullptr) draw_outline(pane, view, *finding.outline, kOutline, 1.3);
    draw_ruler(pane, view);
    draw_orientation(pane, view);
    mark(pane, {18, 18}, finding.number);
    sheet.paste(pane, x, y);
    const TextStyle first{.cap_height = 8.5, .colour = kText}, second{.cap_height = 8, .colour = kDim};
    draw_text(sheet, {static_cast<double>(x), y + kTile + 17.0}, fitted(finding.short_line, kTile, first),
              first);
    draw_text(sheet, {static_cast<double>(x), y + kTile + 34.0}, fitted(finding.short_line_2, kTile, second),
              second);
}

}  // namespace

Picture render_contact_sheet(const Volume& volume, const std::vector<PictureFinding>& findings,
                             const std::string& title, const std::string& nothing_found,
                             const PictureNotes& notes) {
    const int rows = (static_cast<int>(findings.size()) + kColumns - 1) / kColumns;
    const int width = 2 * kMargin + 2 * kProjection + kGap;
    const int tiles_y = kHeader + kProjection + 2 * kGap;
    Picture sheet(width, tiles_y + rows * (kTile + kTileText + kGap) + kFooter, kBackground);
    draw_text(sheet, {kMargin, 38}, title, {.cap_height = 15, .colour = kText, .weight = 1.25});
    sheet.paste(projection_with_marks(volume, Plane::kCoronal, findings), kMargin, kHeader);
    sheet.paste(projection_with_marks(volume, Plane::kSagittal, findings), kMargin + kProjection + kGap,
                kHeader);
    if (findings.empty()) {
        const TextStyle style{.cap_height = 10, .colour = kText};
        draw_text(sheet, {kMargin, tiles_y + 4.0}, fitted(nothing_found, width - 2 * kMargin, style), style);
    }
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const int column = static_cast<int>(i) % kColumns, row = static_cast<int>(i) / kColumns;
        draw_tile(sheet, volume, findings[i], kMargin + column * (kTile + kGap + 2),
                  tiles_y + row * (kTile + kTileText + kGap));
    }
    draw_footer(sheet, notes);
    return sheet;
}

}  // namespace huizhen::imaging
