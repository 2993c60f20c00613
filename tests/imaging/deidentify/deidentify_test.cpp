#include <cstdlib>
#include <map>
#include <set>

#include <huizhen/base/file.h>
#include <huizhen/base/progress.h>
#include <huizhen/dicom/image.h>
#include <huizhen/dicom/limits.h>
#include <huizhen/dicom/series.h>
#include <huizhen/test_support/data.h>

#include "planted.h"

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;
using huizhen::testing::TemporaryFolder;

DeidentifyOptions all_options() {
    DeidentifyOptions options;
    options.retain_modified_dates = options.clean_descriptors = options.retain_patient_characteristics =
        options.retain_safe_private = true;
    return options;
}

std::string as_text(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> bytes_of(const fs::path& path) { return read_file(path, kMaxFileBytes).value(); }

std::size_t errors_of(const std::vector<std::byte>& bytes, std::string& said) {
    const TemporaryFolder folder;
    EXPECT_TRUE(write_file_atomically(folder.path() / "object.dcm", bytes));
    const std::string path = (folder.path() / "object.dcm").string();
    if (std::system(("dciodvfy '" + path + "' >'" + path + ".txt' 2>&1").c_str()) < 0) return 0;
    said = as_text(bytes_of(path + ".txt"));
    std::size_t errors = 0;
    for (std::size_t at = said.find("Error"); at != std::string::npos; at = said.find("Error", at + 1))
        ++errors;
    return errors;
}

TEST(Deidentify, leaves_nothing_of_a_person_in_any_corner) {
    for (const DeidentifyOptions& options : {DeidentifyOptions{}, all_options()}) {
        const auto result = deidentify(planted::image(), planted::key(), options);
        ASSERT_TRUE(result.has_value()) << result.error().to_string();
        const std::string bytes = as_text(result->bytes);
        for (const std::string& secret : planted::secrets())
            EXPECT_EQ(bytes.find(secret), std::string::npos) << secret;
        EXPECT_GT(result->removed, 5U);
    }
}

TEST(Deidentify, says_in_the_object_what_was_done) {
    const auto result = deidentify(planted::image(), planted::key(), all_options());
    ASSERT_TRUE(result.has_value());
    const auto file = planted::read(result->bytes);
    DcmDataset& data = *file->getDataset();
    EXPECT_EQ(planted::text(data, DCM_PatientIdentityRemoved), "YES");
    EXPECT_EQ(planted::text(data, DCM_LongitudinalTemporalInformationModified), "MODIFIED");
    std::set<std::string> methods;
    DcmItem* item = nullptr;
    for (long i = 0; data.findAndGetSequenceItem(DCM_DeidentificationMethodCodeSequence, item, i).good(); ++i)
        methods.insert(planted::text(*item, DCM_CodeValue));
    EXPECT_EQ(methods, (std::set<std::string>{"113100", "113105", "113107", "113108", "113111"}));
}

TEST(Deidentify, keeps_what_the_options_name) {
    const auto result = deidentify(planted::image(), planted::key(), all_options());
    ASSERT_TRUE(result.has_value());
    const auto file = planted::read(result->bytes);
    DcmDataset& data = *file->getDataset();
    EXPECT_EQ(planted::text(data, DCM_StudyDescription), "CT chest 1.25 mm");
    EXPECT_EQ(planted::text(data, DCM_PatientAge), "090Y");
    EXPECT_EQ(planted::text(data, DCM_PatientSex), "F");
    EXPECT_EQ(planted::text(data, DcmTagKey(0x01F1, 0x1026)), "0.984");
    EXPECT_EQ(planted::text(data, DcmTagKey(0x01F1, 0x0010)), "ELSCINT1");
    EXPECT_FALSE(data.tagExists(DcmTagKey(0x01F1, 0x1099)));
    EXPECT_FALSE(data.tagExists(DcmTagKey(0x0013, 0x0010)));
    EXPECT_FALSE(data.tagExists(DcmTagKey(0x6000, 0x0010)));
    EXPECT_FALSE(data.tagExists(DCM_SeriesDescription));
}

TEST(Deidentify, moves_all_dates_of_a_patient_by_the_same_days) {
    DeidentifyOptions options;
    options.retain_modified_dates = true;
    const auto result = deidentify(planted::image(), planted::key(), options);
    ASSERT_TRUE(result.has_value());
    const auto file = planted::read(result->bytes);
    DcmDataset& data = *file->getDataset();
    const std::string study = planted::text(data, DCM_StudyDate),
                      acquired = planted::text(data, DCM_AcquisitionDate);
    EXPECT_EQ(study.size(), 8U);
    EXPECT_LT(study, "20251203");  // 30 days at least
    EXPECT_EQ(planted::text(data, DCM_AcquisitionDateTime), acquired + "093015.5");
    EXPECT_EQ(planted::text(data, DCM_StudyTime), "120000");
    EXPECT_EQ(planted::text(data, DCM_PatientBirthDate), "");
    const auto other = deidentify(planted::image(), planted::key(2), options);
    EXPECT_NE(planted::text(*planted::read(other->bytes)->getDataset(), DCM_StudyDate), study);
}

TEST(Deidentify, replaces_uids_the_same_way_everywhere) {
    const auto first = deidentify(planted::image(0), planted::key());
    const auto second = deidentify(
        planted::image(1,
                       [](DcmDataset& data) {
                           DcmItem* item = nullptr;
                           ASSERT_TRUE(data.findAndGetSequenceItem(DCM_ReferencedImageSequence, item).good());
                           const auto original = planted::read(planted::image(0));
                           item->putAndInsertString(
                               DCM_ReferencedSOPInstanceUID,
                               planted::text(*original->getDataset(), DCM_SOPInstanceUID).c_str());
                       }),
        planted::key());
    ASSERT_TRUE(first && second);
    const auto a = planted::read(first->bytes), b = planted::read(second->bytes);
    for (const DcmTagKey& tag :
         {DCM_StudyInstanceUID, DCM_SeriesInstanceUID, DCM_FrameOfReferenceUID, DCM_PatientID}) {
        EXPECT_EQ(planted::text(*a->getDataset(), tag), planted::text(*b->getDataset(), tag));
    }
    EXPECT_NE(first->sop_instance_uid, second->sop_instance_uid);
    DcmItem* item = nullptr;
    ASSERT_TRUE(b->getDataset()->findAndGetSequenceItem(DCM_ReferencedImageSequence, item).good());
    EXPECT_EQ(planted::text(*item, DCM_ReferencedSOPInstanceUID), first->sop_instance_uid);
    EXPECT_EQ(planted::text(*item, DCM_ReferencedSOPClassUID), UID_CTImageStorage);
    EXPECT_EQ(planted::text(*a->getMetaInfo(), DCM_MediaStorageSOPInstanceUID), first->sop_instance_uid);
}

// Gateways write so what they do not know; the bytes are the same.
TEST(Deidentify, knows_attributes_written_as_unknown) {
    const auto as_unknown = [](DcmDataset& data) {
        for (const DcmTagKey& tag :
             {DCM_PatientName, DCM_PatientID, DCM_StudyDate, DCM_StudyInstanceUID, DCM_Modality}) {
            std::string value = planted::text(data, tag);
            if (value.size() % 2 != 0) value += tag == DCM_StudyInstanceUID ? '\0' : ' ';
            auto unknown = std::make_unique<DcmOtherByteOtherWord>(DcmTag(tag, EVR_UN));
            unknown->putUint8Array(reinterpret_cast<const Uint8*>(value.data()),
                                   static_cast<unsigned long>(value.size()));
            data.insert(unknown.release(), OFTrue);
        }
    };
    DeidentifyOptions options;
    options.retain_modified_dates = true;
    const auto plain = deidentify(planted::image(), planted::key(), options);
    const auto unknown = deidentify(planted::image(0, as_unknown), planted::key(), options);
    ASSERT_TRUE(plain && unknown) << unknown.error().to_string();
    const auto a = planted::read(plain->bytes), b = planted::read(unknown->bytes);
    for (const DcmTagKey& tag :
         {DCM_PatientName, DCM_PatientID, DCM_StudyDate, DCM_StudyInstanceUID, DCM_Modality})
        EXPECT_EQ(planted::text(*a->getDataset(), tag), planted::text(*b->getDataset(), tag));
}

TEST(Deidentify, keeps_the_image_a_conformant_one) {
    if (std::system("command -v dciodvfy >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "skipped: dicom3tools is not installed";
    for (const DeidentifyOptions& options : {DeidentifyOptions{}, all_options()}) {
        const auto result = deidentify(planted::image(), planted::key(), options);
        ASSERT_TRUE(result.has_value());
        std::string said;
        EXPECT_EQ(errors_of(result->bytes, said), 0U) << said;
    }
}

TEST(Deidentify, refuses_pixels_that_may_show_who_it_is) {
    const auto refused = [](const planted::Change& change) {
        const auto result = deidentify(planted::image(0, change), planted::key());
        return !result && result.error().code() == ErrorCode::kUnsupported;
    };
    EXPECT_TRUE(refused([](DcmDataset& d) { d.putAndInsertString(DCM_BurnedInAnnotation, "YES"); }));
    EXPECT_TRUE(refused(
        [](DcmDataset& d) { d.putAndInsertString(DCM_SOPClassUID, UID_SecondaryCaptureImageStorage); }));
    EXPECT_TRUE(refused(
        [](DcmDataset& d) { d.putAndInsertString(DCM_SOPClassUID, UID_UltrasoundMultiframeImageStorage); }));
    EXPECT_TRUE(refused(
        [](DcmDataset& d) { d.putAndInsertString(DCM_SOPClassUID, UID_VLPhotographicImageStorage); }));
    EXPECT_TRUE(refused([](DcmDataset& d) { d.putAndInsertString(DCM_ConversionType, "WSD"); }));
    EXPECT_TRUE(refused(
        [](DcmDataset& d) { d.putAndInsertString(DCM_ImageType, "DERIVED\\SECONDARY\\SCREEN SAVE"); }));
    EXPECT_FALSE(refused([](DcmDataset& d) { d.putAndInsertString(DCM_BurnedInAnnotation, "NO"); }));
}

TEST(Deidentify, blanks_the_boxes_it_is_given) {
    DeidentifyOptions options;
    options.clean_pixel_data = true;
    options.blank = {{2, 1, 3, 2}};
    const std::vector<std::byte> original =
        planted::image(0, [](DcmDataset& d) { d.putAndInsertString(DCM_BurnedInAnnotation, "YES"); });
    const auto result = deidentify(original, planted::key(), options);
    ASSERT_TRUE(result.has_value()) << result.error().to_string();
    const auto before = read_image(original), after = read_image(result->bytes);
    ASSERT_TRUE(before && after);
    for (int y = 0; y < before->size.y; ++y) {
        for (int x = 0; x < before->size.x; ++x) {
            const auto at = static_cast<std::size_t>(y * before->size.x + x);
            const bool blank = x >= 2 && x < 5 && y >= 1 && y < 3;
            EXPECT_EQ(after->stored[at], blank ? 0 : before->stored[at]) << x << " " << y;
        }
    }
    EXPECT_EQ(planted::text(*planted::read(result->bytes)->getDataset(), DCM_BurnedInAnnotation), "NO");
    options.blank = {{0, 0, 100000, 1}};
    EXPECT_EQ(deidentify(original, planted::key(), options).error().code(), ErrorCode::kInvalidArgument);
    options.clean_pixel_data = false;
    EXPECT_EQ(deidentify(original, planted::key(), options).error().code(), ErrorCode::kInvalidArgument);
}

TEST(Deidentify, clears_overlays_that_hide_in_unused_bits) {
    const auto result =
        deidentify(planted::image(0,
                                  [](DcmDataset& data) {
                                      data.putAndInsertUint16(DCM_BitsStored, 12);
                                      data.putAndInsertUint16(DCM_HighBit, 11);
                                      data.putAndInsertUint16(DcmTagKey(0x6000, 0x0100), 16);
                                      data.putAndInsertUint16(DcmTagKey(0x6000, 0x0102), 15);
                                      Uint16* words = nullptr;
                                      unsigned long count = 0;
                                      const Uint16* old = nullptr;
                                      data.findAndGetUint16Array(DCM_PixelData, old, &count);
                                      std::vector<Uint16> pixels(old, old + count);
                                      for (Uint16& word : pixels)
                                          word = static_cast<Uint16>((word & 0x0FFF) | 0x8000);
                                      words = pixels.data();
                                      data.putAndInsertUint16Array(DCM_PixelData, words, count);
                                  }),
                   planted::key());
    ASSERT_TRUE(result.has_value()) << result.error().to_string();
    const auto file = planted::read(result->bytes);
    const Uint16* words = nullptr;
    unsigned long count = 0;
    ASSERT_TRUE(file->getDataset()->findAndGetUint16Array(DCM_PixelData, words, &count).good());
    EXPECT_TRUE(std::all_of(words, words + count, [](Uint16 word) { return word < 0x1000; }));
}

TEST(Deidentify, empties_names_and_dates_that_the_table_forgets) {
    // Found in no row of the table, whatever their tag: by their representation.
    const auto result = deidentify(
        planted::image(0,
                       [](DcmDataset& data) {
                           data.putAndInsertString(DCM_ScheduledProcedureStepStartDate, "20260101");
                           data.putAndInsertString(DcmTagKey(0x0040, 0xFFF0), "Wibblethorpe");
                           DcmItem* item = nullptr;
                           data.findOrCreateSequenceItem(DCM_ConceptCodeSequence, item, -2);
                           item->putAndInsertString(DCM_ContextGroupLocalVersion, "20260101");
                       }),
        planted::key());
    ASSERT_TRUE(result.has_value()) << result.error().to_string();
    EXPECT_EQ(as_text(result->bytes).find("20260101"), std::string::npos);
    EXPECT_EQ(as_text(result->bytes).find("Wibblethorpe"), std::string::npos);
}

// What the table keeps may hold a name all the same.
TEST(Deidentify, replaces_texts_that_hold_what_is_known_to_identify) {
    for (const char* value :
         {"scanner of ZAPHRINA", "MRN-7781234", "bought 20260101", "see 1.2.276.999.1."}) {
        const auto result = deidentify(
            planted::image(
                0, [&](DcmDataset& data) { data.putAndInsertString(DCM_ManufacturerModelName, value); }),
            planted::key());
        ASSERT_TRUE(result.has_value()) << value << ": " << result.error().to_string();
        EXPECT_EQ(planted::text(*planted::read(result->bytes)->getDataset(), DCM_ManufacturerModelName),
                  "ANONYMIZED");
    }
}

// A code string is not text that may be anything; a private element that counts as safe must be it.
TEST(Deidentify, gives_nothing_where_something_identifying_would_be_left) {
    const std::vector<std::pair<const char*, planted::Change>> cases{
        {"(0018,0015)",
         [](DcmDataset& data) { data.putAndInsertString(DCM_BodyPartExamined, "MRN-7781234"); }},
        {"(01F1,1007)", [](DcmDataset& data) {
             auto element = std::make_unique<DcmOtherByteOtherWord>(DcmTag(0x01F1, 0x1007, EVR_OB));
             const std::string name = "of Wibblethorpe ";
             element->putUint8Array(reinterpret_cast<const Uint8*>(name.data()),
                                    static_cast<unsigned long>(name.size()));
             data.insert(element.release(), OFTrue);
         }}};
    for (const auto& [tag, change] : cases) {
        const auto result = deidentify(planted::image(0, change), planted::key(), all_options());
        ASSERT_FALSE(result.has_value()) << tag;
        EXPECT_EQ(result.error().code(), ErrorCode::kIntegrity);
        EXPECT_NE(result.error().message().find(tag), std::string::npos) << result.error().message();
        for (const std::string& secret : planted::secrets())
            EXPECT_EQ(result.error().message().find(secret), std::string::npos);
    }
}

TEST(IdentifyingLeftovers, finds_everything_in_an_untouched_file) {
    const auto image = planted::image();
    const auto found = identifying_leftovers(image, image);
    ASSERT_TRUE(found.has_value());
    const std::set<std::string> all(found->begin(), found->end());
    for (const char* expected :
         {"(0010,0010) holds a name", "(0010,0020) holds an identifier", "(0008,0020) holds a date",
          "(0020,000D) holds a UID", "(0008,1030) holds a name", "(0013,1001) is private",
          "(0032,1060) holds a name", "(0008,1155) holds a UID", "(0002,0003) holds a UID"}) {
        EXPECT_EQ(all.count(expected), 1U) << expected;
    }
}

TEST(Deidentify, takes_words_for_themselves) {
    const auto model_of = [](const char* name) {
        const auto result =
            deidentify(planted::image(0,
                                      [&](DcmDataset& data) {
                                          data.putAndInsertString(DCM_PatientName, name);
                                          data.putAndInsertString(DCM_ManufacturerModelName, "Sleepscan");
                                      }),
                       planted::key());
        return planted::text(*planted::read(result->bytes)->getDataset(), DCM_ManufacturerModelName);
    };
    EXPECT_EQ(model_of("Lee^Ann"), "Sleepscan");
    EXPECT_EQ(model_of("Sleepscan^Ann"), "ANONYMIZED");
}

struct Tally {
    int done = 0;
    std::map<std::string, int> refused;
};

// Every file is either cleaned, and then readable and clean by the second look, or refused with a reason.
Tally clean_all(const fs::path& folder, const DeidentifyOptions& options) {
    Tally tally;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        const std::vector<std::byte> bytes = bytes_of(entry.path());
        const auto result = deidentify(bytes, planted::key(), options);
        if (!result) {
            ++tally.refused[std::string(error_code_name(result.error().code()))];
            EXPECT_TRUE(result.error().code() == ErrorCode::kUnsupported ||
                        result.error().code() == ErrorCode::kMalformedInput)
                << entry.path() << ": " << result.error().to_string();
            continue;
        }
        ++tally.done;
        const auto leftovers = identifying_leftovers(bytes, result->bytes, options);
        EXPECT_TRUE(leftovers && leftovers->empty()) << entry.path();
        EXPECT_TRUE(read_series_info(result->bytes).has_value()) << entry.path();
        const auto before = read_image(bytes), after = read_image(result->bytes);
        EXPECT_EQ(before.has_value(), after.has_value()) << entry.path();
        if (before && after) {
            EXPECT_TRUE(before->stored == after->stored) << entry.path();
        }
    }
    return tally;
}

TEST(Deidentify, cleans_or_refuses_every_conformance_file) {
    const fs::path folder = HZ_NEED_DATA(testing::unpacked("dicom-conformance/dicom-conformance.tar.xz"));
    DeidentifyOptions looked_at = all_options();
    looked_at.clean_pixel_data = true;
    for (const DeidentifyOptions& options : {DeidentifyOptions{}, looked_at}) {
        const Tally tally = clean_all(folder, options);
        std::string refused;
        for (const auto& [code, count] : tally.refused) refused += code + " " + std::to_string(count) + " ";
        RecordProperty("cleaned", tally.done);
        RecordProperty("refused", refused);
        EXPECT_GT(tally.done, options.clean_pixel_data ? 200 : 140) << refused;
    }
}

TEST(Deidentify, keeps_the_real_series_the_volume_it_was) {
    const fs::path folder = HZ_NEED_DATA(testing::unpacked("ct-series/LIDC-IDRI-0314.tar.xz"));
    const TemporaryFolder out;
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".dcm") continue;
        const auto result = deidentify(bytes_of(entry.path()), planted::key(), all_options());
        ASSERT_TRUE(result.has_value()) << entry.path() << result.error().to_string();
        ASSERT_TRUE(write_file_atomically(out.path() / entry.path().filename(), result->bytes));
        ++files;
    }
    EXPECT_EQ(files, 275);
    Executor executor;
    const auto before = load_ct_series(folder, executor, silent_progress(), {}),
               after = load_ct_series(out.path(), executor, silent_progress(), {});
    ASSERT_TRUE(before && after);
    ASSERT_EQ(before->volume.size(), after->volume.size());
    EXPECT_TRUE(std::equal(before->volume.voxels().begin(), before->volume.voxels().end(),
                           after->volume.voxels().begin()));
    EXPECT_NE(before->info.study_uid, after->info.study_uid);
}

}  // namespace
}  // namespace huizhen::imaging
