#include <huizhen/node/diagnosis/facts.h>

#include "example.h"

namespace huizhen::node {
namespace {

imaging::SeriesInfo header(const char* age, const char* birth, const char* study, const char* sex) {
    imaging::SeriesInfo info;
    info.age = Phi<std::string>(age);
    info.birth_date = Phi<std::string>(birth);
    info.study_date = Phi<std::string>(study);
    info.sex = Phi<std::string>(sex);
    return info;
}

TEST(KnownPatient, reads_age_and_sex_from_the_header) {
    const KnownPatient known = known_patient({}, header("063Y", "", "", "F"));
    EXPECT_EQ(known.facts.age_years, 63);
    EXPECT_EQ(known.facts.sex, clinical::Sex::kFemale);
    ASSERT_EQ(known.sources.size(), 2U);
    EXPECT_EQ(known.sources[0].source, "DICOM header");
}

TEST(KnownPatient, counts_the_age_on_the_day_of_the_study) {
    EXPECT_EQ(known_patient({}, header("", "19600615", "20260614", "")).facts.age_years, 65);
    EXPECT_EQ(known_patient({}, header("", "19600615", "20260615", "")).facts.age_years, 66);
}

TEST(KnownPatient, the_command_line_wins) {
    clinical::PatientFacts given;
    given.age_years = 50;
    const KnownPatient known = known_patient(given, header("063Y", "", "", "M"));
    EXPECT_EQ(known.facts.age_years, 50);
    EXPECT_EQ(known.sources[0].source, "command line");
    EXPECT_EQ(known.facts.sex, clinical::Sex::kMale);
}

TEST(KnownPatient, nothing_is_made_up) {
    for (const auto& info :
         {header("", "", "", "O"), header("abc", "2026", "20260101", ""), header("999Y", "", "", ""),
          header("000Y", "", "", ""), header("", "20300101", "20260101", "X"),
          header("", "19991399", "20260101", "")}) {
        const KnownPatient known = known_patient({}, info);
        EXPECT_FALSE(known.facts.age_years);
        EXPECT_FALSE(known.facts.sex);
        EXPECT_TRUE(known.sources.empty());
    }
}

TEST(NoduleType, needs_a_solid_part_to_be_solid) {
    imaging::NoduleMeasurement none, some;
    some.solid_volume_mm3 = 50;
    using enum clinical::NoduleType;
    EXPECT_EQ(nodule_type(5, some), kSolid);
    EXPECT_EQ(nodule_type(5, none), kGroundGlass);
    EXPECT_EQ(nodule_type(4, some), kSolid);
    EXPECT_EQ(nodule_type(3.9, some), kPartSolid);
    EXPECT_EQ(nodule_type(2, some), kPartSolid);
    EXPECT_EQ(nodule_type(1.9, some), kGroundGlass);
    EXPECT_EQ(nodule_type(3, none), kGroundGlass);
}

TEST(NoduleFacts, come_from_measurement_and_attributes) {
    Finding f = testing_example::example_finding(1);
    set_nodule_facts(f, 3);
    EXPECT_EQ(f.facts.long_axis_mm, 17.25);
    EXPECT_EQ(f.facts.nodule_count, 3);
    EXPECT_EQ(f.facts.spiculated, true);
    EXPECT_EQ(f.facts.clear_border, false);
    EXPECT_EQ(f.facts.upper_lobe, true);
    EXPECT_EQ(f.facts.calcified, false);
    f.attributes[6] = 2.9;
    f.attributes[4] = 4;
    f.place.upper_lobe_probability = 0.1;
    set_nodule_facts(f, 3);
    EXPECT_EQ(f.facts.spiculated, false);
    EXPECT_EQ(f.facts.clear_border, true);
    EXPECT_EQ(f.facts.upper_lobe, false);
    f.place.upper_lobe_probability = 0.5;  // near a fissure: not decided, so not told
    set_nodule_facts(f, 3);
    EXPECT_FALSE(f.facts.upper_lobe);
    f.place.lobe.clear();
    f.place.upper_lobe_probability = 0;
    set_nodule_facts(f, 3);
    EXPECT_FALSE(f.facts.upper_lobe);
}

TEST(Lobe, is_said_with_how_sure_it_is) {
    Place place;
    set_lobe(place, {.side = imaging::kRightLung,
                     .lobe = imaging::LungLobe::kRightMiddle,
                     .lobe_probability = 0.6,
                     .upper_lobe_probability = 0.3});
    EXPECT_EQ(place.side, "right lung");
    EXPECT_EQ(place.lobe, "middle lobe");
    EXPECT_EQ(place.upper_lobe_probability, 0.3);
    Place outside;
    set_lobe(outside, {.side = imaging::kNoLung, .lobe = imaging::LungLobe::kRightUpper});
    EXPECT_EQ(outside.side, "outside the lungs");
    EXPECT_TRUE(outside.lobe.empty());
}

TEST(NoduleFacts, a_calcium_pattern_is_left_to_a_person) {
    Finding f = testing_example::example_finding(1);
    f.measurement.calcified_fraction = 0.009;
    set_nodule_facts(f, 1);
    EXPECT_EQ(f.facts.benign_calcification, false);
    f.measurement.calcified_fraction = 0.05;
    set_nodule_facts(f, 1);
    EXPECT_FALSE(f.facts.benign_calcification);
    EXPECT_FALSE(f.facts.calcified);
    f.measurement.calcified_fraction = 0.5;
    f.measurement.fat_fraction = 0.3;
    set_nodule_facts(f, 1);
    EXPECT_FALSE(f.facts.benign_calcification);
    EXPECT_EQ(f.facts.calcified, true);
    EXPECT_FALSE(f.facts.contains_fat);
}

}  // namespace
}  // namespace huizhen::node
