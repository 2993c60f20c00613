#include <gtest/gtest.h>

#include <huizhen/lung/phantom.h>

#include "chest_fixture.h"

namespace huizhen::imaging {
namespace {

using testing::executor;
using testing::small_chest;

double mean_around(const Volume& volume, Vec3 place_mm, int reach) {
    const Vec3 v = volume.geometry().to_voxel(place_mm);
    double sum = 0, count = 0;
    for (int z = -reach; z <= reach; ++z) {
        for (int y = -reach; y <= reach; ++y) {
            for (int x = -reach; x <= reach; ++x, ++count) {
                sum += volume.clamped(static_cast<int>(std::lround(v.x)) + x,
                                      static_cast<int>(std::lround(v.y)) + y,
                                      static_cast<int>(std::lround(v.z)) + z);
            }
        }
    }
    return sum / count;
}

TEST(ChestPhantom, has_the_size_and_nodules_asked_for) {
    const PhantomOptions options = small_chest();
    const ChestPhantom made = make_chest_phantom(options, executor());
    EXPECT_EQ(made.volume.size(), options.size);
    EXPECT_EQ(made.volume.geometry().spacing_mm.z, 2.5);
    ASSERT_EQ(made.nodules.size(), options.nodules.size());
    for (std::size_t i = 0; i < made.nodules.size(); ++i) {
        EXPECT_EQ(made.nodules[i].kind, options.nodules[i].first);
        EXPECT_EQ(made.nodules[i].diameter_mm, options.nodules[i].second);
        for (std::size_t j = 0; j < i; ++j) {
            EXPECT_GT(norm(made.nodules[i].centre_mm - made.nodules[j].centre_mm), 25);
        }
    }
}

TEST(ChestPhantom, shows_each_nodule_at_its_place_with_its_density) {
    const ChestPhantom made = make_chest_phantom(small_chest(), executor());
    for (const PhantomNodule& nodule : made.nodules) {
        const double hu = mean_around(made.volume, nodule.centre_mm, nodule.diameter_mm > 10 ? 1 : 0);
        switch (nodule.kind) {
            case PhantomNoduleKind::kGroundGlass:
                EXPECT_EQ(nodule.solid_diameter_mm, 0);
                EXPECT_GT(hu, -740);
                EXPECT_LT(hu, -450);
                break;
            case PhantomNoduleKind::kCalcified: EXPECT_GT(hu, 250); break;
            case PhantomNoduleKind::kPartSolid:
                EXPECT_GT(nodule.solid_diameter_mm, 0);
                EXPECT_LT(nodule.solid_diameter_mm, nodule.diameter_mm);
                EXPECT_GT(hu, -350);
                break;
            default: EXPECT_GT(hu, -120) << phantom_nodule_kind_name(nodule.kind);
        }
    }
}

TEST(ChestPhantom, has_the_densities_of_a_chest) {
    const ChestPhantom made = make_chest_phantom(small_chest(), executor());
    EXPECT_NEAR(mean_around(made.volume, {-170, -110, 0}, 2), -1000, 12) << "room";
    EXPECT_NEAR(mean_around(made.volume, {20, -22, -60}, 2), 42, 15) << "heart";
    EXPECT_NEAR(mean_around(made.volume, {-66, 0, -120}, 2), 58, 15) << "liver";
    EXPECT_LT(mean_around(made.volume, {0, 5, 90}, 1), -930) << "trachea";
    EXPECT_GT(mean_around(made.volume, {0, 66, 0}, 1), 100) << "vertebra";
}

TEST(ChestPhantom, is_the_same_for_any_number_of_threads_and_differs_by_seed) {
    PhantomOptions options = small_chest();
    options.size.z = 30;
    options.nodules.clear();
    Executor one(1), four(4);
    const ChestPhantom a = make_chest_phantom(options, one), b = make_chest_phantom(options, four);
    EXPECT_TRUE(std::ranges::equal(a.volume.voxels(), b.volume.voxels()));
    options.seed += 1;
    const ChestPhantom c = make_chest_phantom(options, four);
    EXPECT_FALSE(std::ranges::equal(a.volume.voxels(), c.volume.voxels()));
}

// A great vessel bare in the lung would look like a nodule in every slice.
TEST(ChestPhantom, covers_the_great_vessels_with_mediastinum) {
    PhantomOptions options = small_chest();
    options.nodules.clear();
    options.with_vessels = false;
    const testing::Chest chest = testing::make_chest(options);
    int bare = 0;
    for (int z = 0; z < chest.iso.size().z; ++z) {
        for (int y = 0; y < chest.iso.size().y; ++y) {
            for (int x = 0; x < chest.iso.size().x; ++x) {
                if (chest.lungs.mask.at(x, y, z) == 0 || chest.iso.at(x, y, z) < -300) continue;
                const Vec3 p = chest.iso.geometry().to_patient({double(x), double(y), double(z)});
                bare += depth_mm_at(chest.lungs, p) > 5;
            }
        }
    }
    EXPECT_LT(bare, 200) << "mm3 of tissue deep in lungs without vessels or nodules";
}

TEST(ChestPhantom, has_the_noise_asked_for) {
    PhantomOptions options = small_chest();
    options.nodules.clear();
    options.with_vessels = false;
    options.noise_hu = 0;
    const ChestPhantom clean = make_chest_phantom(options, executor());
    options.noise_hu = 25;
    const ChestPhantom noisy = make_chest_phantom(options, executor());
    double sum = 0, count = 0;
    const Vec3 heart = clean.volume.geometry().to_voxel({20, -22, -60});
    for (int dz = -4; dz <= 4; ++dz) {
        for (int dy = -10; dy <= 10; ++dy) {
            for (int dx = -10; dx <= 10; ++dx, ++count) {
                const int x = static_cast<int>(heart.x) + dx, y = static_cast<int>(heart.y) + dy;
                const int z = static_cast<int>(heart.z) + dz;
                const double d = noisy.volume.at(x, y, z) - clean.volume.at(x, y, z);
                sum += d * d;
            }
        }
    }
    EXPECT_NEAR(std::sqrt(sum / count), 25, 2.5);
}

}  // namespace
}  // namespace huizhen::imaging
