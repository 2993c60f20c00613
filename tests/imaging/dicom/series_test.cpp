#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <sys/resource.h>

#include <huizhen/dicom/image.h>
#include <huizhen/dicom/series.h>
#include <huizhen/test_support/unprivileged.h>

#include "phantom.h"

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;
using huizhen::testing::TemporaryFolder;

void set(DcmDataset& data, const DcmTagKey& key, const std::string& value) {
    ASSERT_TRUE(data.putAndInsertString(key, value.c_str()).good());
}

void expect_refused(const fs::path& folder, ErrorCode code, std::string_view reason,
                    const LoadOptions& options = {}) {
    const auto series = phantom::load(folder, options);
    ASSERT_FALSE(series);
    EXPECT_EQ(series.error().code(), code) << series.error().to_string();
    EXPECT_NE(series.error().message().find(reason), std::string::npos) << series.error().message();
}

void expect_voxels(const Volume& read, const Volume& written) {
    ASSERT_EQ(read.size(), written.size());
    EXPECT_TRUE(std::equal(read.voxels().begin(), read.voxels().end(), written.voxels().begin()));
}

TEST(Series, comes_back_as_written_whatever_the_file_names_and_numbers) {
    const TemporaryFolder folder;
    const Volume written = phantom::volume();
    phantom::write(folder.path(), written);
    phantom::edit(folder.path(), [](DcmDataset& data, int i) {
        set(data, DCM_InstanceNumber, std::to_string(100 - (i * 7) % 16));
    });
    for (const fs::path& path : phantom::files(folder.path())) {
        std::string name = path.filename().string();
        std::reverse(name.begin(), name.end());
        fs::rename(path, folder.path() / name);
    }
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    expect_voxels(series->volume, written);
    EXPECT_TRUE(series->findings.empty());
    const Geometry& g = series->volume.geometry();
    EXPECT_NEAR(g.origin_mm.x, -100, 1e-6);
    EXPECT_NEAR(g.spacing_mm.y, 0.8, 1e-9);
    EXPECT_NEAR(g.spacing_mm.z, 1.25, 1e-9);
    EXPECT_EQ(series->info.patient_name, Phi<std::string>("SYNTHETIC^TEST"));
    EXPECT_EQ(age_in_years(series->info.age), 63);
    EXPECT_EQ(series->inputs.size(), 16U);
    EXPECT_EQ(series->slice_uids.size(), 16U);
}

TEST(Series, of_sagittal_slices_names_no_slice_for_its_z) {
    const TemporaryFolder folder;
    const Volume written =
        phantom::volume({24, 20, 16}, {{0, 0, 60}, {0.7, 0.8, 1.25}, {0, 1, 0}, {0, 0, -1}, {1, 0, 0}});
    phantom::write(folder.path(), written);
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    EXPECT_EQ(series->volume.size(), (Size3{16, 24, 20}));
    EXPECT_EQ(series->inputs.size(), 16U);
    EXPECT_TRUE(series->slice_uids.empty());
}

TEST(Series, in_prone_feet_first_position_is_put_in_patient_order) {
    const TemporaryFolder folder;
    const Volume written =
        phantom::volume({24, 20, 16}, {{50, 60, 10}, {0.7, 0.8, 1.25}, {-1, 0, 0}, {0, -1, 0}, {0, 0, 1}});
    CtWriteOptions options = phantom::options();
    options.patient_position = "FFP";
    phantom::write(folder.path(), written, options);
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    const Geometry& g = series->volume.geometry();
    EXPECT_DOUBLE_EQ(g.x_axis.x, 1);
    EXPECT_DOUBLE_EQ(g.y_axis.y, 1);
    EXPECT_TRUE(phantom::has_finding(*series, "feet-first"));
    EXPECT_EQ(series->volume.at(23, 19, 3), written.at(0, 0, 3));
    const Vec3 place = written.geometry().to_patient({5, 7, 9}), at = g.to_voxel(place);
    EXPECT_EQ(series->volume.at(static_cast<int>(std::lround(at.x)), static_cast<int>(std::lround(at.y)),
                                static_cast<int>(std::lround(at.z))),
              written.at(5, 7, 9));
}

