#include <huizhen/volume/orient.h>

namespace huizhen::imaging {
namespace {

Volume counted(Size3 size, Geometry geometry) {
    Volume volume(size, geometry);
    std::int16_t next = 0;
    for (auto& voxel : volume.voxels()) voxel = next++;
    return volume;
}

void expect_same_values_at_same_places(const Volume& turned, const Volume& original) {
    const Size3 size = original.size();
    ASSERT_EQ(turned.voxels().size(), original.voxels().size());
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            for (int x = 0; x < size.x; ++x) {
                const Vec3 voxel{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
                const Vec3 at = turned.geometry().to_voxel(original.geometry().to_patient(voxel));
                ASSERT_EQ(turned.at(static_cast<int>(std::lround(at.x)), static_cast<int>(std::lround(at.y)),
                                    static_cast<int>(std::lround(at.z))),
                          original.at(x, y, z));
            }
        }
    }
}

TEST(ToPatientOrder, flips_axes_that_run_backwards) {
    const Volume prone = counted({4, 3, 2}, {{10, 20, 30}, {1, 2, 3}, {-1, 0, 0}, {0, -1, 0}, {0, 0, 1}});
    const Volume turned = to_patient_order(prone);
    EXPECT_DOUBLE_EQ(turned.geometry().x_axis.x, 1);
    EXPECT_DOUBLE_EQ(turned.geometry().y_axis.y, 1);
    expect_same_values_at_same_places(turned, prone);
}

TEST(ToPatientOrder, turns_coronal_and_sagittal_grids) {
    const Volume coronal = counted({4, 3, 2}, {{0, 0, 0}, {1, 2, 3}, {1, 0, 0}, {0, 0, -1}, {0, 1, 0}});
    const Volume turned = to_patient_order(coronal);
    EXPECT_EQ(turned.size(), (Size3{4, 2, 3}));
    EXPECT_DOUBLE_EQ(turned.geometry().spacing_mm.y, 3);
    expect_same_values_at_same_places(turned, coronal);

    const Volume sagittal = counted({4, 3, 2}, {{0, 0, 0}, {1, 2, 3}, {0, 1, 0}, {0, 0, -1}, {-1, 0, 0}});
    expect_same_values_at_same_places(to_patient_order(sagittal), sagittal);
}

TEST(ToPatientOrder, keeps_a_grid_that_is_in_order) {
    const double c = std::cos(0.3), s = std::sin(0.3);
    const Volume oblique = counted({4, 3, 2}, {{0, 0, 0}, {1, 1, 1}, {c, s, 0}, {-s, c, 0}, {0, 0, 1}});
    const Volume same = to_patient_order(oblique);
    EXPECT_EQ(same.size(), oblique.size());
    EXPECT_TRUE(std::equal(same.voxels().begin(), same.voxels().end(), oblique.voxels().begin()));
}

}  // namespace
}  // namespace huizhen::imaging
