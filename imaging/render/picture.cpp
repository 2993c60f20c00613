#include <huizhen/base/check.h>
#include <huizhen/render/picture.h>

namespace huizhen::imaging {
namespace {

double distance_to_segment(Point2 p, Point2 a, Point2 b) {
    const double dx = b.x - a.x, dy = b.y - a.y;
    const double length2 = dx * dx + dy * dy;
    const double t =
        length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0.0;
    return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

}  // namespace

Picture::Picture(int width, int height, Rgb fill) : width_(width), height_(height) {
    HZ_CHECK(width > 0 && height > 0 && width <= 16384 && height <= 16384, "a picture has a sensible size");
    pixels_.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), fill);
}

void Picture::blend(int x, int y, Rgb colour, double opacity) {
    if (!contains(x, y)) return;
    const double a = std::clamp(opacity, 0.0, 1.0);
    const auto mix = [a](std::uint8_t below, std::uint8_t above) {
        return static_cast<std::uint8_t>(std::lround(below + a * (above - below)));
    };
    Rgb& pixel = pixels_[index(x, y)];
    pixel = {mix(pixel.r, colour.r), mix(pixel.g, colour.g), mix(pixel.b, colour.b)};
}

void Picture::fill(int x, int y, int width, int height, Rgb colour, double opacity) {
    for (int row = y; row < y + height; ++row) {
        for (int column = x; column < x + width; ++column) blend(column, row, colour, opacity);
    }
}

void Picture::line(Point2 from, Point2 to, double width, Rgb colour, double opacity) {
    const double reach = width / 2 + 1;
    const int x0 = static_cast<int>(std::floor(std::min(from.x, to.x) - reach));
    const int x1 = static_cast<int>(std::ceil(std::max(from.x, to.x) + reach));
    const int y0 = static_cast<int>(std::floor(std::min(from.y, to.y) - reach));
    const int y1 = static_cast<int>(std::ceil(std::max(from.y, to.y) + reach));
    for (int y = y0; y <= y1; ++y) {
        for (int x = x0; x <= x1; ++x) {
            const double distance = distance_to_segment({x + 0.5, y + 0.5}, from, to);
            const double coverage = std::clamp(width / 2 + 0.5 - distance, 0.0, 1.0);
            if (coverage > 0) blend(x, y, colour, opacity * coverage);
        }
    }
}

void Picture::frame(int x, int y, int width, int height, Rgb colour, int thickness) {
    fill(x, y, width, thickness, colour);
    fill(x, y + height - thickness, width, thickness, colour);
    fill(x, y + thickness, thickness, height - 2 * thickness, colour);
    fill(x + width - thickness, y + thickness, thickness, height - 2 * thickness, colour);
}

void Picture::disc(Point2 centre, double radius, Rgb colour, double opacity) {
    line(centre, centre, 2 * radius, colour, opacity);
}

void Picture::paste(const Picture& other, int x, int y) {
    for (int row = 0; row < other.height(); ++row) {
        for (int column = 0; column < other.width(); ++column) {
            if (contains(x + column, y + row)) set(x + column, y + row, other.at(column, row));
        }
    }
}

}  // namespace huizhen::imaging