TEST(Series, with_rescale_of_its_own_in_every_slice_uses_each) {
    const TemporaryFolder folder;
    const Volume written = phantom::volume();
    phantom::write(folder.path(), written);
    phantom::edit(folder.path(), [](DcmDataset& data, int i) {
        set(data, DCM_RescaleSlope, i % 2 == 0 ? "1" : "0.5");
        set(data, DCM_RescaleIntercept, std::to_string(-1000 + i));
    });
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    for (int z : {0, 1, 15}) {
        const double stored = written.at(3, 4, z) + 1024;
        const double hu =
            std::max<double>(kOutsideHu, std::nearbyint(stored * (z % 2 == 0 ? 1 : 0.5) - 1000 + z));
        EXPECT_EQ(series->volume.at(3, 4, z), hu) << z;
    }
}

TEST(Series, with_padding_and_values_below_air_sets_them_to_air_and_says_so) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    phantom::edit(folder.path(), [](DcmDataset& data, int) {
        std::vector<Uint16> stored(24 * 20, 1500);
        stored[0] = 63536;  // -2000 as signed
        stored[1] = 0;
        stored[2] = static_cast<Uint16>(-1200);
        ASSERT_TRUE(data.putAndInsertUint16Array(DCM_PixelData, stored.data(), stored.size()).good());
        ASSERT_TRUE(data.putAndInsertUint16(DCM_PixelRepresentation, 1).good());
        ASSERT_TRUE(data.putAndInsertSint16(DCM_PixelPaddingValue, -2000).good());
        set(data, DCM_RescaleIntercept, "0");
    });
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    EXPECT_EQ(series->volume.at(0, 0, 5), kOutsideHu);
    EXPECT_EQ(series->volume.at(1, 0, 5), 0);
    EXPECT_EQ(series->volume.at(2, 0, 5), kOutsideHu);
    EXPECT_EQ(series->volume.at(3, 0, 5), 1500);
    EXPECT_TRUE(phantom::has_finding(*series, "padding-replaced"));
    EXPECT_TRUE(phantom::has_finding(*series, "outside-circle"));
}

