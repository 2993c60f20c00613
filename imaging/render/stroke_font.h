#pragma once

// The glyphs of the stroke font as pen strokes.

#include <vector>

#include <huizhen/render/picture.h>

namespace huizhen::imaging::font {

inline constexpr double kCapHeight = 12;  // glyph units; the baseline is 0, y runs up, descenders reach -4

struct Glyph {
    double width = 0;
    std::vector<std::vector<Point2>> strokes;  // polylines
};

const Glyph& glyph(char c);

}  // namespace huizhen::imaging::font
