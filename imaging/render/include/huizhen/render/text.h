#pragma once

// Small text from our own stroke font: printable ASCII, any size, anti-aliased; other bytes show as a box.

#include <string_view>

#include <huizhen/render/picture.h>

namespace huizhen::imaging {

struct TextStyle {
    double cap_height = 10;  // of a capital letter, pixels
    Rgb colour{255, 255, 255};
    double weight = 1.0;  // 1 regular, 1.5 bold
    bool halo = false;    // a dark rim, for text on an image
};

double text_width(std::string_view text, const TextStyle& style);

// `left_baseline`: where the first letter stands.
void draw_text(Picture& image, Point2 left_baseline, std::string_view text, const TextStyle& style);

}  // namespace huizhen::imaging
