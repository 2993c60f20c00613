#include "layout.h"

namespace huizhen::imaging::layout {

Box box_of(const Volume& volume) {
    const Size3 size = volume.size();
    Box box{volume.geometry().to_patient({0, 0, 0}), volume.geometry().to_patient({0, 0, 0})};
    for (int corner = 1; corner < 8; ++corner) {
        const Vec3 p = volume.geometry().to_patient({(corner & 1) != 0 ? size.x - 1.0 : 0.0,
                                                     (corner & 2) != 0 ? size.y - 1.0 : 0.0,
                                                     (corner & 4) != 0 ? size.z - 1.0 : 0.0});
        box.low = {std::min(box.low.x, p.x), std::min(box.low.y, p.y), std::min(box.low.z, p.z)};
        box.high = {std::max(box.high.x, p.x), std::max(box.high.y, p.y), std::max(box.high.z, p.z)};
    }
    return box;
}

double zoom_field_mm(double long_axis_mm) { return std::clamp(3 * long_axis_mm, 40.0, 120.0); }

std::string fitted(const std::string& text, double width, const TextStyle& style) {
    if (text_width(text, style) <= width) return text;
    std::string shorter = text;
    while (!shorter.empty() && text_width(shorter + "...", style) > width) shorter.pop_back();
    return shorter + "...";
}

void draw_footer(Picture& picture, const PictureNotes& notes) {
    const double baseline = picture.height() - 16;
    picture.fill(kMargin, picture.height() - 38, picture.width() - 2 * kMargin, 1, kRule);
    const TextStyle strong{.cap_height = 9, .colour = kMarker, .weight = 1.15};
    const TextStyle dim{.cap_height = 8, .colour = kDim};
    draw_text(picture, {kMargin, baseline}, notes.intended_use, strong);
    const double room = picture.width() - 3.0 * kMargin - text_width(notes.intended_use, strong);
    const std::string origin = fitted(notes.origin, room, dim);
    draw_text(picture, {picture.width() - kMargin - text_width(origin, dim), baseline}, origin, dim);
}

}  // namespace huizhen::imaging::layout
