#include <gtest/gtest.h>

#include <huizhen/lung/location.h>

namespace huizhen::imaging {
namespace {

// Two blocks for lungs: right at x -120..-20, left at 20..120, both y -90..90, z 0..250.
Lungs block_lungs() {
    Geometry geometry;
    geometry.origin_mm = {-130, -100, -10};
    geometry.spacing_mm = {2, 2, 2};
    Lungs lungs;
    lungs.sides = Grid<std::uint8_t>({131, 101, 136}, geometry);
    lungs.mask = Mask({131, 101, 136}, geometry);
    for (int z = 5; z <= 130; ++z) {
        for (int y = 5; y <= 95; ++y) {
            for (int x = 0; x < 131; ++x) {
                const double left = -130 + 2 * x;
                if (std::abs(left) < 20 || std::abs(left) > 120) continue;
                lungs.sides.at(x, y, z) = left < 0 ? kRightLung : kLeftLung;
                lungs.mask.at(x, y, z) = 1;
            }
        }
    }
    lungs.depth_mm = Grid<float>({1, 1, 1}, geometry, 12.0F);
    return lungs;
}

LungLocation at(const Lungs& lungs, Vec3 place) { return locate(lungs, measure_extents(lungs), place); }

TEST(Location, names_side_and_depth) {
    const Lungs lungs = block_lungs();
    EXPECT_EQ(at(lungs, {-70, 0, 100}).side, kRightLung);
    EXPECT_EQ(at(lungs, {70, 0, 100}).side, kLeftLung);
    EXPECT_EQ(at(lungs, {70, 0, 100}).depth_mm, 12);
}

TEST(Location, names_the_nearest_lung_for_a_point_just_outside_and_none_far_away) {
    const Lungs lungs = block_lungs();
    EXPECT_EQ(at(lungs, {-12, 0, 100}).side, kRightLung);
    EXPECT_EQ(at(lungs, {128, 0, 100}).side, kLeftLung);
    EXPECT_EQ(at(lungs, {500, 0, 100}).side, kNoLung);
    EXPECT_EQ(at(lungs, {500, 0, 100}).upper_lobe_probability, 0);
}

TEST(Location, tells_which_share_of_an_outline_lies_inside) {
    Geometry geometry;
    geometry.spacing_mm = {10, 1, 1};
    Lungs lungs;
    lungs.depth_mm = Grid<float>({2, 1, 1}, geometry);
    lungs.depth_mm.voxels()[0] = -5;  // the surface is half way, at x = 5
    lungs.depth_mm.voxels()[1] = 5;
    geometry.spacing_mm = {1, 1, 1};
    Mask outline({8, 1, 1}, geometry);
    EXPECT_EQ(share_inside(lungs, outline), 0);
    for (int x = 0; x < 8; ++x) outline.at(x, 0, 0) = 1;
    EXPECT_EQ(share_inside(lungs, outline), 3.0 / 8);  // 5, 6 and 7
    outline.at(0, 0, 0) = 0;
    EXPECT_EQ(share_inside(lungs, outline), 3.0 / 7);
}

TEST(Location, is_sure_of_the_lobe_at_the_apex_and_the_base) {
    const Lungs lungs = block_lungs();
    const LungLocation apex = at(lungs, {-70, -20, 240});
    EXPECT_EQ(apex.lobe, LungLobe::kRightUpper);
    EXPECT_GT(apex.upper_lobe_probability, 0.95);
    const LungLocation base = at(lungs, {-70, 70, 15});
    EXPECT_EQ(base.lobe, LungLobe::kRightLower);
    EXPECT_LT(base.upper_lobe_probability, 0.02);
    EXPECT_EQ(at(lungs, {70, -60, 180}).lobe, LungLobe::kLeftUpper);
    EXPECT_EQ(at(lungs, {70, 80, 60}).lobe, LungLobe::kLeftLower);
    EXPECT_EQ(at(lungs, {-70, -80, 92}).lobe, LungLobe::kRightMiddle);
}

TEST(Location, is_unsure_at_a_fissure_and_less_sure_in_a_cut_lung) {
    Lungs lungs = block_lungs();
    const LungLocation at_fissure = at(lungs, {70, 0, 120});
    EXPECT_NEAR(at_fissure.upper_lobe_probability, 0.5, 0.15);
    const double whole = at(lungs, {70, -20, 200}).upper_lobe_probability;
    lungs.cut_at_feet = true;
    EXPECT_LT(at(lungs, {70, -20, 200}).upper_lobe_probability, whole);
}

TEST(Location, probabilities_are_probabilities_everywhere) {
    const Lungs lungs = block_lungs();
    const LungExtents extents = measure_extents(lungs);
    for (double x : {-100.0, -30.0, 30.0, 100.0}) {
        for (double y = -90; y <= 90; y += 30) {
            for (double z = 0; z <= 250; z += 25) {
                const LungLocation here = locate(lungs, extents, {x, y, z});
                EXPECT_GE(here.lobe_probability, 1.0 / 3 - 1e-9);
                EXPECT_LE(here.lobe_probability, 1);
                EXPECT_GE(here.upper_lobe_probability, 0);
                EXPECT_LE(here.upper_lobe_probability, 1);
            }
        }
    }
}

TEST(Location, lobes_have_distinct_names) {
    EXPECT_EQ(lung_lobe_name(LungLobe::kRightMiddle), "right-middle");
    EXPECT_NE(lung_lobe_name(LungLobe::kLeftUpper), lung_lobe_name(LungLobe::kLeftLower));
}

}  // namespace
}  // namespace huizhen::imaging
