#include <gtest/gtest.h>

#include <huizhen/lung/nodule_features.h>

#include "nodule_phantom.h"

namespace huizhen::imaging {
namespace {

using testing::make_phantom;
using testing::Phantom;

struct Described {
    NoduleMeasurement measurement;
    NoduleFeatures features;

    double operator[](std::string_view name) const {
        for (std::size_t i = 0; i < kNoduleFeatureNames.size(); ++i)
            if (kNoduleFeatureNames[i] == name) return static_cast<double>(features[i]);
        ADD_FAILURE() << "no feature " << name;
        return 0;
    }
};

Described describe(const Phantom& phantom) {
    const auto found = segment_nodule(make_phantom(phantom), phantom.centre_mm);
    EXPECT_TRUE(found.has_value());
    const auto measurement = measure_nodule(*found);
    return {measurement, nodule_features(*found, measurement)};
}

TEST(NoduleFeatures, names_are_unique) {
    for (std::size_t a = 0; a < kNoduleFeatureNames.size(); ++a)
        for (std::size_t b = a + 1; b < kNoduleFeatureNames.size(); ++b)
            EXPECT_NE(kNoduleFeatureNames[a], kNoduleFeatureNames[b]);
}

TEST(NoduleFeatures, a_ball_is_round_smooth_and_solid) {
    const auto ball = describe({});
    EXPECT_GT(ball["sphericity"], 0.93);
    EXPECT_LE(ball["sphericity"], 1.01);
    EXPECT_GT(ball["solidity"], 0.93);
    EXPECT_GT(ball["section_circularity"], 0.93);
    EXPECT_LT(ball["radius_cv"], 0.06);
    EXPECT_GT(ball["third_over_first_axis"], 0.9);
    EXPECT_EQ(ball["attached_fraction"], 0);
    EXPECT_EQ(ball["spike_count"], 0);
    EXPECT_NEAR(ball.measurement.short_axis_mm, ball.measurement.long_axis_mm, 1.5);
    EXPECT_NEAR(ball.measurement.long_axis_mm, 12, 1.2);
    EXPECT_NEAR(ball["core_mean_hu"], testing::kTissueHu, 5);
    EXPECT_EQ(ball.measurement.calcified_fraction, 0);
}

TEST(NoduleFeatures, tells_vessels_walls_and_spikes_apart) {
    Phantom wall, spiked;
    wall.wall_beside_mm = 4;
    spiked.spike_hu = 0;
    EXPECT_GT(describe(wall)["attached_fraction"], 0.06);
    EXPECT_GE(describe(spiked)["spike_count"], 4);
    EXPECT_LT(describe(wall)["spike_count"], describe(spiked)["spike_count"]);
}

TEST(NoduleFeatures, measures_calcification_and_density) {
    Phantom calcified, glass;
    calcified.ball_hu = 500;
    glass.ball_hu = -550;
    EXPECT_GT(describe(calcified).measurement.calcified_fraction, 0.5);
    EXPECT_GT(describe(calcified)["calcified_core_fraction"], 0.9);
    EXPECT_EQ(describe(glass).measurement.solid_fraction, 0);
    EXPECT_EQ(describe(glass).measurement.solid_diameter_mm, 0);
    EXPECT_LT(describe(glass)["gradient_mean_hu_per_mm"], describe({})["gradient_mean_hu_per_mm"]);
}

TEST(NoduleFeatures, are_finite_for_the_smallest_and_strangest) {
    Phantom tiny, slices, constant;
    tiny.radius_mm = 0.8;
    slices.size.z = 2;
    constant.radius_mm = 200;  // tissue everywhere
    for (const Phantom& phantom : {tiny, slices, constant})
        for (const float value : describe(phantom).features) EXPECT_TRUE(std::isfinite(value));
}

// Training volumes end at the nodule; a scan goes on. What a model reads must not tell them apart.
TEST(NoduleFeatures, do_not_depend_on_how_far_the_volume_goes_on) {
    Phantom whole, cut;
    whole.size.z = 40;
    cut.size.z = 11;  // 13.75 mm: half a slice more than the ball
    const auto a = describe(whole), b = describe(cut);
    EXPECT_NEAR(a.measurement.equivalent_diameter_mm, b.measurement.equivalent_diameter_mm, 0.2);
    for (const auto name : {"sphericity", "solidity", "section_circularity"})
        EXPECT_NEAR(a[name], b[name], 0.03);
    EXPECT_NEAR(a["glcm_entropy"], b["glcm_entropy"], 0.1);
    for (const auto name : {"mean_hu", "profile_border_hu", "shell_mean_hu"})
        EXPECT_NEAR(a[name], b[name], 15);
}

TEST(NoduleFeatures, of_a_slice_are_those_of_a_crop_of_it) {
    const Phantom phantom;
    const Volume whole = make_phantom(phantom);
    const auto found = segment_nodule(whole, phantom.centre_mm);
    ASSERT_TRUE(found.has_value());
    const auto slice = axial_slice_features(whole, *found);
    ASSERT_TRUE(slice.has_value());
    // A crop published alone: the same pixels, placed anywhere.
    const Volume picture = axial_slice(whole, found->centre_mm);
    Geometry elsewhere = picture.geometry();
    elsewhere.origin_mm = {};
    Volume crop(picture.size(), elsewhere);
    std::copy(picture.voxels().begin(), picture.voxels().end(), crop.voxels().begin());
    const Vec3 middle = elsewhere.to_patient({31.5, 31.5, 0});
    const auto alone = segment_nodule(crop, middle);
    ASSERT_TRUE(alone.has_value());
    const auto of_crop = nodule_features(*alone, measure_nodule(*alone));
    for (std::size_t i = 0; i < of_crop.size(); ++i)
        EXPECT_NEAR((*slice)[i], of_crop[i], 0.05 * std::abs(of_crop[i]) + 0.05) << kNoduleFeatureNames[i];
}

TEST(NoduleFeatures, need_a_slice_at_the_centre) {
    const Volume whole = make_phantom({});
    EXPECT_TRUE(axial_slice(whole, {0, 0, 500}).empty());
    EXPECT_EQ(axial_slice(whole, {0, 0, 5}).size(), (Size3{64, 64, 1}));
}

}  // namespace
}  // namespace huizhen::imaging
