#include <huizhen/render/text.h>

#include "stroke_font.h"

namespace huizhen::imaging {
namespace {

constexpr double kLetterGap = 3.4;  // glyph units

double pen_width(const TextStyle& style) { return std::max(1.05, 0.115 * style.cap_height) * style.weight; }

// Coverage of each pixel by the pen, so that crossing strokes do not add up.
class Coverage {
  public:
    Coverage(int x, int y, int width, int height)
        : x_(x),
          y_(y),
          width_(width),
          height_(height),
          values_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0.0F) {}

    void segment(Point2 a, Point2 b, double pen) {
        const double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy, reach = pen / 2 + 1;
        const auto clamp = [](double v, int low, int high) {
            return std::clamp(static_cast<int>(v), low, high);
        };
        const int x0 = clamp(std::floor(std::min(a.x, b.x) - reach), x_, x_ + width_);
        const int x1 = clamp(std::ceil(std::max(a.x, b.x) + reach), x_, x_ + width_);
        const int y0 = clamp(std::floor(std::min(a.y, b.y) - reach), y_, y_ + height_);
        const int y1 = clamp(std::ceil(std::max(a.y, b.y) + reach), y_, y_ + height_);
        for (int y = y0; y < y1; ++y) {
            for (int x = x0; x < x1; ++x) {
                const double px = x + 0.5 - a.x, py = y + 0.5 - a.y;
                const double t = length2 > 0 ? std::clamp((px * dx + py * dy) / length2, 0.0, 1.0) : 0.0;
                const double distance = std::hypot(px - t * dx, py - t * dy);
                const auto covered = static_cast<float>(std::clamp(pen / 2 + 0.5 - distance, 0.0, 1.0));
                float& value = values_[static_cast<std::size_t>(y - y_) * static_cast<std::size_t>(width_) +
                                       static_cast<std::size_t>(x - x_)];
                value = std::max(value, covered);
            }
        }
    }

    void paint(Picture& image, Rgb colour, double opacity) const {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (values_[i] <= 0) continue;
            const auto width = static_cast<std::size_t>(width_);
            image.blend(x_ + static_cast<int>(i % width), y_ + static_cast<int>(i / width), colour,
                        opacity * static_cast<double>(values_[i]));
        }
    }

  private:
    int x_, y_, width_, height_;
    std::vector<float> values_;
};

void paint(Picture& image, Point2 at, std::string_view text, const TextStyle& style, double pen, Rgb colour,
           double opacity) {
    const double scale = style.cap_height / font::kCapHeight, margin = pen + 2;
    Coverage coverage(static_cast<int>(at.x - margin),
                      static_cast<int>(at.y - 1.25 * style.cap_height - margin),
                      static_cast<int>(text_width(text, style) + 2 * margin) + 1,
                      static_cast<int>(1.75 * style.cap_height + 2 * margin) + 1);
    double x = at.x;
    for (const char c : text) {
        const font::Glyph& glyph = font::glyph(c);
        for (const auto& stroke : glyph.strokes) {
            for (std::size_t i = 0; i + 1 < stroke.size(); ++i) {
                coverage.segment({x + scale * stroke[i].x, at.y - scale * stroke[i].y},
                                 {x + scale * stroke[i + 1].x, at.y - scale * stroke[i + 1].y}, pen);
            }
        }
        x += scale * (glyph.width + kLetterGap);
    }
    coverage.paint(image, colour, opacity);
}

}  // namespace

double text_width(std::string_view text, const TextStyle& style) {
    double units = 0;
    for (const char c : text) units += font::glyph(c).width + kLetterGap;
    return std::max(0.0, units - kLetterGap) * style.cap_height / font::kCapHeight;
}

void draw_text(Picture& image, Point2 left_baseline, std::string_view text, const TextStyle& style) {
    if (text.empty()) return;
    const double pen = pen_width(style);
    if (style.halo) paint(image, left_baseline, text, style, pen + 2.6, {0, 0, 0}, 0.75);
    paint(image, left_baseline, text, style, pen, style.colour, 1.0);
}

}  // namespace huizhen::imaging
