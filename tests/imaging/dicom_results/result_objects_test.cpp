#include <cstdlib>

#include <huizhen/base/file.h>
#include <huizhen/dicom/image.h>
#include <huizhen/test_support/data.h>

#include "phantom.h"
#include "sample.h"

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;
using huizhen::testing::TemporaryFolder;

bool installed(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

std::string output_of(const std::string& command, const fs::path& scratch) {
    const fs::path out = scratch / "output.txt";
    const int status = std::system((command + " >'" + out.string() + "' 2>&1").c_str());
    const std::vector<std::byte> bytes = sample::bytes_of(out);
    return "status " + std::to_string(status) + "\n" +
           std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// dicom3tools' validator finds no error in any of the objects; DCMTK reads and prints the documents.
void expect_conformant(const std::vector<ResultObject>& objects, const fs::path& scratch) {
    if (!installed("dciodvfy") || !installed("dsrdump"))
        GTEST_SKIP() << "skipped: dicom3tools or dcmtk is not installed";
    for (const ResultObject& object : objects) {
        const fs::path file = scratch / (std::string(sample::name_of(object.kind)) + ".dcm");
        ASSERT_TRUE(write_file_atomically(file, object.bytes));
        const std::string said = output_of("dciodvfy '" + file.string() + "'", scratch);
        EXPECT_EQ(said.find("Error"), std::string::npos) << file << "\n" << said;
        if (object.kind != ResultKind::kReport && object.kind != ResultKind::kKeyImages) continue;
        std::string dump = output_of("dsrdump '" + file.string() + "'", scratch);
        const std::string unchecked = "W: Check for template constraints not yet supported";
        if (const auto at = dump.find(unchecked); at != std::string::npos) dump.erase(at, unchecked.size());
        EXPECT_EQ(dump.find("status 0"), 0U) << dump;
        EXPECT_EQ(dump.find("E: "), std::string::npos) << dump;
        EXPECT_EQ(dump.find("W: "), std::string::npos) << dump;
    }
}

TEST(ResultObjects, of_a_phantom_pass_the_validators) {
    const TemporaryFolder folder;
    sample::write_series(folder.path() / "ct");
    const SourceSeries source = sample::source(folder.path() / "ct");
    const sample::Sample made = sample::diagnosis(sample::places_in(source));
    const auto objects = make_result_objects(source, made.study);
    ASSERT_TRUE(objects.has_value()) << objects.error().to_string();
    ASSERT_EQ(objects->size(), 5U);
    expect_conformant(*objects, folder.path());
}

TEST(ResultObjects, without_findings_are_a_report_that_passes_the_validators) {
    const TemporaryFolder folder;
    sample::write_series(folder.path() / "ct");
    const SourceSeries source = sample::source(folder.path() / "ct");
    sample::Sample made = sample::diagnosis({});
    made.study.pictures.clear();
    const auto objects = make_result_objects(source, made.study);
    ASSERT_TRUE(objects.has_value()) << objects.error().to_string();
    ASSERT_EQ(objects->size(), 1U);
    expect_conformant(*objects, folder.path());
}

TEST(ResultObjects, without_a_segmentation_carry_the_outlines_in_the_report) {
    const TemporaryFolder folder;
    sample::write_series(folder.path() / "ct");
    const SourceSeries source = sample::source(folder.path() / "ct");
    const sample::Sample made = sample::diagnosis(sample::places_in(source));
    const auto objects = make_result_objects(source, made.study, {false, false, false, false});
    ASSERT_TRUE(objects.has_value()) << objects.error().to_string();
    ASSERT_EQ(objects->size(), 1U);
    expect_conformant(*objects, folder.path());
}

TEST(ResultObjects, of_a_multi_frame_series_name_its_frames) {
    const TemporaryFolder folder;
    std::vector<int> frame_order;
    for (int z = 19; z >= 0; --z) frame_order.push_back(z);
    Geometry geometry;
    geometry.spacing_mm = {0.8, 0.7, 2};
    fs::create_directories(folder.path() / "ct");
    phantom::write_enhanced(folder.path() / "ct/enhanced.dcm", phantom::volume(Size3{50, 40, 20}, geometry),
                            frame_order);
    const SourceSeries source = sample::source(folder.path() / "ct");
    ASSERT_EQ(source.images.size(), 20U);
    EXPECT_EQ(source.images[0].frame, 20);
    EXPECT_FALSE(source.rescale_intercept.has_value());  // each frame has its own
    const sample::Sample made = sample::diagnosis({{20, 14, 19}});
    const auto objects = make_result_objects(source, made.study);
    ASSERT_TRUE(objects.has_value()) << objects.error().to_string();
    expect_conformant(*objects, folder.path());
}

TEST(ResultObjects, of_the_real_series_pass_the_validators) {
    const fs::path data = HZ_NEED_DATA(testing::unpacked("ct-series/LIDC-IDRI-0314.tar.xz"));
    const TemporaryFolder folder;
    const SourceSeries source = sample::source(data);
    const sample::Sample made = sample::diagnosis({{-57.439, 131.233, -520.359}, {60, 120, -500}});
    const auto objects = make_result_objects(source, made.study);
    ASSERT_TRUE(objects.has_value()) << objects.error().to_string();
    expect_conformant(*objects, folder.path());
}

TEST(ResultObjects, lie_in_the_study_of_their_source) {
    const TemporaryFolder folder;
    sample::write_series(folder.path() / "ct");
    const SourceSeries source = sample::source(folder.path() / "ct");
    const sample::Sample made = sample::diagnosis(sample::places_in(source));
    const auto objects = make_result_objects(source, made.study);
    ASSERT_TRUE(objects.has_value());
    const auto original = read_series_info(folder.path() / "ct/IM00001.dcm");
    for (const ResultObject& object : *objects) {
        const auto info = read_series_info(object.bytes);
        ASSERT_TRUE(info.has_value()) << sample::name_of(object.kind);
        EXPECT_EQ(info->study_uid, source.study_uid);
        EXPECT_EQ(info->series_uid, object.series_uid);
        EXPECT_NE(info->series_uid, source.series_uid);
        EXPECT_EQ(info->patient_id, original->patient_id);
        EXPECT_EQ(info->patient_name, original->patient_name);
    }
}

TEST(ResultObjects, of_the_same_result_are_the_same_bytes) {
    const TemporaryFolder folder;
    sample::write_series(folder.path() / "ct");
    const SourceSeries source = sample::source(folder.path() / "ct");
    const sample::Sample made = sample::diagnosis(sample::places_in(source));
    const auto first = make_result_objects(source, made.study),
               again = make_result_objects(source, made.study);
    ASSERT_TRUE(first && again);
    for (std::size_t i = 0; i < first->size(); ++i) EXPECT_EQ((*first)[i].bytes, (*again)[i].bytes);
}

TEST(ResultObjects, of_another_model_or_input_have_other_uids) {
    const TemporaryFolder folder;
    sample::write_series(folder.path() / "ct");
    const SourceSeries source = sample::source(folder.path() / "ct");
    sample::Sample made = sample::diagnosis(sample::places_in(source));
    const auto first = make_result_objects(source, made.study);
    made.study.models[0].sha256[0] = 'f';
    const auto other_model = make_result_objects(source, made.study);
    made.study.input_sha256[0] = 'f';
    const auto other_input = make_result_objects(source, made.study);
    ASSERT_TRUE(first && other_model && other_input);
    std::vector<std::string> uids;
    for (const auto* objects : {&*first, &*other_model, &*other_input}) {
        for (const ResultObject& object : *objects) uids.push_back(object.sop_instance_uid);
    }
    std::sort(uids.begin(), uids.end());
    EXPECT_EQ(std::unique(uids.begin(), uids.end()), uids.end());
}

TEST(ResultObjects, refuse_what_cannot_be_said) {
    const TemporaryFolder folder;
    sample::write_series(folder.path() / "ct");
    const SourceSeries source = sample::source(folder.path() / "ct");
    const auto code_after = [&](const std::function<void(ResultStudy&)>& change) {
        sample::Sample made = sample::diagnosis(sample::places_in(source));
        change(made.study);
        const auto objects = make_result_objects(source, made.study);
        return objects ? ErrorCode::kInternal : objects.error().code();
    };
    constexpr auto kRefused = ErrorCode::kInvalidArgument;
    EXPECT_EQ(code_after([](ResultStudy& s) { s.conclusion = "\xE7\xBB\x93\xE8\xAE\xBA"; }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.cautions = {"a\nb"}; }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.findings[0].outline = nullptr; }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.findings[0].malignancy.value = 1.5; }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.findings[0].malignancy.value = std::nan(""); }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.findings[0].ratings[0].code = "seventeen letters"; }),
              kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.findings[1].number = 1; }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.models.clear(); }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.input_sha256 = "abc"; }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.date = "2026-01-02"; }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.equipment.serial_number.clear(); }), kRefused);
    EXPECT_EQ(code_after([](ResultStudy& s) { s.pictures[0].rgb.pop_back(); }), kRefused);
}

}  // namespace
}  // namespace huizhen::imaging
