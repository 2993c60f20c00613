#pragma once

// An 8-bit RGB picture, the few things drawn on it, and its PNG file. Values; one thread at a time per
// picture.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::imaging {

struct Rgb {
    std::uint8_t r = 0, g = 0, b = 0;
    friend bool operator==(Rgb, Rgb) = default;
};

// Pixel coordinates have their origin in the top left corner; (0.5, 0.5) is the middle of the first pixel.
struct Point2 {
    double x = 0, y = 0;
};

class Picture {
  public:
    Picture(int width, int height, Rgb fill = {});

    int width() const { return width_; }
    int height() const { return height_; }
    bool contains(int x, int y) const { return x >= 0 && y >= 0 && x < width_ && y < height_; }
    Rgb at(int x, int y) const { return pixels_[index(x, y)]; }
    void set(int x, int y, Rgb colour) { pixels_[index(x, y)] = colour; }

    // Mixes `colour` over what is there; outside the picture nothing happens. `opacity` 0..1.
    void blend(int x, int y, Rgb colour, double opacity);
    void fill(int x, int y, int width, int height, Rgb colour, double opacity = 1.0);
    // Anti-aliased, round ends, `width` in pixels.
    void line(Point2 from, Point2 to, double width, Rgb colour, double opacity = 1.0);
    void frame(int x, int y, int width, int height, Rgb colour, int thickness = 1);
    void disc(Point2 centre, double radius, Rgb colour, double opacity = 1.0);
    void paste(const Picture& other, int x, int y);

    // Rows top to bottom, three bytes a pixel.
    std::span<const Rgb> pixels() const { return pixels_; }

  private:
    std::size_t index(int x, int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
    }
    int width_, height_;
    std::vector<Rgb> pixels_;
};

// PNG (ISO/IEC 15948), 8-bit RGB without time or text chunks: the same picture gives the same bytes.
Result<std::vector<std::byte>> encode_png(const Picture& image);
Status write_png(const Picture& image, const std::filesystem::path& path);

}  // namespace huizhen::imaging
