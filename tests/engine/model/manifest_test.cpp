#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <huizhen/model/manifest.h>

namespace huizhen::engine {
namespace {

ModelManifest sample() {
    ModelManifest manifest;
    manifest.architecture = "ct-readers/1";
    manifest.shape = {{"width", 16}};
    manifest.features = {{"log_diameter_mm", 2.1, 0.4}};
    manifest.calibration = {CalibrationKind::kPlatt, 1.25, 1, -0.3};
    manifest.conformal = {0.1, 0.42, 0.77};
    manifest.training_data_sha256 = "ab";
    manifest.trained_on = {patient_mark("LIDC-IDRI-0001")};
    manifest.operating_points = {{"sensitivity_95", 0.2}};
    manifest.provenance = {{"seed", "1"}};
    return manifest;
}

TEST(Manifest, comes_back_as_it_was_written) {
    const auto read = parse_manifest(to_metadata(sample()), "ct-readers/1");
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(read->shape, sample().shape);
    ASSERT_EQ(read->features.size(), 1U);
    EXPECT_EQ(read->features[0].name, "log_diameter_mm");
    EXPECT_EQ(read->features[0].deviation, 0.4);
    EXPECT_EQ(read->calibration.kind, CalibrationKind::kPlatt);
    EXPECT_EQ(read->calibration.c, -0.3);
    EXPECT_EQ(read->conformal.malignant, 0.77);
    EXPECT_EQ(read->operating_points, sample().operating_points);
    EXPECT_EQ(read->provenance, sample().provenance);
    EXPECT_TRUE(read->has_seen("LIDC-IDRI-0001"));
    EXPECT_FALSE(read->has_seen("LIDC-IDRI-0314"));
}

TEST(Manifest, refuses_a_format_or_architecture_it_does_not_know) {
    auto metadata = to_metadata(sample());
    EXPECT_EQ(parse_manifest(metadata, "nodule-2d/1").error().code(), ErrorCode::kIntegrity);
    metadata["huizhen.format"] = "2";
    const auto later = parse_manifest(metadata, "ct-readers/1");
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().code(), ErrorCode::kIntegrity);
    EXPECT_THAT(later.error().message(), ::testing::HasSubstr("format 2"));
}

TEST(Manifest, refuses_what_is_damaged) {
    for (const auto& [from, to] :
         {std::pair<std::string, std::string>{"\"deviation\":0.4", "\"deviation\":0"},
          {"\"kind\":\"platt\"", "\"kind\":\"magic\""},
          {"\"trained_on\":[", "\"trained_on\":[1,"},
          {"\"trained_on\":[", "\"trained_on\":[\"ffffffff\","},
          {"\"malignant\":0.77", "\"malignant\":77"},
          {"\"shape\":{", "\"shaped\":{"}}) {
        auto metadata = to_metadata(sample());
        std::string& text = metadata["huizhen.manifest"];
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        text.replace(at, from.size(), to);
        EXPECT_EQ(parse_manifest(metadata, "ct-readers/1").error().code(), ErrorCode::kMalformedInput) << to;
    }
    EXPECT_EQ(parse_manifest({}, "ct-readers/1").error().code(), ErrorCode::kMalformedInput);
}

TEST(Manifest, an_extent_is_whole_and_within_bounds) {
    auto manifest = sample();
    EXPECT_EQ(*manifest.extent("width", 8, 64), 16);
    EXPECT_FALSE(manifest.extent("width", 32, 64));
    EXPECT_FALSE(manifest.extent("depth", 1, 64));
    manifest.shape["width"] = 16.5;
    EXPECT_FALSE(manifest.extent("width", 8, 64));
}

}  // namespace
}  // namespace huizhen::engine
