#include <huizhen/clinical/guidelines.h>

namespace huizhen::clinical {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

PatientFacts screened() {
    PatientFacts patient;
    patient.screening_exam = true;
    patient.earlier_chest_ct = false;
    return patient;
}

NoduleFacts nodule_of(NoduleType type, double mean_mm) {
    NoduleFacts nodule;
    nodule.long_axis_mm = mean_mm + 0.5;
    nodule.short_axis_mm = mean_mm - 0.5;
    nodule.type = type;
    nodule.spiculated = false;
    nodule.benign_calcification = false;
    nodule.contains_fat = false;
    nodule.benign_juxtapleural_shape = false;
    return nodule;
}

std::string category(const NoduleFacts& nodule) {
    const GuidelineResult result = lung_rads_2022_baseline(screened(), nodule);
    EXPECT_EQ(result.status, GuidelineStatus::kApplies);
    return result.rules.size() == 1 ? result.rules.front().category : "";
}

std::string solid(double mm) { return category(nodule_of(NoduleType::kSolid, mm)); }
std::string ground_glass(double mm) { return category(nodule_of(NoduleType::kGroundGlass, mm)); }
std::string part_solid(double mm, double solid_mm) {
    NoduleFacts nodule = nodule_of(NoduleType::kPartSolid, mm);
    nodule.solid_mean_diameter_mm = solid_mm;
    return category(nodule);
}
std::string by_volume(NoduleType type, double mm3) {
    NoduleFacts nodule = nodule_of(type, 1);
    nodule.long_axis_mm.reset();
    nodule.volume_mm3 = mm3;
    return category(nodule);
}

TEST(LungRads, solid_thresholds) {
    EXPECT_EQ(solid(5.9), "2");
    EXPECT_EQ(solid(6.0), "3");
    EXPECT_EQ(solid(7.9), "3");
    EXPECT_EQ(solid(8.0), "4A");
    EXPECT_EQ(solid(14.9), "4A");
    EXPECT_EQ(solid(15.0), "4B");
}

TEST(LungRads, compares_to_one_decimal) {
    EXPECT_EQ(solid(5.94), "2");
    EXPECT_EQ(solid(5.96), "3");
}

TEST(LungRads, ground_glass_thresholds) {
    EXPECT_EQ(ground_glass(29.9), "2");
    EXPECT_EQ(ground_glass(30.0), "3");
}

TEST(LungRads, part_solid_thresholds) {
    EXPECT_EQ(part_solid(5.9, 5.8), "2");
    EXPECT_EQ(part_solid(6.0, 5.9), "3");
    EXPECT_EQ(part_solid(20, 5.9), "3");
    EXPECT_EQ(part_solid(20, 6.0), "4A");
    EXPECT_EQ(part_solid(20, 7.9), "4A");
    EXPECT_EQ(part_solid(20, 8.0), "4B");
}

TEST(LungRads, volumes_where_axes_are_not_known) {
    using enum NoduleType;
    EXPECT_EQ(by_volume(kSolid, 112.4), "2");
    EXPECT_EQ(by_volume(kSolid, 112.6), "3");
    EXPECT_EQ(by_volume(kSolid, 267.4), "3");
    EXPECT_EQ(by_volume(kSolid, 268), "4A");
    EXPECT_EQ(by_volume(kSolid, 1766), "4A");
    EXPECT_EQ(by_volume(kSolid, 1767), "4B");
    EXPECT_EQ(by_volume(kGroundGlass, 14136), "2");
    EXPECT_EQ(by_volume(kGroundGlass, 14137), "3");
}

TEST(LungRads, spiculation_raises_three_and_four_to_4x_but_not_two) {
    NoduleFacts nodule = nodule_of(NoduleType::kSolid, 7);
    nodule.spiculated = true;
    EXPECT_EQ(category(nodule), "4X");
    EXPECT_THAT(lung_rads_2022_baseline(screened(), nodule).notes,
                ElementsAre("without spiculation the category would be 3"));
    NoduleFacts small = nodule_of(NoduleType::kSolid, 5.9);
    small.spiculated = true;
    EXPECT_EQ(category(small), "2");
}

TEST(LungRads, benign_features_are_category_1_whatever_the_size) {
    NoduleFacts nodule = nodule_of(NoduleType::kSolid, 20);
    nodule.benign_calcification = true;
    EXPECT_EQ(category(nodule), "1");
    nodule.benign_calcification = false;
    nodule.calcified = true;
    EXPECT_EQ(category(nodule), "4B");
    nodule.contains_fat = true;
    EXPECT_EQ(category(nodule), "1");
}

TEST(LungRads, benign_juxtapleural_shape_counts_under_10_mm) {
    NoduleFacts nodule = nodule_of(NoduleType::kSolid, 9.9);
    nodule.benign_juxtapleural_shape = true;
    EXPECT_EQ(category(nodule), "2");
    nodule = nodule_of(NoduleType::kSolid, 10.0);
    nodule.benign_juxtapleural_shape = true;
    EXPECT_EQ(category(nodule), "4A");
}

TEST(LungRads, only_for_screening_and_for_the_first_examination) {
    const NoduleFacts nodule = nodule_of(NoduleType::kSolid, 7);
    PatientFacts patient = screened();
    patient.screening_exam = false;
    EXPECT_EQ(lung_rads_2022_baseline(patient, nodule).status, GuidelineStatus::kNotApplicable);
    EXPECT_THAT(lung_rads_2022_baseline(patient, nodule).rules, IsEmpty());
    patient = screened();
    patient.earlier_chest_ct = true;
    EXPECT_EQ(lung_rads_2022_baseline(patient, nodule).status, GuidelineStatus::kNotApplicable);
    const GuidelineResult unknown = lung_rads_2022_baseline({}, nodule);
    EXPECT_EQ(unknown.status, GuidelineStatus::kConditional);
    EXPECT_THAT(unknown.unconfirmed, ElementsAre("this is a screening CT", "no earlier CT to compare with"));
}

TEST(LungRads, unknown_spiculation_is_listed_and_not_assumed) {
    NoduleFacts nodule = nodule_of(NoduleType::kSolid, 7);
    nodule.spiculated.reset();
    const GuidelineResult result = lung_rads_2022_baseline(screened(), nodule);
    EXPECT_EQ(result.status, GuidelineStatus::kConditional);
    EXPECT_EQ(result.rules.at(0).category, "3");
    EXPECT_THAT(result.missing, ElementsAre("spiculation (it would raise the category to 4X)"));
}

TEST(LungRads, names_no_category_without_its_inputs) {
    EXPECT_EQ(lung_rads_2022_baseline(screened(), {}).status, GuidelineStatus::kMissingInputs);
    const NoduleFacts part = nodule_of(NoduleType::kPartSolid, 9);
    const GuidelineResult result = lung_rads_2022_baseline(screened(), part);
    EXPECT_EQ(result.status, GuidelineStatus::kMissingInputs);
    EXPECT_THAT(result.missing, ElementsAre("mean diameter of the solid part"));
    EXPECT_THAT(result.rules, IsEmpty());
}

TEST(LungRads, no_nodule_is_category_1) {
    const GuidelineResult result = lung_rads_2022_no_nodule(screened());
    EXPECT_EQ(result.status, GuidelineStatus::kApplies);
    EXPECT_EQ(result.rules.at(0).category, "1");
    PatientFacts patient = screened();
    patient.screening_exam = false;
    EXPECT_EQ(lung_rads_2022_no_nodule(patient).status, GuidelineStatus::kNotApplicable);
}

}  // namespace
}  // namespace huizhen::clinical
