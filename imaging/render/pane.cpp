#include <huizhen/base/check.h>
#include <huizhen/render/colour_map.h>
#include <huizhen/render/pane.h>
#include <huizhen/render/text.h>

namespace huizhen::imaging {
namespace {

// Patient directions of a pane's x (to the right) and y (down).
std::pair<Vec3, Vec3> axes(Plane plane) {
    switch (plane) {
        case Plane::kAxial: return {{1, 0, 0}, {0, 1, 0}};
        case Plane::kCoronal: return {{1, 0, 0}, {0, 0, -1}};
        case Plane::kSagittal: return {{0, 1, 0}, {0, 0, -1}};
    }
    return {};
}

// Weights of Catmull-Rom's cubic for the samples at -1, 0, 1, 2.
std::array<double, 4> cubic(double t) {
    const double t2 = t * t, t3 = t2 * t;
    return {-0.5 * t + t2 - 0.5 * t3, 1 - 2.5 * t2 + 1.5 * t3, 0.5 * t + 2 * t2 - 1.5 * t3,
            -0.5 * t2 + 0.5 * t3};
}

double cubic_hu(const Volume& volume, Vec3 voxel) {
    const auto floor = [](double v) { return static_cast<int>(std::floor(v)); };
    const int x = floor(voxel.x), y = floor(voxel.y), z = floor(voxel.z);
    const auto wx = cubic(voxel.x - x), wy = cubic(voxel.y - y), wz = cubic(voxel.z - z);
    double sum = 0;
    for (int k = 0; k < 4; ++k) {
        for (int j = 0; j < 4; ++j) {
            double row = 0;
            for (int i = 0; i < 4; ++i) row += wx[i] * volume.clamped(x + i - 1, y + j - 1, z + k - 1);
            sum += wz[k] * wy[j] * row;
        }
    }
    return sum;
}

// Trilinear; zero outside the grid.
template <typename Voxel>
double linear(const Grid<Voxel>& grid, Vec3 voxel) {
    const Size3 size = grid.size();
    if (voxel.x < -1 || voxel.y < -1 || voxel.z < -1 || voxel.x > size.x || voxel.y > size.y ||
        voxel.z > size.z)
        return 0;
    const auto floor = [](double v) { return static_cast<int>(std::floor(v)); };
    const int x = floor(voxel.x), y = floor(voxel.y), z = floor(voxel.z);
    double sum = 0;
    for (int corner = 0; corner < 8; ++corner) {
        const int i = corner & 1, j = (corner >> 1) & 1, k = corner >> 2;
        if (!grid.contains(x + i, y + j, z + k)) continue;
        const double tx = voxel.x - x, ty = voxel.y - y, tz = voxel.z - z;
        sum += (i != 0 ? tx : 1 - tx) * (j != 0 ? ty : 1 - ty) * (k != 0 ? tz : 1 - tz) *
               static_cast<double>(grid.at(x + i, y + j, z + k));
    }
    return sum;
}

Vec3 patient_of(const PaneView& view, int x, int y) { return view.to_patient({x + 0.5, y + 0.5}); }

bool inside(const Size3& size, Vec3 v) {
    return v.x >= -0.5 && v.y >= -0.5 && v.z >= -0.5 && v.x <= size.x - 0.5 && v.y <= size.y - 0.5 &&
           v.z <= size.z - 0.5;
}

}  // namespace

std::uint8_t Window::grey(double hu) const {
    return static_cast<std::uint8_t>(
        std::lround(std::clamp((hu - (level - width / 2)) / width, 0.0, 1.0) * 255));
}

Vec3 PaneView::to_patient(Point2 pixel) const {
    const auto [right, down] = axes(plane);
    return centre_mm + ((pixel.x - pixels / 2.0) * mm_per_pixel()) * right +
           ((pixel.y - pixels / 2.0) * mm_per_pixel()) * down;
}

Point2 PaneView::to_pixel(Vec3 patient_mm) const {
    const auto [right, down] = axes(plane);
    const Vec3 offset = patient_mm - centre_mm;
    return {pixels / 2.0 + dot(offset, right) / mm_per_pixel(),
            pixels / 2.0 + dot(offset, down) / mm_per_pixel()};
}

std::array<std::string_view, 4> PaneView::edge_letters() const {
    switch (plane) {
        case Plane::kAxial: return {"R", "L", "A", "P"};
        case Plane::kCoronal: return {"R", "L", "H", "F"};
        case Plane::kSagittal: return {"A", "P", "H", "F"};
    }
    return {};
}

Picture render_ct(const Volume& volume, const PaneView& view, Window window) {
    HZ_CHECK(!volume.empty() && view.field_mm > 0, "there is something to show");
    Picture pane(view.pixels, view.pixels);
    for (int y = 0; y < view.pixels; ++y) {
        for (int x = 0; x < view.pixels; ++x) {
            const Vec3 voxel = volume.geometry().to_voxel(patient_of(view, x, y));
            if (!inside(volume.size(), voxel)) continue;
            const std::uint8_t grey = window.grey(cubic_hu(volume, voxel));
            pane.set(x, y, {grey, grey, grey});
        }
    }
    return pane;
}

void draw_outline(Picture& pane, const PaneView& view, const Mask& mask, Rgb colour, double width) {
    if (mask.empty()) return;
    const int n = view.pixels;
    const auto index = [n](int x, int y) {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(n) + static_cast<std::size_t>(x);
    };
    std::vector<double> field(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
    for (int y = 0; y < n; ++y) {
        for (int x = 0; x < n; ++x)
            field[index(x, y)] = linear(mask, mask.geometry().to_voxel(patient_of(view, x, y)));
    }
    // The distance to the one-half line is the field's excess over its slope.
    for (int y = 1; y + 1 < n; ++y) {
        for (int x = 1; x + 1 < n; ++x) {
            const double dx = (field[index(x + 1, y)] - field[index(x - 1, y)]) / 2;
            const double dy = (field[index(x, y + 1)] - field[index(x, y - 1)]) / 2;
            const double slope = std::hypot(dx, dy);
            if (slope < 1e-6) continue;
            const double distance = std::abs(field[index(x, y)] - 0.5) / slope;
            pane.blend(x, y, colour, std::clamp(width / 2 + 0.5 - distance, 0.0, 1.0));
        }
    }
}

void draw_evidence(Picture& pane, const PaneView& view, const Grid<float>& evidence, double opacity) {
    if (evidence.empty()) return;
    for (int y = 0; y < view.pixels; ++y) {
        for (int x = 0; x < view.pixels; ++x) {
            const double value = linear(evidence, evidence.geometry().to_voxel(patient_of(view, x, y)));
            pane.blend(x, y, inferno(value), opacity * evidence_opacity(value));
        }
    }
}

void draw_ruler(Picture& pane, const PaneView& view) {
    const double pixels_per_mm = 1 / view.mm_per_pixel();
    const int length_mm = static_cast<int>(view.field_mm * 0.5 / 10) * 10;
    if (length_mm < 10) return;
    const double y = pane.height() - 10, x0 = 10;
    const Rgb colour{225, 225, 225};
    // Millimetre ticks only where they stay apart.
    const int step_mm = pixels_per_mm >= 4 ? 1 : (pixels_per_mm >= 1.2 ? 5 : 10);
    pane.line({x0, y}, {x0 + length_mm * pixels_per_mm, y}, 3.0, {0, 0, 0}, 0.6);
    pane.line({x0, y}, {x0 + length_mm * pixels_per_mm, y}, 1.2, colour);
    for (int mm = 0; mm <= length_mm; mm += step_mm) {
        const double height = mm % 10 == 0 ? 8 : (mm % 5 == 0 ? 5.5 : 3);
        const double x = x0 + mm * pixels_per_mm;
        pane.line({x, y}, {x, y - height}, 2.4, {0, 0, 0}, 0.5);
        pane.line({x, y}, {x, y - height}, 1.1, colour);
    }
    const TextStyle style{.cap_height = 7.5, .colour = colour, .halo = true};
    draw_text(pane, {x0 + length_mm * pixels_per_mm + 5, y + 1}, std::to_string(length_mm) + " mm", style);
}

void draw_orientation(Picture& pane, const PaneView& view) {
    const auto letters = view.edge_letters();
    const TextStyle style{.cap_height = 9.5, .colour = {255, 214, 102}, .weight = 1.15, .halo = true};
    const double middle_x = pane.width() / 2.0, middle_y = pane.height() / 2.0 + style.cap_height / 2;
    const auto half = [&](std::string_view letter) { return text_width(letter, style) / 2; };
    draw_text(pane, {6, middle_y}, letters[0], style);
    draw_text(pane, {pane.width() - 6 - 2 * half(letters[1]), middle_y}, letters[1], style);
    draw_text(pane, {middle_x - half(letters[2]), 6 + style.cap_height}, letters[2], style);
    draw_text(pane, {middle_x - half(letters[3]), pane.height() - 27.0}, letters[3], style);
}

}  // namespace huizhen::imaging
