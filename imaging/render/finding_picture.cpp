#include <huizhen/render/colour_map.h>
#include <huizhen/render/finding_picture.h>

#include "layout.h"

namespace huizhen::imaging {
namespace {

using namespace layout;

constexpr int kPane = 310;
constexpr int kHeader = 112;
constexpr int kColumnTitle = 20;
constexpr int kFooter = 48;
constexpr std::array kPlanes = {Plane::kAxial, Plane::kCoronal, Plane::kSagittal};
constexpr std::array<std::string_view, 3> kPlaneNames = {"Axial", "Coronal", "Sagittal"};

int column_x(int column) { return kMargin + column * (kPane + kGap); }

// The whole section at the finding's place, with a frame around what the other panes show.
Picture overview(const Volume& volume, const PictureFinding& finding, Plane plane, double zoom_mm) {
    const Box box = box_of(volume);
    const Vec3 extent = box.high - box.low;
    PaneView view{.plane = plane, .centre_mm = 0.5 * (box.low + box.high), .pixels = kPane};
    view.field_mm = 1.02 * std::max({extent.x, extent.y, plane == Plane::kAxial ? 0.0 : extent.z});
    // The middle of the volume in the plane, the finding's own place across it.
    if (plane == Plane::kAxial) view.centre_mm.z = finding.centre_mm.z;
    if (plane == Plane::kCoronal) view.centre_mm.y = finding.centre_mm.y;
    Picture pane = render_ct(volume, view);
    const Point2 centre = view.to_pixel(finding.centre_mm);
    const int side = static_cast<int>(std::lround(zoom_mm / view.mm_per_pixel()));
    pane.frame(static_cast<int>(std::lround(centre.x - side / 2.0)),
               static_cast<int>(std::lround(centre.y - side / 2.0)), side, side, kMarker, 2);
    draw_ruler(pane, view);
    draw_orientation(pane, view);
    return pane;
}

void draw_header(Picture& picture, const PictureFinding& finding) {
    draw_text(picture, {kMargin, 34}, finding.title, {.cap_height = 15, .colour = kText, .weight = 1.25});
    double y = 58;
    for (const std::string& line : finding.caption) {
        const TextStyle style{.cap_height = 9.5, .colour = y < 60 ? kText : kDim};
        draw_text(picture, {kMargin, y}, fitted(line, picture.width() - 2 * kMargin, style), style);
        y += 19;
    }
}

void draw_legend(Picture& picture, int x, int y, const PictureFinding& finding) {
    constexpr int kBarWidth = 200, kBarHeight = 10;
    const TextStyle style{.cap_height = 8, .colour = kDim};
    const double baseline = y + kBarHeight - 1;
    const std::string name = "Evidence (" + finding.evidence_name + ", relative to its own maximum):  0";
    draw_text(picture, {static_cast<double>(x), baseline}, name, style);
    const int bar = x + static_cast<int>(text_width(name, style)) + 8;
    for (int i = 0; i < kBarWidth; ++i) {
        const double value = (i + 0.5) / kBarWidth;
        // Over mid grey, as over soft tissue, so that the legend shows the opacity too.
        picture.fill(bar + i, y, 1, kBarHeight, {120, 120, 120});
        picture.fill(bar + i, y, 1, kBarHeight, inferno(value), 0.65 * evidence_opacity(value));
    }
    picture.frame(bar - 1, y - 1, kBarWidth + 2, kBarHeight + 2, kRule);
    draw_text(picture, {bar + kBarWidth + 8.0, baseline}, "1", style);
    const double after = bar + kBarWidth + 40;
    picture.line({after, y + 5.0}, {after + 22, y + 5.0}, 1.8, kOutline);
    draw_text(picture, {after + 30, baseline}, "outline of the segmentation", style);
    draw_text(picture, {after + 250, baseline}, "lung window W 1500 L -600 HU", style);
}

}  // namespace

Picture render_finding(const Volume& volume, const PictureFinding& finding, const PictureNotes& notes) {
    const bool has_evidence = finding.evidence != nullptr && !finding.evidence->empty();
    const int rows = 2;
    const int top = kHeader + kColumnTitle;
    const int legend_y = top + rows * (kPane + kGap) + 2;
    Picture picture(2 * kMargin + 4 * kPane + 3 * kGap, legend_y + 24 + kFooter, kBackground);
    draw_header(picture, finding);

    const double zoom_mm = zoom_field_mm(finding.long_axis_mm);
    const TextStyle column_title{.cap_height = 8.5, .colour = kDim};
    draw_text(picture, {static_cast<double>(column_x(0)), kHeader + 12.0}, "Where", column_title);
    picture.paste(overview(volume, finding, Plane::kAxial, zoom_mm), column_x(0), top);
    picture.paste(overview(volume, finding, Plane::kCoronal, zoom_mm), column_x(0), top + kPane + kGap);

    for (int column = 1; column <= 3; ++column) {
        const auto plane = static_cast<std::size_t>(column - 1);
        const PaneView view{
            .plane = kPlanes.at(plane), .centre_mm = finding.centre_mm, .field_mm = zoom_mm, .pixels = kPane};
        const std::string name = std::string(kPlaneNames.at(plane)) + ", " +
                                 std::to_string(static_cast<int>(std::lround(zoom_mm))) + " mm wide";
        draw_text(picture, {static_cast<double>(column_x(column)), kHeader + 12.0}, name, column_title);
        Picture plain = render_ct(volume, view);
        Picture marked = plain;
        if (has_evidence) draw_evidence(marked, view, *finding.evidence);
        if (finding.outline != nullptr) draw_outline(marked, view, *finding.outline, kOutline);
        for (Picture* pane : {&plain, &marked}) {
            draw_ruler(*pane, view);
            draw_orientation(*pane, view);
        }
        picture.paste(plain, column_x(column), top);
        picture.paste(marked, column_x(column), top + kPane + kGap);
    }
    if (has_evidence) draw_legend(picture, kMargin, legend_y, finding);
    draw_footer(picture, notes);
    return picture;
}

}  // namespace huizhen::imaging
