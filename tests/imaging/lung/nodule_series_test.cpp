// One nodule, cut out of its scan and in its scan: what a model reads must be the same, or it would be
// trained on one thing and asked about another.

#include <gtest/gtest.h>

#include <huizhen/base/executor.h>
#include <huizhen/base/progress.h>
#include <huizhen/dicom/series.h>
#include <huizhen/lung/nodule_features.h>
#include <huizhen/lung/nodule_patch.h>
#include <huizhen/test_support/data.h>
#include <huizhen/volume/nifti.h>

namespace huizhen::imaging {
namespace {

// The readers' record of this nodule.
constexpr Vec3 kCentreMm{-57.439, 131.233, -520.359};
constexpr double kDiameterMm = 15.485;

struct Read {
    NoduleSegmentation outline;
    NoduleMeasurement measurement;
    NoduleFeatures features{};
    NoduleFeatures slice_features{};
    std::vector<float> patch;
};

Result<Read> read_nodule(const Volume& volume, Vec3 seed_mm) {
    Read read;
    HZ_ASSIGN(read.outline, segment_nodule(volume, seed_mm));
    read.measurement = measure_nodule(read.outline);
    read.features = nodule_features(read.outline, read.measurement);
    HZ_ASSIGN(read.slice_features, axial_slice_features(volume, read.outline));
    read.patch.resize(32 * 32 * 32);
    canonical_patch(volume, read.outline, 32, 1.0, read.patch);
    return read;
}

double mean_difference(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(std::abs(a[i] - b[i]));
    return sum / static_cast<double>(a.size());
}

TEST(NoduleInItsScan, reads_like_the_volume_cut_around_it) {
    const auto data = HZ_NEED_DATA(huizhen::testing::data_folder());
    const auto folder = HZ_NEED_DATA(huizhen::testing::unpacked("ct-series/LIDC-IDRI-0314.tar.xz"));
    const auto cut = read_nifti_volume(data / "lidc-nodules/demo/image/LIDC-IDRI-0314_R_1.nii.gz");
    ASSERT_TRUE(cut.has_value()) << cut.error().to_string();
    Executor executor(2);
    const auto series = load_ct_series(folder, executor, silent_progress(), {});
    ASSERT_TRUE(series.has_value()) << series.error().to_string();

    const auto a = read_nodule(*cut, kCentreMm), b = read_nodule(series->volume, kCentreMm);
    ASSERT_TRUE(a.has_value() && b.has_value());
    EXPECT_LT(norm(b->outline.centre_mm - kCentreMm), 1.0);
    EXPECT_NEAR(b->measurement.diameter_mm, kDiameterMm, 0.1 * kDiameterMm);
    EXPECT_NEAR(a->measurement.volume_mm3, b->measurement.volume_mm3, 0.01 * b->measurement.volume_mm3);
    EXPECT_LT(mean_difference(a->patch, b->patch), 1.0);  // HU
    for (std::size_t i = 0; i < kNoduleFeatureNames.size(); ++i) {
        EXPECT_NEAR(a->features[i], b->features[i], 0.02 * std::abs(b->features[i]) + 0.02)
            << kNoduleFeatureNames[i];
        EXPECT_NEAR(a->slice_features[i], b->slice_features[i], 0.02 * std::abs(b->slice_features[i]) + 0.02)
            << "slice " << kNoduleFeatureNames[i];
    }
}

TEST(NoduleInItsScan, keeps_its_size_wherever_a_detector_put_the_seed) {
    const auto data = HZ_NEED_DATA(huizhen::testing::data_folder());
    const auto cut = read_nifti_volume(data / "lidc-nodules/demo/image/LIDC-IDRI-0314_R_1.nii.gz");
    ASSERT_TRUE(cut.has_value()) << cut.error().to_string();
    for (const Vec3 offset : {Vec3{3, 0, 0}, Vec3{0, -3, 0}, Vec3{0, 0, 3}, Vec3{-2, 2, -2}}) {
        const auto read = read_nodule(*cut, kCentreMm + offset);
        ASSERT_TRUE(read.has_value());
        EXPECT_LT(norm(read->outline.centre_mm - kCentreMm), 1.5);
        EXPECT_NEAR(read->measurement.diameter_mm, kDiameterMm, 0.12 * kDiameterMm);
    }
}

}  // namespace
}  // namespace huizhen::imaging
