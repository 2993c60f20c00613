#include <random>

#include <huizhen/base/check.h>
#include <huizhen/volume/resample.h>

namespace huizhen::imaging {
namespace {

Volume noise(Size3 size, Geometry geometry) {
    Volume volume(size, geometry);
    std::mt19937 random(7);
    std::uniform_int_distribution<int> hu(-1024, 3071);
    for (auto& voxel : volume.voxels()) voxel = static_cast<std::int16_t>(hu(random));
    return volume;
}

// HU that rise linearly with the patient's coordinates: trilinear interpolation must be exact on them.
double ramp(Vec3 place) { return 3 * place.x - 2 * place.y + 5 * place.z + 10; }

Volume ramp_volume(Size3 size, Geometry geometry) {
    Volume volume(size, geometry);
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            for (int x = 0; x < size.x; ++x) {
                const Vec3 voxel{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
                volume.at(x, y, z) = static_cast<std::int16_t>(std::lround(ramp(geometry.to_patient(voxel))));
            }
        }
    }
    return volume;
}

Geometry tilted() {
    const double c = std::cos(0.2), s = std::sin(0.2);
    return {{-30, 12, -99.5}, {0.71, 0.83, 1.6}, {c, s, 0}, {-s, c, 0}, {0, 0, 1}};
}

TEST(SamplePatch, agrees_with_the_reference_inside_across_edges_and_outside) {
    for (const Geometry& geometry : {Geometry{{5, -7, 100}, {0.7, 0.7, 1.25}}, tilted()}) {
        const Volume volume = noise({61, 53, 37}, geometry);
        for (const Vec3 voxel : {Vec3{30, 26, 18}, Vec3{0, 0, 0}, Vec3{60, 52, 36}, Vec3{-40, 20.3, 80.7}}) {
            for (int side : {1, 7, 32}) {
                std::vector<float> fast(Size3{side, side, side}.count()), plain(fast.size());
                const Vec3 centre = geometry.to_patient(voxel);
                sample_patch(volume, centre, side, 0.93, fast);
                sample_patch_reference(volume, centre, side, 0.93, plain);
                for (std::size_t i = 0; i < fast.size(); ++i)
                    ASSERT_NEAR(fast[i], plain[i], 0.05) << "sample " << i;
            }
        }
    }
}

TEST(SamplePatch, is_exact_on_a_linear_ramp_and_centred_on_the_given_place) {
    const Geometry geometry{{-20, -20, -20}, {1, 1, 1}};
    const Volume volume = ramp_volume({41, 41, 41}, geometry);
    const Vec3 centre{1.5, -2.25, 3};
    std::vector<float> patch(9 * 9 * 9);
    sample_patch(volume, centre, 9, 0.5, patch);
    EXPECT_NEAR(patch[4 + 9 * (4 + 9 * 4)], ramp(centre), 0.01);
    EXPECT_NEAR(patch[0], ramp(centre + Vec3{-2, -2, -2}), 0.01);
    EXPECT_NEAR(patch[8], ramp(centre + Vec3{2, -2, -2}), 0.01);
}

TEST(SamplePatch, replicates_the_edge_outside_the_volume) {
    Volume volume({4, 4, 4}, Geometry{}, -700);
    std::vector<float> patch(8 * 8 * 8);
    sample_patch(volume, {100, 100, 100}, 8, 1, patch);
    for (float value : patch) EXPECT_FLOAT_EQ(value, -700);
}

TEST(SamplePatch, reads_volumes_one_voxel_thin) {
    const Volume volume = noise({5, 5, 1}, Geometry{});
    std::vector<float> patch(3 * 3 * 3);
    sample_patch(volume, {2, 2, 0}, 3, 1, patch);
    EXPECT_FLOAT_EQ(patch[13], volume.at(2, 2, 0));
    EXPECT_FLOAT_EQ(patch[4], volume.at(2, 2, 0));
}

TEST(SamplePatch, refuses_a_buffer_of_the_wrong_size) {
    const Volume volume = noise({5, 5, 5}, Geometry{});
    std::vector<float> patch(10);
    EXPECT_THROW(sample_patch(volume, {}, 3, 1, patch), InvariantBroken);
}

TEST(ResampleIsotropic, agrees_with_the_reference) {
    Executor executor(2);
    for (const Size3 size : {Size3{37, 29, 23}, Size3{1, 9, 4}, Size3{16, 1, 1}}) {
        const Volume volume = noise(size, Geometry{{1, 2, 3}, {0.66, 0.71, 2.5}});
        const Volume fast = resample_isotropic(volume, 1.0);
        const Volume parallel = resample_isotropic(volume, 1.0, executor);
        const Volume plain = resample_isotropic_reference(volume, 1.0);
        ASSERT_EQ(fast.size(), plain.size());
        for (std::size_t i = 0; i < plain.voxels().size(); ++i) {
            ASSERT_NEAR(fast.voxels()[i], plain.voxels()[i], 1) << "voxel " << i;
            ASSERT_EQ(fast.voxels()[i], parallel.voxels()[i]);
        }
    }
}

TEST(ResampleIsotropic, covers_the_box_and_keeps_places) {
    const Geometry geometry{{-100, 40, 700}, {0.5, 0.5, 2}};
    const Volume volume = ramp_volume({41, 31, 21}, geometry);
    const Volume result = resample_isotropic(volume, 1.0);
    EXPECT_EQ(result.size(), (Size3{21, 16, 42}));
    const Vec3 place = result.geometry().to_patient({10, 8, 20});
    EXPECT_NEAR(result.at(10, 8, 20), ramp(place), 1.0);
}

TEST(ResampleIsotropic, leaves_an_isotropic_volume_as_it_is) {
    const Volume volume = noise({9, 8, 7}, Geometry{{3, 4, 5}, {1, 1, 1}});
    const Volume result = resample_isotropic(volume, 1.0);
    EXPECT_EQ(result.size(), volume.size());
    EXPECT_TRUE(std::equal(result.voxels().begin(), result.voxels().end(), volume.voxels().begin()));
    EXPECT_DOUBLE_EQ(result.geometry().origin_mm.x, 3);
}

TEST(ResampleIsotropic, refuses_an_empty_volume) {
    EXPECT_THROW(resample_isotropic(Volume{}, 1.0), InvariantBroken);
}

}  // namespace
}  // namespace huizhen::imaging
