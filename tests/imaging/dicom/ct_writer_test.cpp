#include <cstdlib>

#include <huizhen/dicom/ct_writer.h>
#include <huizhen/dicom/image.h>
#include <huizhen/test_support/unprivileged.h>

#include "phantom.h"

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;
using huizhen::testing::TemporaryFolder;

TEST(CtWriter, writes_what_an_independent_validator_accepts) {
    if (std::system("command -v dciodvfy >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "skipped: dicom3tools is not installed";
    const TemporaryFolder folder;
    CtWriteOptions options = phantom::options();
    options.study_description = "Synthetic phantom";
    options.series_description = "1.25 mm";
    options.kernel = "SYNTHETIC";
    phantom::write(folder.path() / "ct", phantom::volume(), options);
    const fs::path report = folder.path() / "report.txt";
    for (const fs::path& file : phantom::files(folder.path() / "ct")) {
        ASSERT_EQ(std::system(("dciodvfy '" + file.string() + "' >>'" + report.string() + "' 2>&1").c_str()),
                  0);
    }
    const std::string text = phantom::read_bytes(report);
    EXPECT_EQ(text.find("Error"), std::string::npos) << text;
    EXPECT_NE(text.find("CTImage"), std::string::npos) << text;
}

TEST(CtWriter, writes_the_same_bytes_for_the_same_phantom) {
    const TemporaryFolder folder;
    phantom::write(folder.path() / "a", phantom::volume());
    phantom::write(folder.path() / "b", phantom::volume());
    EXPECT_EQ(phantom::read_bytes(folder.path() / "a/IM00003.dcm"),
              phantom::read_bytes(folder.path() / "b/IM00003.dcm"));
}

TEST(CtWriter, keeps_names_outside_ascii_as_utf8) {
    const TemporaryFolder folder;
    CtWriteOptions options = phantom::options();
    options.patient_name = "合成^体模";
    phantom::write(folder.path(), phantom::volume(), options);
    const auto info = read_series_info(folder.path() / "IM00001.dcm");
    ASSERT_TRUE(info);
    EXPECT_EQ(info->patient_name, Phi<std::string>("合成^体模"));
}

TEST(CtWriter, refuses_a_nameless_patient_and_an_empty_volume) {
    const TemporaryFolder folder;
    CtWriteOptions nameless = phantom::options();
    nameless.patient_name.clear();
    EXPECT_EQ(write_ct_series(phantom::volume(), nameless, folder.path()).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(write_ct_series(Volume{}, phantom::options(), folder.path()).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(CtWriter, takes_back_what_it_wrote_when_a_later_slice_fails) {
    const TemporaryFolder folder;
    fs::create_directories(folder.path() / "IM00005.dcm/in_the_way");
    const auto status = write_ct_series(phantom::volume(), phantom::options(), folder.path());
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), ErrorCode::kIo);
    EXPECT_NE(status.error().message().find("IM00005.dcm"), std::string::npos);
    EXPECT_EQ(phantom::files(folder.path()).size(), 1U);
}

TEST(CtWriter, says_so_where_it_may_not_write) {
    const TemporaryFolder folder;
    const auto readable =
        fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec;
    fs::permissions(folder.path(), readable);
    const huizhen::testing::UnprivilegedFileAccess as_user;
    const fs::path within = folder.path() / "new";
    EXPECT_EQ(write_ct_series(phantom::volume(), phantom::options(), folder.path()).error().code(),
              ErrorCode::kPermissionDenied);
    EXPECT_EQ(write_ct_series(phantom::volume(), phantom::options(), within).error().code(),
              ErrorCode::kPermissionDenied);
}

TEST(AgeInYears, comes_from_the_age_or_from_the_dates) {
    EXPECT_EQ(age_in_years(Phi<std::string>("063Y")), 63);
    EXPECT_EQ(age_in_years(Phi<std::string>("030M")), 2);
    EXPECT_EQ(age_in_years(Phi<std::string>("X63Y")), std::nullopt);
    EXPECT_EQ(age_in_years(Phi<std::string>("")), std::nullopt);
    EXPECT_EQ(age_in_years(Phi<std::string>("999Y")), std::nullopt);
    EXPECT_EQ(age_in_years(Phi<std::string>("000Y")), std::nullopt);
    EXPECT_EQ(age_in_years(Phi<std::string>("003D")), 0);
    SeriesInfo info;
    info.birth_date = Phi<std::string>("19600512");
    info.study_date = Phi<std::string>("20240511");
    EXPECT_EQ(age_in_years(info), 63);
    info.study_date = Phi<std::string>("20240512");
    EXPECT_EQ(age_in_years(info), 64);
    info.birth_date = Phi<std::string>("20300101");
    EXPECT_EQ(age_in_years(info), std::nullopt);
}

}  // namespace
}  // namespace huizhen::imaging
