#include <huizhen/dicom/ct_writer.h>
#include <huizhen/test_support/data.h>

#include "sample.h"

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;
using huizhen::testing::TemporaryFolder;

TEST(SourceSeries, knows_where_each_image_lies) {
    const TemporaryFolder folder;
    const Geometry geometry = sample::default_geometry();
    sample::write_series(folder.path() / "ct", geometry);
    const SourceSeries source = sample::source(folder.path() / "ct");
    ASSERT_EQ(source.images.size(), 40U);
    EXPECT_EQ(source.columns, 64);
    EXPECT_EQ(source.rows, 48);
    for (int z : {0, 17, 39})
        EXPECT_LT(norm(source.to_patient(static_cast<std::size_t>(z), 12, 30) -
                       geometry.to_patient({12, 30, static_cast<double>(z)})),
                  1e-5);
    EXPECT_NEAR(source.slice_spacing_mm, 1.25, 1e-6);
    EXPECT_EQ(source.nearest_image(geometry.to_patient({3, 4, 17.4})), 17U);
    EXPECT_EQ(source.rescale_intercept, -1024);
    EXPECT_EQ(source.patient_and_study.reveal_phi("test").at(0x00100010), "SYNTHETIC^TEST");
}

TEST(SourceSeries, refuses_files_of_two_series) {
    const TemporaryFolder folder;
    sample::write_series(folder.path() / "a");
    CtWriteOptions other;
    other.patient_name = "SYNTHETIC^OTHER";
    other.patient_id = "SYNTHETIC-2";
    other.study_seed = "other";
    ASSERT_TRUE(write_ct_series(Volume(Size3{64, 48, 2}, {}), other, folder.path() / "b"));
    SourceSeriesReader reader;
    ASSERT_TRUE(reader.add(sample::bytes_of(folder.path() / "a/IM00001.dcm")));
    const Status added = reader.add(sample::bytes_of(folder.path() / "b/IM00001.dcm"));
    ASSERT_FALSE(added.has_value());
    EXPECT_EQ(added.error().code(), ErrorCode::kUntrustworthyInput);
}

TEST(SourceSeries, refuses_junk_and_nothing) {
    SourceSeriesReader reader;
    EXPECT_FALSE(reader.add(std::vector<std::byte>(500, std::byte{7})).has_value());
    EXPECT_EQ(reader.finish().error().code(), ErrorCode::kNotFound);
}

TEST(SourceSeries, reads_the_real_series) {
    const fs::path folder = HZ_NEED_DATA(testing::unpacked("ct-series/LIDC-IDRI-0314.tar.xz"));
    const SourceSeries source = sample::source(folder);
    EXPECT_EQ(source.images.size(), 275U);
    EXPECT_EQ(source.series_uid, "1.3.6.1.4.1.14519.5.2.1.6279.6001.154677396354641150280013275227");
    // Its files name a frame of reference each: none of them is the series'.
    EXPECT_EQ(source.frame_of_reference_uid.substr(0, 5), "2.25.");
    EXPECT_DOUBLE_EQ(source.row_spacing_mm, 0.78125);
}

}  // namespace
}  // namespace huizhen::imaging
