#include <png.h>

#include <huizhen/base/file.h>
#include <huizhen/render/colour_map.h>
#include <huizhen/render/picture.h>
#include <huizhen/test_support/data.h>

namespace huizhen::imaging {
namespace {

Picture gradient() {
    Picture image(37, 23);
    for (int y = 0; y < 23; ++y) {
        for (int x = 0; x < 37; ++x) {
            image.set(x, y, {static_cast<std::uint8_t>(6 * x), static_cast<std::uint8_t>(11 * y), 77});
        }
    }
    return image;
}

TEST(Png, holds_every_pixel) {
    const Picture image = gradient();
    const auto bytes = encode_png(image);
    ASSERT_TRUE(bytes);
    png_image read{};
    read.version = PNG_IMAGE_VERSION;
    ASSERT_NE(png_image_begin_read_from_memory(&read, bytes->data(), bytes->size()), 0);
    read.format = PNG_FORMAT_RGB;
    ASSERT_EQ(read.width, 37U);
    ASSERT_EQ(read.height, 23U);
    std::vector<Rgb> pixels(37 * 23);
    ASSERT_NE(png_image_finish_read(&read, nullptr, pixels.data(), 0, nullptr), 0);
    EXPECT_TRUE(std::ranges::equal(pixels, image.pixels()));
}

TEST(Png, the_same_picture_gives_the_same_bytes) {
    EXPECT_EQ(encode_png(gradient()).value(), encode_png(gradient()).value());
}

TEST(Png, says_so_when_the_folder_is_not_there) {
    const testing::TemporaryFolder folder;
    EXPECT_FALSE(write_png(gradient(), folder.path() / "absent" / "a.png"));
    ASSERT_TRUE(write_png(gradient(), folder.path() / "a.png"));
    EXPECT_EQ(read_file(folder.path() / "a.png", 1 << 20).value(), encode_png(gradient()).value());
}

TEST(Picture, drawing_stays_inside_the_picture) {
    Picture image(10, 10, {9, 9, 9});
    image.line({-50, -50}, {50, 50}, 3, {255, 255, 255});
    image.fill(-5, 8, 100, 100, {1, 2, 3});
    image.frame(-2, -2, 14, 14, {1, 1, 1});
    image.paste(Picture(8, 8, {4, 4, 4}), 6, 6);
    EXPECT_EQ(image.at(3, 3), (Rgb{255, 255, 255}));
    EXPECT_EQ(image.at(0, 9), (Rgb{1, 2, 3}));
    EXPECT_EQ(image.at(9, 9), (Rgb{4, 4, 4}));
    EXPECT_EQ(image.at(9, 0), (Rgb{9, 9, 9}));
}

TEST(Picture, blend_mixes_by_opacity) {
    Picture image(1, 1, {0, 100, 200});
    image.blend(0, 0, {100, 100, 100}, 0.5);
    EXPECT_EQ(image.at(0, 0), (Rgb{50, 100, 150}));
    image.blend(0, 0, {7, 8, 9}, 2.0);
    EXPECT_EQ(image.at(0, 0), (Rgb{7, 8, 9}));
}

double lightness(Rgb c) { return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b; }

// What makes it readable without telling colours apart.
TEST(ColourMap, gets_lighter_with_every_step) {
    for (int i = 1; i <= 64; ++i)
        EXPECT_GT(lightness(inferno(i / 64.0)), lightness(inferno((i - 1) / 64.0))) << i;
}

TEST(ColourMap, goes_through_its_published_ends_and_clamps) {
    EXPECT_EQ(inferno(0), (Rgb{0, 0, 4}));
    EXPECT_EQ(inferno(1), (Rgb{252, 255, 164}));
    EXPECT_EQ(inferno(-3), inferno(0));
    EXPECT_EQ(inferno(3), inferno(1));
}

TEST(ColourMap, no_evidence_is_not_drawn) {
    EXPECT_EQ(evidence_opacity(0), 0);
    EXPECT_EQ(evidence_opacity(0.1), 0);
    EXPECT_GT(evidence_opacity(0.2), 0);
    EXPECT_EQ(evidence_opacity(1), 1);
}

}  // namespace
}  // namespace huizhen::imaging
