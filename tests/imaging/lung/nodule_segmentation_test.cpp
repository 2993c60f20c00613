#include <numbers>

#include <gtest/gtest.h>

#include <huizhen/lung/nodule_measurement.h>
#include <huizhen/lung/nodule_segmentation.h>
#include <huizhen/test_support/data.h>
#include <huizhen/volume/nifti.h>

#include "chest_fixture.h"
#include "nodule_phantom.h"

namespace huizhen::imaging {
namespace {

using testing::make_phantom;
using testing::Phantom;

double diameter(const Phantom& phantom, Vec3 seed_offset = {}) {
    const auto found = segment_nodule(make_phantom(phantom), phantom.centre_mm + seed_offset);
    EXPECT_TRUE(found.has_value());
    EXPECT_LT(norm(found->centre_mm - phantom.centre_mm), 1.5);
    return measure_nodule(*found).equivalent_diameter_mm;
}

TEST(NoduleSegmentation, measures_balls_of_every_size) {
    for (const double radius : {2.0, 3.0, 4.5, 6.0, 10.0}) {
        Phantom phantom;
        phantom.radius_mm = radius;
        EXPECT_NEAR(diameter(phantom), 2 * radius, 0.12 * radius + 0.3) << radius;
    }
}

TEST(NoduleSegmentation, does_not_depend_on_where_the_seed_lies_inside) {
    const double centred = diameter({});
    for (const Vec3 offset : {Vec3{2, 0, 0}, Vec3{0, -2, 1}, Vec3{1, 1, -2}})
        EXPECT_NEAR(diameter({}, offset), centred, 0.3);
}

TEST(NoduleSegmentation, finds_ground_glass) {
    Phantom phantom;
    phantom.ball_hu = -550;
    EXPECT_NEAR(diameter(phantom), 12, 1.5);
}

TEST(NoduleSegmentation, takes_in_the_ground_glass_around_a_core) {
    for (const double halo : {-700.0, -610.0, -500.0, -400.0})
        for (const double core : {2.5, 3.5, 5.0}) {
            Phantom phantom;
            phantom.radius_mm = 7.5;
            phantom.ball_hu = halo;
            phantom.core_radius_mm = core;
            const auto found = segment_nodule(make_phantom(phantom), phantom.centre_mm);
            ASSERT_TRUE(found.has_value());
            const NoduleMeasurement measured = measure_nodule(*found);
            EXPECT_NEAR(measured.equivalent_diameter_mm, 15, 1.5) << halo << " around " << core;
            EXPECT_NEAR(measured.solid_diameter_mm, 2 * core, 1) << core << " in " << halo;
        }
}

TEST(NoduleSegmentation, takes_no_halo_where_slices_are_thick_or_the_chest_wall_is_near) {
    Phantom thick;
    thick.spacing_mm.z = 3;
    thick.size.z = 20;
    EXPECT_NEAR(diameter(thick), 12, 1.2);
    Phantom wall;
    wall.wall_beside_mm = 8;
    EXPECT_NEAR(diameter(wall), 12, 1.2);
}

TEST(NoduleSegmentation, leaves_a_vessel_that_runs_through) {
    Phantom phantom;
    phantom.vessel_radius_mm = 1.5;
    EXPECT_NEAR(diameter(phantom), 12, 1.5);
}

TEST(NoduleSegmentation, leaves_the_chest_wall) {
    Phantom phantom;
    phantom.wall_beside_mm = 4;
    EXPECT_NEAR(diameter(phantom), 12, 2);
}

// Nodules broad on the chest wall, a quarter of the radius inside it.
TEST(NoduleSegmentation, keeps_to_the_lungs_where_they_are_known) {
    PhantomOptions options = testing::small_chest();
    options.nodules.clear();
    for (const double mm : {11.0, 14.0, 18.0})
        options.nodules.emplace_back(PhantomNoduleKind::kJuxtapleural, mm);
    options.nodules.emplace_back(PhantomNoduleKind::kSmoothSolid, 9);
    const testing::Chest chest = testing::make_chest(options);
    const Volume& volume = chest.phantom.volume;
    int leaked = 0;
    for (const PhantomNodule& nodule : chest.phantom.nodules) {
        const auto found = segment_nodule(volume, nodule.centre_mm, {.lungs = &chest.lungs});
        ASSERT_TRUE(found.has_value());
        EXPECT_NEAR(measure_nodule(*found).diameter_mm, nodule.diameter_mm, 0.2 * nodule.diameter_mm);
        EXPECT_LT(norm(found->centre_mm - nodule.centre_mm), 2);
        for (int ray = 0; ray < kRayCount; ++ray) {
            const double radius = static_cast<double>(found->radius_mm[static_cast<std::size_t>(ray)]);
            const Vec3 end = found->centre_mm + radius * ray_direction(ray);
            EXPECT_GT(depth_mm_at(chest.lungs, end), -1.3);
        }
        const auto free = segment_nodule(volume, nodule.centre_mm);
        ASSERT_TRUE(free.has_value());
        leaked += measure_nodule(*free).diameter_mm > 1.5 * nodule.diameter_mm;
        if (nodule.kind == PhantomNoduleKind::kSmoothSolid) {
            EXPECT_EQ(free->radius_mm, found->radius_mm);
        }
    }
    EXPECT_GT(leaked, 0) << "without the lungs some of these leak, or this tests nothing";
}

TEST(NoduleSegmentation, ends_with_the_volume) {
    Phantom phantom;
    phantom.size.z = 5;  // 6.25 mm of a ball of 12 mm
    const auto found = segment_nodule(make_phantom(phantom), phantom.centre_mm);
    ASSERT_TRUE(found.has_value());
    EXPECT_NEAR(found->high_mm.z - found->low_mm.z, 6.25, 0.4);
    EXPECT_NEAR(found->high_mm.x - found->low_mm.x, 12, 1);
}

TEST(NoduleSegmentation, rejects_a_seed_outside_or_in_plain_lung) {
    const Volume volume = make_phantom({});
    const auto outside = segment_nodule(volume, {500, 0, 0});
    ASSERT_FALSE(outside.has_value());
    EXPECT_EQ(outside.error().code(), ErrorCode::kInvalidArgument);
    const auto lung = segment_nodule(volume, Vec3{18, -2, 5});
    ASSERT_FALSE(lung.has_value());
    EXPECT_EQ(lung.error().code(), ErrorCode::kNotFound);
}

TEST(NoduleSegmentation, rays_cover_the_sphere_once) {
    double sum = 0;
    Vec3 mean;
    for (int ray = 0; ray < kRayCount; ++ray) {
        EXPECT_NEAR(norm(ray_direction(ray)), 1, 1e-12);
        sum += ray_solid_angle(ray);
        mean = mean + ray_solid_angle(ray) * ray_direction(ray);
    }
    EXPECT_NEAR(sum, 4 * std::numbers::pi, 1e-9);
    EXPECT_LT(norm(mean), 1e-9);
}

// Place and diameter of the readers' record of this nodule.
TEST(NoduleSegmentation, agrees_with_the_readers_on_the_demo_nodule) {
    const auto data = HZ_NEED_DATA(huizhen::testing::data_folder());
    const auto volume = read_nifti_volume(data / "lidc-nodules/demo/image/LIDC-IDRI-0314_R_1.nii.gz");
    ASSERT_TRUE(volume.has_value()) << volume.error().to_string();
    const Vec3 readers{-57.439, 131.233, -520.359};
    const auto found = segment_nodule(*volume, readers);
    ASSERT_TRUE(found.has_value());
    EXPECT_LT(norm(found->centre_mm - readers), 1.0);
    EXPECT_NEAR(measure_nodule(*found).diameter_mm, 15.485, 0.1 * 15.485);
}

}  // namespace
}  // namespace huizhen::imaging
