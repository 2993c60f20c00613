#include <numeric>

#include <gtest/gtest.h>

#include <huizhen/training/augment.h>

namespace huizhen::engine {
namespace {

constexpr PlaneAugmentation kStillPlane{
    .turn = false, .mirror = false, .scale = 0, .shift = 0, .contrast = 0, .brightness = 0, .noise = 0};
constexpr VolumeAugmentation kStillCube{
    .turn_axial = false, .tilt_degrees = 0, .mirror = false, .scale = 0, .shift = 0, .offset = 0, .noise = 0};

std::vector<float> ramp(std::size_t count) {
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0F);
    return values;
}

double distance(std::span<const float> a, std::span<const float> b) {
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
    return worst;
}

TEST(Augment, without_any_change_gives_the_picture_back) {
    Philox random(1);
    const auto plane = ramp(49), cube = ramp(1000);
    std::vector<float> out(49), inner(216), wanted(216);
    augment_plane(plane, 7, kStillPlane, random, out);
    EXPECT_LT(distance(plane, out), 1e-4);
    augment_slab(cube, {10, 10}, {6, 6}, kStillCube, random, inner);
    middle_slab(cube, {10, 10}, {6, 6}, wanted);
    EXPECT_EQ(wanted.front(), 222.0F);  // (2, 2, 2) of 10^3
    EXPECT_LT(distance(wanted, inner), 1e-3);
}

TEST(Augment, one_slice_goes_on_unchanged_above_and_below) {
    Philox random(1);
    const auto slice = ramp(100);
    std::vector<float> out(3 * 36), wanted(36);
    augment_slab(slice, {1, 10}, {3, 6}, kStillCube, random, out);
    middle_slab(slice, {1, 10}, {1, 6}, wanted);
    EXPECT_EQ(wanted.front(), 22.0F);  // (2, 2) of 10^2
    for (std::size_t z = 0; z < 3; ++z) {
        EXPECT_LT(distance(std::span(out).subspan(z * 36, 36), wanted), 1e-4) << z;
    }
}

TEST(Augment, repeats_with_the_generator_and_differs_without) {
    const auto cube = ramp(1000);
    std::vector<float> a(216), b(216), c(216);
    Philox first(4), again(4);
    const VolumeAugmentation how{.tilt_degrees = 15, .scale = 0.1, .shift = 1, .offset = 0.1, .noise = 0.1};
    augment_slab(cube, {10, 10}, {6, 6}, how, first, a);
    augment_slab(cube, {10, 10}, {6, 6}, how, again, b);
    augment_slab(cube, {10, 10}, {6, 6}, how, first, c);
    EXPECT_EQ(a, b);
    EXPECT_NE(a, c);
}

// A ball in the middle of the cube stays that ball under every turn, tilt and mirror: lengths are kept.
TEST(Augment, turning_keeps_lengths) {
    constexpr int kSide = 21;
    std::vector<float> ball;
    for (int z = 0; z < kSide; ++z) {
        for (int y = 0; y < kSide; ++y) {
            for (int x = 0; x < kSide; ++x) {
                const double r =
                    std::sqrt((x - 10.0) * (x - 10) + (y - 10.0) * (y - 10) + (z - 10.0) * (z - 10));
                ball.push_back(static_cast<float>(std::max(0.0, 8 - r)));
            }
        }
    }
    Philox random(2);
    std::vector<float> out(ball.size());
    for (int k = 0; k < 8; ++k) {
        augment_slab(ball, {kSide, kSide}, {kSide, kSide}, {.tilt_degrees = 40, .shift = 0}, random, out);
        EXPECT_LT(distance(ball, out), 0.9);  // interpolation rounds the tip
        const double before = std::accumulate(ball.begin(), ball.end(), 0.0);
        EXPECT_NEAR(std::accumulate(out.begin(), out.end(), 0.0) / before, 1.0, 0.01);
    }
}

TEST(Augment, scale_changes_size_by_no_more_than_asked) {
    constexpr int kSide = 33;
    std::vector<float> disc;
    for (int y = 0; y < kSide; ++y) {
        for (int x = 0; x < kSide; ++x)
            disc.push_back((x - 16) * (x - 16) + (y - 16) * (y - 16) <= 64 ? 1.0F : 0.0F);
    }
    const double area = std::accumulate(disc.begin(), disc.end(), 0.0);
    Philox random(2);
    auto how = kStillPlane;
    how.scale = 0.2;
    std::vector<float> out(disc.size());
    double smallest = 10, largest = 0;
    for (int k = 0; k < 40; ++k) {
        augment_plane(disc, kSide, how, random, out);
        const double ratio = std::accumulate(out.begin(), out.end(), 0.0) / area;
        smallest = std::min(smallest, ratio);
        largest = std::max(largest, ratio);
    }
    EXPECT_GT(smallest, std::exp(-0.4) - 0.05);
    EXPECT_LT(largest, std::exp(0.4) + 0.05);
    EXPECT_LT(smallest, 0.85);
    EXPECT_GT(largest, 1.2);
}

TEST(Augment, noise_has_the_deviation_asked_for) {
    std::vector<float> flat(27000, 0.0F), out(flat.size());
    Philox random(8);
    auto how = kStillCube;
    how.noise = 0.5;
    augment_slab(flat, {30, 30}, {30, 30}, how, random, out);
    double squares = 0;
    for (const float v : out) squares += static_cast<double>(v) * static_cast<double>(v);
    EXPECT_NEAR(std::sqrt(squares / static_cast<double>(out.size())), 0.5, 0.01);
}

}  // namespace
}  // namespace huizhen::engine
