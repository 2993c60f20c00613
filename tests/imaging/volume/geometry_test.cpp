#include <huizhen/volume/geometry.h>

namespace huizhen::imaging {
namespace {

TEST(Geometry, voxel_and_patient_coordinates_are_inverse) {
    const double c = std::cos(0.3), s = std::sin(0.3);
    const Geometry geometry{{-120, 33, 700}, {0.7, 0.8, 2.5}, {c, s, 0}, {-s, c, 0}, {0, 0, 1}};
    const Vec3 voxel{10.25, 200.5, 3};
    const Vec3 back = geometry.to_voxel(geometry.to_patient(voxel));
    EXPECT_NEAR(back.x, voxel.x, 1e-9);
    EXPECT_NEAR(back.y, voxel.y, 1e-9);
    EXPECT_NEAR(back.z, voxel.z, 1e-9);
}

TEST(Geometry, one_step_in_x_moves_one_spacing_along_the_x_axis) {
    const Geometry geometry{{1, 2, 3}, {0.5, 1, 1}, {0, 1, 0}, {-1, 0, 0}, {0, 0, 1}};
    const Vec3 place = geometry.to_patient({1, 0, 0});
    EXPECT_DOUBLE_EQ(place.x, 1);
    EXPECT_DOUBLE_EQ(place.y, 2.5);
    EXPECT_DOUBLE_EQ(place.z, 3);
}

TEST(Geometry, cross_of_left_and_back_is_up) {
    const Vec3 up = cross({1, 0, 0}, {0, 1, 0});
    EXPECT_DOUBLE_EQ(up.z, 1);
    EXPECT_DOUBLE_EQ(norm(up), 1);
}

}  // namespace
}  // namespace huizhen::imaging
