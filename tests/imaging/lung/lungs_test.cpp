#include <gtest/gtest.h>

#include <huizhen/lung/lungs.h>
#include <huizhen/volume/orient.h>

#include "chest_fixture.h"

namespace huizhen::imaging {
namespace {

using testing::Chest;
using testing::executor;
using testing::make_chest;
using testing::small_chest;

const Chest& chest() {
    static const Chest shared = make_chest(small_chest());
    return shared;
}

Volume slices(const Volume& volume, int first, int count) {
    const Size3 size{volume.size().x, volume.size().y, count};
    Geometry geometry = volume.geometry();
    geometry.origin_mm = geometry.to_patient({0, 0, double(first)});
    Volume out(size, geometry);
    const std::size_t slice = static_cast<std::size_t>(size.x) * size.y;
    std::copy_n(volume.voxels().begin() + static_cast<std::ptrdiff_t>(slice * first), slice * count,
                out.voxels().begin());
    return out;
}

// A long cylinder of water in air.
Volume water_cylinder(double radius_mm) {
    Volume volume({260, 260, 120}, {}, -1000);
    for (int z = 0; z < 120; ++z) {
        for (int y = 0; y < 260; ++y) {
            for (int x = 0; x < 260; ++x) {
                if (std::hypot(x - 130, y - 130) < radius_mm) volume.at(x, y, z) = 0;
            }
        }
    }
    return volume;
}

void fill_ball(Volume& volume, double cx, double cy, double cz, double radius, std::int16_t hu) {
    for (int z = 0; z < volume.size().z; ++z) {
        for (int y = 0; y < volume.size().y; ++y) {
            for (int x = 0; x < volume.size().x; ++x) {
                if (std::hypot(x - cx, y - cy, z - cz) < radius) volume.at(x, y, z) = hu;
            }
        }
    }
}

TEST(Lungs, have_the_sides_and_size_they_were_drawn_with) {
    const Lungs& lungs = chest().lungs;
    EXPECT_GT(lungs.right_litres, 1.5);
    EXPECT_GT(lungs.left_litres, 1.4);
    EXPECT_LT(lungs.litres(), 5.5);
    EXPECT_NEAR(lungs.parenchyma_hu, -858, 20);
    EXPECT_FALSE(lungs.cut_at_head);
    EXPECT_FALSE(lungs.cut_at_feet);
    const Geometry& geometry = lungs.sides.geometry();
    for (int z = 0; z < lungs.sides.size().z; z += 7) {
        for (int y = 0; y < lungs.sides.size().y; y += 7) {
            for (int x = 0; x < lungs.sides.size().x; x += 7) {
                const std::uint8_t side = lungs.sides.at(x, y, z);
                ASSERT_EQ(side != kNoLung, lungs.mask.at(x, y, z) != 0);
                const double left = geometry.to_patient({double(x), double(y), double(z)}).x;
                if (left < -20) {
                    ASSERT_NE(side, kLeftLung);
                }
                if (left > 20) {
                    ASSERT_NE(side, kRightLung);
                }
            }
        }
    }
}

TEST(Lungs, hold_every_nodule_also_on_the_pleura) {
    for (const PhantomNodule& nodule : chest().phantom.nodules) {
        EXPECT_TRUE(chest().in_lung(nodule.centre_mm)) << phantom_nodule_kind_name(nodule.kind);
    }
}

TEST(Lungs, hold_nodules_on_the_pleura_of_every_size_and_place) {
    for (const std::uint64_t seed : {1, 2, 3}) {
        PhantomOptions options = small_chest();
        options.seed = seed;
        options.with_vessels = false;
        options.nodules = {{PhantomNoduleKind::kJuxtapleural, 6},
                           {PhantomNoduleKind::kJuxtapleural, 12},
                           {PhantomNoduleKind::kJuxtapleural, 20},
                           {PhantomNoduleKind::kJuxtapleural, 28}};
        const Chest made = make_chest(options);
        for (const PhantomNodule& nodule : made.phantom.nodules) {
            // Their middles lie 0.15 to 0.35 radii under the pleura; the mask's grid is 2 mm.
            EXPECT_GT(depth_mm_at(made.lungs, nodule.centre_mm), -0.2 - 0.04 * nodule.diameter_mm)
                << "seed " << seed << ", " << nodule.diameter_mm << " mm";
        }
    }
}

TEST(Lungs, leave_out_airways_table_stomach_gas_and_the_room) {
    EXPECT_TRUE(chest().lungs.airway_found);
    EXPECT_FALSE(chest().in_lung({0, 5, 90})) << "trachea";
    EXPECT_FALSE(chest().in_lung({0, 12, 2})) << "carina";
    EXPECT_FALSE(chest().in_lung({-22, 13, -13})) << "right main bronchus";
    EXPECT_FALSE(chest().in_lung({52, -26, -136})) << "gas in the stomach";
    EXPECT_FALSE(chest().in_lung({0, 136, 0})) << "inside the table";
    EXPECT_FALSE(chest().in_lung({-170, -100, 0})) << "the room";
    EXPECT_FALSE(chest().in_lung({20, -22, -60})) << "heart";
    EXPECT_TRUE(chest().in_lung({-90, 0, 0}));
    EXPECT_TRUE(chest().in_lung({90, 20, 30}));
}

TEST(Lungs, that_touch_in_front_are_parted) {
    PhantomOptions options = small_chest();
    options.junction_mm = 0;
    const Lungs lungs = make_chest(options).lungs;
    EXPECT_GT(lungs.right_litres, 0.35 * lungs.litres());
    EXPECT_GT(lungs.left_litres, 0.35 * lungs.litres());
}

TEST(Lungs, are_the_same_whichever_way_the_slices_were_stored) {
    const Volume& iso = chest().iso;
    Volume reversed(iso.size(), iso.geometry());
    Geometry geometry = iso.geometry();
    geometry.origin_mm = geometry.to_patient({0, 0, double(iso.size().z - 1)});
    geometry.z_axis = {0, 0, -1};
    reversed = Volume(iso.size(), geometry);
    for (int z = 0; z < iso.size().z; ++z) {
        for (int y = 0; y < iso.size().y; ++y) {
            for (int x = 0; x < iso.size().x; ++x) reversed.at(x, y, z) = iso.at(x, y, iso.size().z - 1 - z);
        }
    }
    const Volume ordered = to_patient_order(std::move(reversed));
    const auto lungs = segment_lungs(ordered, executor(), {});
    ASSERT_TRUE(lungs);
    EXPECT_TRUE(std::ranges::equal(lungs->sides.voxels(), chest().lungs.sides.voxels()));
}

TEST(Lungs, are_the_same_for_any_number_of_threads) {
    Executor one(1), five(5);
    const Volume& iso = chest().iso;
    EXPECT_TRUE(std::ranges::equal(segment_lungs(iso, one, {})->sides.voxels(),
                                   segment_lungs(iso, five, {})->sides.voxels()));
}

TEST(Lungs, of_a_chest_cut_short_are_found_and_said_to_be_cut) {
    const int nz = chest().iso.size().z;
    const auto lower = segment_lungs(slices(chest().iso, 0, nz / 2), executor(), {});
    ASSERT_TRUE(lower) << lower.error().to_string();
    EXPECT_TRUE(lower->cut_at_head);
    EXPECT_FALSE(lower->cut_at_feet);
    const auto middle = segment_lungs(slices(chest().iso, nz / 2 - 30, 90), executor(), {});
    ASSERT_TRUE(middle) << middle.error().to_string();
    EXPECT_TRUE(middle->cut_at_head);
    EXPECT_TRUE(middle->cut_at_feet);
    EXPECT_GT(middle->right_litres, 0.5);
    EXPECT_GT(middle->left_litres, 0.5);
}

TEST(Lungs, survive_a_field_of_view_that_cuts_them) {
    // A targeted reconstruction: no air around the body, the right lung open at the image's edge.
    const Volume& iso = chest().iso;
    const int skip = 80, width = iso.size().x - 160;
    Geometry geometry = iso.geometry();
    geometry.origin_mm = geometry.to_patient({double(skip), double(skip), 0});
    Volume small({width, width, iso.size().z}, geometry);
    for (int z = 0; z < small.size().z; ++z) {
        for (int y = 0; y < width; ++y) {
            for (int x = 0; x < width; ++x) small.at(x, y, z) = iso.at(x + skip, y + skip, z);
        }
    }
    const auto lungs = segment_lungs(small, executor(), {});
    ASSERT_TRUE(lungs) << lungs.error().to_string();
    EXPECT_GT(lungs->right_litres, 0.6);
    EXPECT_GT(lungs->left_litres, 0.6);
}

TEST(Lungs, are_refused_where_there_are_none) {
    Volume head = water_cylinder(80);
    fill_ball(head, 130, 80, 40, 14, -1000);  // a maxillary sinus
    fill_ball(head, 95, 140, 60, 12, -600);   // mastoid cells
    Volume abdomen = water_cylinder(115);
    fill_ball(abdomen, 130, 70, 60, 45, -1000);  // gas in the stomach, 380 ml
    for (const Volume& volume : {head, abdomen, water_cylinder(100), Volume({200, 200, 80}, {}, -1000),
                                 Volume({200, 200, 80}, {}, 40)}) {
        const auto lungs = segment_lungs(volume, executor(), {});
        ASSERT_FALSE(lungs);
        EXPECT_EQ(lungs.error().code(), ErrorCode::kUntrustworthyInput);
        EXPECT_THAT(lungs.error().message(), ::testing::HasSubstr("chest"));
    }
}

TEST(Lungs, are_refused_where_only_their_bases_show) {
    // The lowest part of the phantom: an abdominal scan that begins above the diaphragm's rim.
    const Volume& iso = chest().iso;
    const int upto = static_cast<int>(iso.geometry().to_voxel({0, 0, -98}).z);
    const auto lungs = segment_lungs(slices(iso, 0, upto), executor(), {});
    ASSERT_FALSE(lungs);
    EXPECT_EQ(lungs.error().code(), ErrorCode::kUntrustworthyInput);
}

TEST(Lungs, stop_when_asked_to) {
    std::stop_source source;
    source.request_stop();
    const auto lungs = segment_lungs(chest().iso, executor(), source.get_token());
    ASSERT_FALSE(lungs);
    EXPECT_EQ(lungs.error().code(), ErrorCode::kCancelled);
}

TEST(Depth, is_positive_inside_and_negative_outside) {
    EXPECT_GT(depth_mm_at(chest().lungs, {-80, 0, 10}), 15);
    EXPECT_LT(depth_mm_at(chest().lungs, {0, 66, 0}), -5);
    EXPECT_LT(depth_mm_at(chest().lungs, {-5000, 0, 0}), 0);
}

}  // namespace
}  // namespace huizhen::imaging
