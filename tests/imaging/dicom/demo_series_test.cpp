#include <huizhen/dicom/series.h>
#include <huizhen/test_support/data.h>

namespace huizhen::imaging {
namespace {

// ct-series/LIDC-IDRI-0314.truth.json
constexpr Vec3 kNoduleMm{-57.439, 131.233, -520.359};

TEST(DemoSeries, is_assembled_with_its_true_geometry) {
    const auto folder = HZ_NEED_DATA(huizhen::testing::unpacked("ct-series/LIDC-IDRI-0314.tar.xz"));
    Executor executor(2);
    const auto series = load_ct_series(folder, executor, silent_progress(), {});
    ASSERT_TRUE(series) << series.error().to_string();
    const Volume& volume = series->volume;
    EXPECT_EQ(volume.size(), (Size3{512, 512, 275}));
    EXPECT_NEAR(volume.geometry().spacing_mm.x, 0.78125, 1e-9);
    EXPECT_NEAR(volume.geometry().spacing_mm.z, 1.0, 1e-5);
    EXPECT_NEAR(volume.geometry().origin_mm.x, -201, 1e-6);
    EXPECT_NEAR(volume.geometry().origin_mm.y, -59, 1e-6);
    EXPECT_EQ(series->info.modality, "CT");
    EXPECT_EQ(series->info.manufacturer, "Philips");
    EXPECT_EQ(series->info.patient_position, "FFS");
    const auto has = [&](std::string_view code) {
        return std::any_of(series->findings.begin(), series->findings.end(),
                           [&](const auto& f) { return f.code == code; });
    };
    EXPECT_TRUE(has("feet-first"));
    EXPECT_EQ(series->inputs.size(), 275U);
    EXPECT_EQ(series->slice_uids.size(), 275U);
    const auto digest = sha256_file(series->inputs.front().path);
    ASSERT_TRUE(digest);
    EXPECT_EQ(series->inputs.front().sha256, *digest);
    // Of the volume that pydicom and numpy make of the same files, as little-endian int16.
    EXPECT_EQ(to_hex(sha256(std::as_bytes(volume.voxels()))),
              "c3563f361c00c2cacbf4d6f0044da89d609394bdcacf47dcbaccf8b12a1fb048");
}

TEST(DemoSeries, shows_the_annotated_nodule_as_tissue_in_lung) {
    const auto folder = HZ_NEED_DATA(huizhen::testing::unpacked("ct-series/LIDC-IDRI-0314.tar.xz"));
    Executor executor(2);
    const auto series = load_ct_series(folder, executor, silent_progress(), {});
    ASSERT_TRUE(series) << series.error().to_string();
    const Volume& volume = series->volume;
    const auto mean_around = [&](Vec3 place_mm) {
        const Vec3 at = volume.geometry().to_voxel(place_mm);
        double sum = 0;
        for (int dz = -2; dz <= 2; ++dz) {
            for (int dy = -2; dy <= 2; ++dy) {
                for (int dx = -2; dx <= 2; ++dx) {
                    sum += volume.clamped(static_cast<int>(std::lround(at.x)) + dx,
                                          static_cast<int>(std::lround(at.y)) + dy,
                                          static_cast<int>(std::lround(at.z)) + dz);
                }
            }
        }
        return sum / 125;
    };
    EXPECT_GT(mean_around(kNoduleMm), -200);
    EXPECT_LT(mean_around(kNoduleMm + Vec3{-25, 0, 0}), -700);
}

}  // namespace
}  // namespace huizhen::imaging