TEST(Series, with_a_tilted_gantry_is_sheared_upright) {
    const TemporaryFolder folder;
    // A ball of tissue upright in the patient, scanned with slices that slide 0.4 mm to the back from one to
    // the next.
    constexpr double kDrift = 0.4;
    const Geometry scan{{0, 0, 0}, {1, 1, 1}};
    Volume tilted({40, 60, 30}, scan, -900);
    const Vec3 centre{20, 35, 15};
    for (int z = 0; z < 30; ++z) {
        for (int y = 0; y < 60; ++y) {
            for (int x = 0; x < 40; ++x) {
                const Vec3 place{static_cast<double>(x), y + kDrift * z, static_cast<double>(z)};
                if (norm(place - centre) < 6) tilted.at(x, y, z) = 50;
            }
        }
    }
    phantom::write(folder.path(), tilted);
    phantom::edit(folder.path(), [](DcmDataset& data, int i) {
        set(data, DCM_ImagePositionPatient, "0\\" + std::to_string(kDrift * i) + "\\" + std::to_string(i));
        set(data, DCM_GantryDetectorTilt, "21.8");
    });
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    EXPECT_TRUE(phantom::has_finding(*series, "gantry-tilt-corrected"));
    EXPECT_FALSE(phantom::has_finding(*series, "tilt-contradicts-positions"));
    const Volume& upright = series->volume;
    EXPECT_EQ(upright.size(), (Size3{40, 72, 30}));
    std::size_t inside = 0;
    Vec3 sum;
    for (int z = 0; z < upright.size().z; ++z) {
        for (int y = 0; y < upright.size().y; ++y) {
            for (int x = 0; x < upright.size().x; ++x) {
                if (upright.at(x, y, z) < -400) continue;
                sum = sum + upright.geometry().to_patient(
                                {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                ++inside;
            }
        }
    }
    const Vec3 found = (1.0 / static_cast<double>(inside)) * sum;
    EXPECT_NEAR(found.y, centre.y, 0.2);
    EXPECT_NEAR(found.z, centre.z, 0.2);
    EXPECT_NEAR(static_cast<double>(inside), 4.0 / 3 * 3.14159 * 216, 60);
}

TEST(Series, of_enhanced_ct_is_read_frame_by_frame) {
    const TemporaryFolder folder;
    const Volume written = phantom::volume();
    std::vector<int> order(16);
    for (int i = 0; i < 16; ++i) order[static_cast<std::size_t>(i)] = (i * 5) % 16;
    phantom::write_enhanced(folder.path() / "enhanced.dcm", written, order);
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    expect_voxels(series->volume, written);
    EXPECT_NEAR(series->volume.geometry().spacing_mm.z, 1.25, 1e-9);
    EXPECT_EQ(series->inputs.size(), 1U);
    EXPECT_EQ(series->info.slice_thickness_mm, 1.25);
    phantom::transcode(folder.path(), "1.2.840.10008.1.2.4.80");
    const auto compressed = phantom::load(folder.path());
    ASSERT_TRUE(compressed) << compressed.error().to_string();
    expect_voxels(compressed->volume, written);
}

TEST(Series, leaves_localisers_junk_and_foreign_objects_out) {
    const TemporaryFolder folder;
    const Volume written = phantom::volume();
    phantom::write(folder.path() / "ct", written);
    CtWriteOptions scout = phantom::options();
    scout.series_seed = "scout";
    phantom::write(folder.path() / "scout", phantom::volume({24, 20, 2}), scout);
    phantom::edit(folder.path() / "scout",
                  [](DcmDataset& data, int) { set(data, DCM_ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER"); });
    phantom::write(folder.path() / "mr", phantom::volume({24, 20, 2}), scout);
    phantom::edit(folder.path() / "mr", [](DcmDataset& data, int) {
        set(data, DCM_SOPClassUID, UID_MRImageStorage);
        set(data, DCM_Modality, "MR");
    });
    phantom::write_bytes(folder.path() / "readme.txt", "a note");
    phantom::write_bytes(folder.path() / "empty", "");
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    expect_voxels(series->volume, written);
    EXPECT_TRUE(phantom::has_finding(*series, "not-dicom"));
    EXPECT_TRUE(phantom::has_finding(*series, "other-object"));
    EXPECT_TRUE(phantom::has_finding(*series, "other-series"));
}

TEST(Series, that_mixes_localisers_with_slices_drops_the_localisers) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    phantom::edit(folder.path(), [](DcmDataset& data, int i) {
        if (i != 0) return;
        set(data, DCM_ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER");
        set(data, DCM_ImageOrientationPatient, "1\\0\\0\\0\\0\\-1");
    });
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    EXPECT_EQ(series->volume.size().z, 15);
    EXPECT_TRUE(phantom::has_finding(*series, "localiser-left-out"));
}

TEST(Series, drops_true_duplicates_and_refuses_two_different_slices_at_one_place) {
    const TemporaryFolder folder;
    const Volume written = phantom::volume();
    phantom::write(folder.path(), written);
    fs::copy_file(folder.path() / "IM00005.dcm", folder.path() / "again.dcm");
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    expect_voxels(series->volume, written);
    EXPECT_TRUE(phantom::has_finding(*series, "duplicate-slice"));

    std::string other = phantom::read_bytes(folder.path() / "again.dcm");
    other[other.size() - 2] = static_cast<char>(other[other.size() - 2] ^ 0x15);
    phantom::write_bytes(folder.path() / "again.dcm", other);
    expect_refused(folder.path(), ErrorCode::kUntrustworthyInput, "two different slices lie at one place");
}

TEST(Series, with_missing_middle_slices_is_refused) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    fs::remove(folder.path() / "IM00008.dcm");
    fs::remove(folder.path() / "IM00009.dcm");
    expect_refused(folder.path(), ErrorCode::kUntrustworthyInput,
                   "slices are missing: 1 gaps, about 2 slices");
}

TEST(Series, of_two_patients_mixed_is_refused_without_naming_them) {
    const TemporaryFolder folder;
    phantom::write(folder.path() / "a", phantom::volume());
    CtWriteOptions other = phantom::options();
    other.patient_name = "SYNTHETIC^OTHER";
    other.patient_id = "SYNTHETIC-2";
    phantom::write(folder.path() / "b", phantom::volume(), other);
    expect_refused(folder.path(), ErrorCode::kUntrustworthyInput, "different patients");
    EXPECT_EQ(phantom::load(folder.path()).error().message().find("SYNTHETIC"), std::string::npos);
}

TEST(Series, is_chosen_by_uid_where_a_folder_holds_several) {
    const TemporaryFolder folder;
    phantom::write(folder.path() / "a", phantom::volume());
    CtWriteOptions second = phantom::options();
    second.series_seed = "second";
    const Volume thick = phantom::volume({24, 20, 12}, {{-100, -80, 50}, {0.7, 0.8, 2.5}});
    phantom::write(folder.path() / "b", thick, second);
    expect_refused(folder.path(), ErrorCode::kInvalidArgument, "several CT series");
    const auto info = read_series_info(folder.path() / "b/IM00001.dcm");
    ASSERT_TRUE(info);
    LoadOptions options;
    options.series_uid = info->series_uid;
    const auto series = phantom::load(folder.path(), options);
    ASSERT_TRUE(series) << series.error().to_string();
    expect_voxels(series->volume, thick);
    options.series_uid = "1.2.3";
    expect_refused(folder.path(), ErrorCode::kInvalidArgument, "does not hold series 1.2.3", options);
}

TEST(Series, that_is_not_a_chest_ct_is_refused_by_what_it_is) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    phantom::edit(folder.path(), [](DcmDataset& data, int) {
        set(data, DCM_SOPClassUID, UID_MRImageStorage);
        set(data, DCM_Modality, "MR");
    });
    expect_refused(folder.path(), ErrorCode::kUnsupported, "only MR");
}

TEST(Series, whose_modality_contradicts_its_class_is_refused_by_both) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    phantom::edit(folder.path(), [](DcmDataset& data, int i) {
        if (i == 7) set(data, DCM_Modality, "MR");
    });
    expect_refused(folder.path(), ErrorCode::kUntrustworthyInput, "but of modality MR (0008,0060)");
    phantom::edit(folder.path(), [](DcmDataset& data, int) { set(data, DCM_Modality, ""); });
    EXPECT_TRUE(phantom::load(folder.path()));
    phantom::edit(folder.path(), [](DcmDataset& data, int) {
        set(data, DCM_SOPClassUID, UID_MRImageStorage);
        set(data, DCM_Modality, "CT");
    });
    expect_refused(folder.path(), ErrorCode::kUnsupported,
                   "no CT images, only CT by modality, SOP class 1.2.840.10008.5.1.4.1.1.4:");
}

TEST(Series, with_mixed_orientation_spacing_or_size_is_refused) {
    for (const auto& [key, value, reason] : std::vector<std::tuple<DcmTagKey, std::string, std::string>>{
             {DCM_ImageOrientationPatient, "1\\0\\0\\0\\0\\-1", "different orientation"},
             {DCM_PixelSpacing, "0.9\\0.9", "different pixel spacing"},
             {DCM_RescaleType, "ED", "not Hounsfield units"},
             {DCM_ImagePositionPatient, "", "no position"},
             {DCM_RescaleSlope, "", "not Hounsfield units"},
             {DCM_PixelSpacing, "0\\0", "implausible"},
             {DCM_FrameOfReferenceUID, "1.2.3", "frames of reference"},
             {DCM_StudyInstanceUID, "1.2.3", "several studies"}}) {
        SCOPED_TRACE(reason);
        const TemporaryFolder folder;
        phantom::write(folder.path(), phantom::volume());
        phantom::edit(folder.path(), [&, k = key, v = value](DcmDataset& data, int i) {
            if (i >= 14) set(data, k, v);
        });
        expect_refused(folder.path(), ErrorCode::kUntrustworthyInput, reason);
    }
}

TEST(Series, with_one_frame_of_reference_per_slice_is_read_with_a_warning) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    phantom::edit(folder.path(), [](DcmDataset& data, int i) {
        set(data, DCM_FrameOfReferenceUID, "1.2.3." + std::to_string(i + 1));
    });
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    EXPECT_TRUE(phantom::has_finding(*series, "frame-of-reference-per-slice"));
}

TEST(Series, that_is_absent_empty_junk_or_a_single_slice_says_which) {
    const TemporaryFolder folder;
    expect_refused(folder.path() / "absent", ErrorCode::kNotFound, "no folder");
    expect_refused(folder.path(), ErrorCode::kNotFound, "empty");
    phantom::write_bytes(folder.path() / "a.txt", std::string(1000, 'x'));
    phantom::write_bytes(folder.path() / "b.dcm", "DICM");
    expect_refused(folder.path(), ErrorCode::kMalformedInput, "none of the 2 files is DICOM");
    expect_refused(folder.path() / "a.txt", ErrorCode::kInvalidArgument, "not a folder");
    phantom::write(folder.path(), phantom::volume({24, 20, 1}));
    expect_refused(folder.path(), ErrorCode::kUntrustworthyInput, "only 1 slice");
}

TEST(Series, that_may_not_be_read_is_refused_as_such) {
    const TemporaryFolder folder;
    phantom::write(folder.path() / "ct", phantom::volume());
    fs::permissions(folder.path() / "ct/IM00004.dcm", fs::perms::none);
    const huizhen::testing::UnprivilegedFileAccess as_user;
    Executor executor(1);  // runs on this thread, which alone is unprivileged
    const auto file = load_ct_series(folder.path(), executor, silent_progress(), {});
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code(), ErrorCode::kPermissionDenied);
    EXPECT_NE(file.error().message().find("IM00004.dcm"), std::string::npos);
}

