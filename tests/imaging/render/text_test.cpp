#include <set>

#include <huizhen/render/text.h>

#include "stroke_font.h"

namespace huizhen::imaging {
namespace {

std::vector<Rgb> drawn(std::string_view text, const TextStyle& style = {.cap_height = 20}) {
    Picture image(60, 50);
    draw_text(image, {20, 35}, text, style);
    return {image.pixels().begin(), image.pixels().end()};
}

// The fallback box counts as one more picture, so a letter missing from the table shows up.
TEST(Text, every_printable_character_looks_different) {
    std::set<std::vector<std::tuple<int, int, int>>> pictures;
    const auto add = [&](std::string_view text) {
        std::vector<std::tuple<int, int, int>> picture;
        for (const Rgb p : drawn(text)) picture.emplace_back(p.r, p.g, p.b);
        return pictures.insert(picture).second;
    };
    EXPECT_TRUE(add("\x7f"));
    for (char c = ' '; c < 127; ++c) EXPECT_TRUE(add(std::string(1, c))) << c;
}

TEST(Text, bytes_outside_ascii_show_as_a_box) {
    EXPECT_EQ(drawn("\xc3"), drawn("\x7f"));
    EXPECT_NE(drawn("\xc3"), drawn(" "));
}

TEST(Text, width_is_where_the_ink_ends) {
    const TextStyle style{.cap_height = 24};
    Picture image(400, 60);
    draw_text(image, {10, 40}, "Right lung 12.5 mm", style);
    int last = 0;
    for (int y = 0; y < 60; ++y) {
        for (int x = 0; x < 400; ++x) {
            if (image.at(x, y).r > 127) last = std::max(last, x);
        }
    }
    EXPECT_NEAR(last - 10, text_width("Right lung 12.5 mm", style), 3.0);
}

TEST(Text, digits_are_equally_wide) {
    const TextStyle style{.cap_height = 10};
    EXPECT_DOUBLE_EQ(text_width("111", style), text_width("888", style));
}

TEST(Text, capitals_are_as_high_as_asked) {
    Picture image(60, 60);
    draw_text(image, {20, 50}, "H", {.cap_height = 30});
    int top = 60, bottom = 0;
    for (int y = 0; y < 60; ++y) {
        for (int x = 0; x < 60; ++x) {
            if (image.at(x, y).r > 127) top = std::min(top, y), bottom = std::max(bottom, y);
        }
    }
    EXPECT_NEAR(bottom - top, 30, 5);  // and the pen's width
}

TEST(Text, a_halo_darkens_what_lies_behind) {
    Picture plain(60, 60, {200, 200, 200}), rimmed(60, 60, {200, 200, 200});
    draw_text(plain, {20, 40}, "X", {.cap_height = 20});
    draw_text(rimmed, {20, 40}, "X", {.cap_height = 20, .halo = true});
    const auto darkest = [](const Picture& image) {
        return std::ranges::min(image.pixels(), {}, [](Rgb p) { return p.r; }).r;
    };
    EXPECT_EQ(darkest(plain), 200);
    EXPECT_LT(darkest(rimmed), 100);
}

}  // namespace
}  // namespace huizhen::imaging
