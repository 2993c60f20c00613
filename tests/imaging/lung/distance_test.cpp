#include <random>

#include <gtest/gtest.h>

#include <huizhen/base/check.h>
#include <huizhen/lung/distance.h>

namespace huizhen::imaging {
namespace {

Geometry spaced(double mm) {
    Geometry geometry;
    geometry.spacing_mm = {mm, mm, mm};
    return geometry;
}

Mask ball(int side, double radius, double mm) {
    Mask mask({side, side, side}, spaced(mm));
    const double c = 0.5 * (side - 1);
    for (int z = 0; z < side; ++z) {
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x)
                mask.at(x, y, z) = std::hypot(x - c, y - c, z - c) <= radius ? 1 : 0;
        }
    }
    return mask;
}

TEST(SquaredDistance, equals_brute_force) {
    Executor executor(2);
    Mask mask({21, 14, 9}, {});
    std::mt19937 random(3);
    std::bernoulli_distribution filled(0.02);
    for (std::uint8_t& voxel : mask.voxels()) voxel = filled(random) ? 1 : 0;
    const Grid<float> found = squared_distance_to(mask, 1, executor);
    for (int z = 0; z < 9; ++z) {
        for (int y = 0; y < 14; ++y) {
            for (int x = 0; x < 21; ++x) {
                int best = 1 << 20;
                for (int w = 0; w < 9; ++w) {
                    for (int v = 0; v < 14; ++v) {
                        for (int u = 0; u < 21; ++u) {
                            if (mask.at(u, v, w) == 0) continue;
                            best = std::min(best, (u - x) * (u - x) + (v - y) * (v - y) + (w - z) * (w - z));
                        }
                    }
                }
                ASSERT_EQ(found.at(x, y, z), static_cast<float>(best)) << x << ' ' << y << ' ' << z;
            }
        }
    }
}

TEST(SquaredDistance, is_far_where_there_is_nothing) {
    Executor executor(1);
    const Grid<float> found = squared_distance_to(Mask({5, 4, 3}, {}), 1, executor);
    for (const float d : found.voxels()) EXPECT_GE(d, kFarSquared);
}

TEST(SquaredDistance, refuses_a_grid_that_is_not_isotropic) {
    Executor executor(1);
    Geometry geometry;
    geometry.spacing_mm = {1, 1, 2.5};
    EXPECT_THROW(squared_distance_to(Mask({4, 4, 4}, geometry), 1, executor), InvariantBroken);
}

TEST(Morphology, closing_bridges_a_gap_narrower_than_the_ball_and_no_wider) {
    Executor executor(2);
    Mask mask({60, 40, 40}, spaced(2));  // a slab with a narrow and a wide slit, 2 mm voxels
    for (int z = 5; z < 35; ++z) {
        for (int y = 10; y < 30; ++y) {
            for (int x = 5; x < 55; ++x)
                mask.at(x, y, z) = (x >= 15 && x < 18) || (x >= 35 && x < 47) ? 0 : 1;
        }
    }
    const Mask closed = close_gaps(mask, 8, executor);
    EXPECT_EQ(closed.at(16, 20, 20), 1) << "6 mm are bridged by a ball of 16 mm";
    EXPECT_EQ(closed.at(41, 20, 20), 0) << "24 mm are not";
    for (std::size_t i = 0; i < mask.voxels().size(); ++i) ASSERT_LE(mask.voxels()[i], closed.voxels()[i]);
}

TEST(Morphology, opening_cuts_a_neck_and_keeps_the_body) {
    Executor executor(2);
    Mask mask = ball(41, 12, 1);
    for (int x = 0; x < 41; ++x) mask.at(x, 20, 20) = 1;
    const Mask opened = open_necks(mask, 3, executor);
    EXPECT_EQ(opened.at(2, 20, 20), 0);
    EXPECT_EQ(opened.at(20, 20, 30), 1);
}

TEST(Morphology, erosion_spares_what_the_scan_cuts_off) {
    Executor executor(1);
    Mask mask({20, 20, 10}, {});
    for (int z = 0; z < 10; ++z) {
        for (int y = 5; y < 15; ++y) {
            for (int x = 5; x < 15; ++x) mask.at(x, y, z) = 1;
        }
    }
    const Mask eroded = erode(mask, 3, executor);
    EXPECT_EQ(eroded.at(10, 10, 0), 1);
    EXPECT_EQ(eroded.at(6, 10, 5), 0);
}

TEST(SignedDistance, measures_a_ball_in_mm) {
    Executor executor(2);
    const Grid<float> depth = signed_distance_mm(ball(61, 20, 1.5), executor);
    EXPECT_NEAR(depth.at(30, 30, 30), 30, 1.0);
    EXPECT_NEAR(depth.at(30, 30, 40), 15, 1.0);
    EXPECT_NEAR(depth.at(30, 30, 56), -9, 1.0);
}

}  // namespace
}  // namespace huizhen::imaging