TEST(Series, in_a_folder_that_may_not_be_listed_is_refused_as_such) {
    const TemporaryFolder folder;
    phantom::write(folder.path() / "ct", phantom::volume());
    fs::permissions(folder.path() / "ct", fs::perms::none);
    {
        const huizhen::testing::UnprivilegedFileAccess as_user;
        Executor executor(1);
        EXPECT_EQ(load_ct_series(folder.path() / "ct", executor, silent_progress(), {}).error().code(),
                  ErrorCode::kPermissionDenied);
        EXPECT_EQ(load_ct_series(folder.path(), executor, silent_progress(), {}).error().code(),
                  ErrorCode::kPermissionDenied);
        const auto inside = load_ct_series(folder.path() / "ct/inner", executor, silent_progress(), {});
        ASSERT_FALSE(inside);
        EXPECT_EQ(inside.error().code(), ErrorCode::kPermissionDenied);
        EXPECT_NE(inside.error().message().find("permission denied"), std::string::npos);
    }
    fs::permissions(folder.path() / "ct", fs::perms::owner_all);
}

TEST(Series, with_a_truncated_slice_is_refused_by_file_and_tag) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    const fs::path path = folder.path() / "IM00003.dcm";
    const std::string bytes = phantom::read_bytes(path);
    phantom::write_bytes(path, std::string_view(bytes).substr(0, bytes.size() - 100));
    expect_refused(folder.path(), ErrorCode::kMalformedInput, "IM00003.dcm: (7FE0,0010)");
}

TEST(Series, stops_when_asked_to) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    std::stop_source stop;
    stop.request_stop();
    Executor executor(2);
    EXPECT_EQ(load_ct_series(folder.path(), executor, silent_progress(), stop.get_token()).error().code(),
              ErrorCode::kCancelled);
}

TEST(Series, reports_progress_up_to_the_last_slice) {
    struct Recorder final : ProgressSink {
        void advance(std::string_view, std::uint64_t done, std::uint64_t total) override {
            last = done;
            of = total;
        }
        std::uint64_t last = 0, of = 0;
    } recorder;
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    Executor executor(2);
    ASSERT_TRUE(load_ct_series(folder.path(), executor, recorder, {}));
    EXPECT_EQ(recorder.last, 16U);
    EXPECT_EQ(recorder.of, 16U);
}

}  // namespace
}  // namespace huizhen::imaging
