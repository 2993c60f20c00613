#include <random>

#include <gtest/gtest.h>

#include <huizhen/lung/gaussian.h>

namespace huizhen::imaging {
namespace {

Grid<float> random_grid(Size3 size) {
    Grid<float> grid(size, {});
    std::mt19937 random(5);
    std::normal_distribution<float> hu(-800, 200);
    for (float& voxel : grid.voxels()) voxel = hu(random);
    return grid;
}

TEST(GaussianSmooth, equals_the_plain_reference) {
    Executor executor(2);
    // Widths below, at and beside the vector length, and lines shorter than the kernel.
    for (const Size3 size : {Size3{70, 9, 6}, Size3{33, 17, 5}, Size3{3, 4, 40}}) {
        for (const double sigma : {0.6, 1.0, 2.3}) {
            Grid<float> fast = random_grid(size), plain = fast;
            gaussian_smooth(fast, sigma, executor);
            gaussian_smooth_reference(plain, sigma);
            for (std::size_t i = 0; i < fast.voxels().size(); ++i) {
                ASSERT_NEAR(fast.voxels()[i], plain.voxels()[i], 0.01) << i << " sigma " << sigma;
            }
        }
    }
}

TEST(GaussianSmooth, keeps_a_constant_and_composes) {
    Executor executor(2);
    Grid<float> flat({20, 20, 20}, {}, -700.0F);
    gaussian_smooth(flat, 1.7, executor);
    for (const float v : flat.voxels()) ASSERT_NEAR(v, -700, 0.01);

    Grid<float> twice({41, 41, 41}, {}), once = twice;
    twice.at(20, 20, 20) = once.at(20, 20, 20) = 1000;
    gaussian_smooth(twice, 1.5, executor);
    gaussian_smooth(twice, 2.0, executor);
    gaussian_smooth(once, 2.5, executor);
    for (int x = 12; x < 29; ++x)
        EXPECT_NEAR(twice.at(x, 20, 20), once.at(x, 20, 20), 0.01 * once.at(20, 20, 20));
}

TEST(Halve, averages_blocks_and_keeps_places) {
    Executor executor(1);
    Geometry geometry;
    geometry.origin_mm = {10, 20, 30};
    Grid<float> ramp({7, 4, 4}, geometry);
    for (int z = 0; z < 4; ++z) {
        for (int y = 0; y < 4; ++y) {
            for (int x = 0; x < 7; ++x) ramp.at(x, y, z) = static_cast<float>(x + 10 * y + 100 * z);
        }
    }
    const Grid<float> half = halve(ramp, executor);
    ASSERT_EQ(half.size(), (Size3{4, 2, 2}));
    EXPECT_FLOAT_EQ(half.at(1, 1, 0), 2.5F + 25 + 50);
    EXPECT_FLOAT_EQ(half.at(3, 0, 0), 6 + 5 + 50) << "an odd last plane is averaged with itself";
    const Vec3 place = half.geometry().to_patient({1, 1, 0});
    EXPECT_DOUBLE_EQ(place.x, 12.5);
    EXPECT_DOUBLE_EQ(place.y, 22.5);
    EXPECT_DOUBLE_EQ(place.z, 30.5);
}

TEST(Hessian, of_a_quadratic_is_exact) {
    Grid<float> grid({5, 5, 5}, {});
    for (int z = 0; z < 5; ++z) {
        for (int y = 0; y < 5; ++y) {
            for (int x = 0; x < 5; ++x) {
                grid.at(x, y, z) = static_cast<float>(-2 * x * x - 1.5 * y * y + 0.5 * z * z + 3 * x * y -
                                                      x * z + 2 * y * z);
            }
        }
    }
    const Hessian h = hessian_at(grid, grid.index(2, 2, 2));
    const Hessian expected{-4, -3, 1, 3, -1, 2};
    for (int i = 0; i < 6; ++i) EXPECT_FLOAT_EQ(h[i], expected[i]) << i;
}

TEST(Eigenvalues, satisfy_trace_determinant_and_order) {
    std::mt19937 random(11);
    std::uniform_real_distribution<float> value(-100, 100);
    for (int round = 0; round < 200; ++round) {
        const Hessian h{value(random), value(random), value(random),
                        value(random), value(random), value(random)};
        const auto [xx, yy, zz, xy, xz, yz] = h;
        const auto l = eigenvalues(h);
        EXPECT_GE(std::abs(l[0]), std::abs(l[1]));
        EXPECT_GE(std::abs(l[1]), std::abs(l[2]));
        EXPECT_NEAR(l[0] + l[1] + l[2], xx + yy + zz, 0.05);
        const double det = double{xx} * (yy * zz - yz * yz) - double{xy} * (xy * zz - yz * xz) +
                           double{xz} * (xy * yz - yy * xz);
        EXPECT_NEAR(double{l[0]} * l[1] * l[2], det, 1e-3 * std::pow(std::abs(l[0]), 3) + 1);
    }
    const auto same = eigenvalues({-5, -5, -5, 0, 0, 0});
    for (const float l : same) EXPECT_FLOAT_EQ(l, -5);
}

}  // namespace
}  // namespace huizhen::imaging
