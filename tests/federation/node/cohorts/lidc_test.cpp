#include <set>

#include <huizhen/base/file.h>
#include <huizhen/node/cohorts/lidc.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

// Folds are part of what a published figure means; the numbers come from Python's hashlib.
TEST(Lidc, a_patients_fold_is_a_stable_hash) {
    EXPECT_EQ(patient_fold("LIDC-IDRI-0001", 5), 1);
    EXPECT_EQ(patient_fold("LIDC-IDRI-0314", 5), 3);
    EXPECT_EQ(patient_fold("", 5), 0);
}

TEST(Lidc, reads_every_nodule_with_its_volume_and_mask) {
    const auto root = HZ_NEED_DATA(testing::data_folder());
    auto nodules = read_lidc_nodules(root / "lidc-nodules", "dev");
    ASSERT_TRUE(nodules) << nodules.error().to_string();
    ASSERT_EQ(nodules->cases.size(), 694U);
    std::set<std::string> patients;
    for (const NoduleCase& nodule : nodules->cases) patients.insert(nodule.patient);
    EXPECT_EQ(patients.size(), 384U);
    EXPECT_FALSE(patients.contains("LIDC-IDRI-0314"));  // the demo patient

    const NoduleCase& nodule = nodules->cases.front();
    const auto image = nodules->image(nodule);
    const auto mask = nodules->mask(nodule);
    ASSERT_TRUE(image) << image.error().to_string();
    ASSERT_TRUE(mask) << mask.error().to_string();
    EXPECT_EQ(image->size(), mask->size());
    const imaging::Vec3 voxel = image->geometry().to_voxel(nodule.centre_mm);
    EXPECT_TRUE(
        image->contains(static_cast<int>(voxel.x), static_cast<int>(voxel.y), static_cast<int>(voxel.z)));
    EXPECT_EQ(mask->clamped(static_cast<int>(voxel.x), static_cast<int>(voxel.y), static_cast<int>(voxel.z)),
              1);
}

TEST(Lidc, reads_crops_with_one_to_four_readers) {
    const auto root = HZ_NEED_DATA(testing::data_folder());
    const auto crops = read_lidc_crops(root / "lidc-crops", "dev");
    ASSERT_TRUE(crops) << crops.error().to_string();
    ASSERT_EQ(crops->cases.size(), 2003U);
    std::set<std::size_t> readers;
    for (const CropCase& crop : crops->cases) {
        readers.insert(crop.readers.size());
        double above = 0;  // of the readers' scores over the middle of their scale
        for (const ReaderScores& scores : crop.readers) above += scores.malignancy - 3;
        EXPECT_EQ(crop.label, above > 0 ? 1 : (above < 0 ? 0 : -1)) << crop.patient;
    }
    EXPECT_EQ(readers, (std::set<std::size_t>{1, 2, 3, 4}));
}

TEST(Lidc, finds_the_nodules_among_the_crops_pixel_for_pixel) {
    const auto root = HZ_NEED_DATA(testing::data_folder());
    auto nodules = read_lidc_nodules(root / "lidc-nodules", "dev");
    const auto crops = read_lidc_crops(root / "lidc-crops", "dev");
    ASSERT_TRUE(nodules && crops);
    const auto found = match_crops(*nodules, *crops);
    ASSERT_TRUE(found) << found.error().to_string();
    EXPECT_GE(*found, 693U);  // of 694
    std::set<std::size_t> used;
    std::size_t agree = 0;
    for (const NoduleCase& nodule : nodules->cases) {
        if (!nodule.crop) continue;
        EXPECT_LE(nodule.readers.size(), kMaxReaders);
        const auto suspicious = std::count_if(nodule.readers.begin(), nodule.readers.end(),
                                              [](const ReaderScores& r) { return r.malignancy >= 4; });
        agree += (suspicious >= 2) == (nodule.label == 1) ? 1 : 0;
        EXPECT_EQ(crops->cases[*nodule.crop].patient, nodule.patient);
        EXPECT_TRUE(used.insert(*nodule.crop).second) << nodule.key << " shares its crop";
    }
    EXPECT_GE(agree, 690U);  // label 1: two or more readers scored 4 or 5
}

TEST(Lidc, names_the_row_of_a_bad_label) {
    const testing::TemporaryFolder folder;
    ASSERT_TRUE(write_file_atomically(folder.path() / "labels_dev.csv",
                                      "patient_id,seriesuid,key,coordX\np,s,k,oops\n"));
    const auto nodules = read_lidc_nodules(folder.path(), "dev");
    ASSERT_FALSE(nodules);
    EXPECT_EQ(nodules.error().code(), ErrorCode::kMalformedInput);
    EXPECT_NE(nodules.error().message().find("row 1"), std::string::npos);
    EXPECT_NE(nodules.error().message().find("coordX"), std::string::npos);
}

}  // namespace
}  // namespace huizhen::node
