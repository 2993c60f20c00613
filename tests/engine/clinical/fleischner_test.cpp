#include <huizhen/clinical/guidelines.h>

namespace huizhen::clinical {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

PatientFacts suitable(std::optional<Risk> risk) {
    PatientFacts patient;
    patient.age_years = 60;
    patient.known_cancer = false;
    patient.immunosuppressed = false;
    patient.screening_exam = false;
    patient.fleischner_risk = risk;
    return patient;
}

NoduleFacts nodule_of(NoduleType type, double mean_mm, int count = 1) {
    NoduleFacts nodule;
    nodule.long_axis_mm = mean_mm + 1;
    nodule.short_axis_mm = mean_mm - 1;
    nodule.type = type;
    nodule.nodule_count = count;
    nodule.benign_calcification = false;
    nodule.contains_fat = false;
    return nodule;
}

std::string row(const PatientFacts& patient, const NoduleFacts& nodule) {
    const GuidelineResult result = fleischner_2017(patient, nodule);
    return result.rules.size() == 1 ? result.rules.front().name : "";
}

std::string advice(const PatientFacts& patient, const NoduleFacts& nodule) {
    const GuidelineResult result = fleischner_2017(patient, nodule);
    return result.rules.size() == 1 ? result.rules.front().recommendation : "";
}

// The table rounds to whole millimetres, so that 5.5 is on the far side of 6, and 8.5 on the far side of 8.
TEST(Fleischner, solid_thresholds_after_rounding) {
    const PatientFacts low = suitable(Risk::kLow);
    const auto solid = [](double mm) { return nodule_of(NoduleType::kSolid, mm); };
    EXPECT_EQ(row(low, solid(5.4)), "solid, single, under 6 mm, low risk");
    EXPECT_EQ(row(low, solid(5.5)), "solid, single, 6-8 mm, low risk");
    EXPECT_EQ(row(low, solid(5.9)), "solid, single, 6-8 mm, low risk");
    EXPECT_EQ(row(low, solid(6.0)), "solid, single, 6-8 mm, low risk");
    EXPECT_EQ(row(low, solid(8.0)), "solid, single, 6-8 mm, low risk");
    EXPECT_EQ(row(low, solid(8.4)), "solid, single, 6-8 mm, low risk");
    EXPECT_EQ(row(low, solid(8.5)), "solid, single, over 8 mm, low or high risk");
}

TEST(Fleischner, volume_decides_where_axes_are_not_known) {
    const auto by_volume = [](double mm3) {
        NoduleFacts nodule = nodule_of(NoduleType::kSolid, 20);
        nodule.long_axis_mm.reset();
        nodule.volume_mm3 = mm3;
        return row(suitable(Risk::kHigh), nodule);
    };
    EXPECT_EQ(by_volume(99.9), "solid, single, under 6 mm, high risk");
    EXPECT_EQ(by_volume(100.0), "solid, single, 6-8 mm, high risk");
    EXPECT_EQ(by_volume(250.0), "solid, single, 6-8 mm, high risk");
    EXPECT_EQ(by_volume(250.1), "solid, single, over 8 mm, low or high risk");
}

TEST(Fleischner, says_when_volume_and_diameter_disagree) {
    NoduleFacts nodule = nodule_of(NoduleType::kSolid, 7);
    nodule.volume_mm3 = 180;
    EXPECT_THAT(fleischner_2017(suitable(Risk::kLow), nodule).notes, IsEmpty());
    nodule.volume_mm3 = 260;
    EXPECT_THAT(fleischner_2017(suitable(Risk::kLow), nodule).notes,
                ElementsAre("by volume it would count as over 8 mm"));
}

TEST(Fleischner, solid_recommendations) {
    const PatientFacts low = suitable(Risk::kLow), high = suitable(Risk::kHigh);
    const auto solid = [](double mm, int count) { return nodule_of(NoduleType::kSolid, mm, count); };
    EXPECT_EQ(advice(low, solid(4, 1)), "no routine follow-up");
    EXPECT_EQ(advice(high, solid(4, 1)), "optional CT at 12 months");
    EXPECT_EQ(advice(low, solid(7, 1)), "CT at 6-12 months, then consider CT at 18-24 months");
    EXPECT_EQ(advice(high, solid(7, 1)), "CT at 6-12 months, then CT at 18-24 months");
    EXPECT_EQ(advice(low, solid(12, 1)), "consider CT at 3 months, PET/CT or tissue sampling");
    EXPECT_EQ(advice(low, solid(4, 3)), "no routine follow-up");
    EXPECT_EQ(advice(low, solid(12, 3)), "CT at 3-6 months, then consider CT at 18-24 months");
    EXPECT_EQ(advice(high, solid(7, 3)), "CT at 3-6 months, then CT at 18-24 months");
}

TEST(Fleischner, subsolid_recommendations) {
    const PatientFacts unknown_risk = suitable(std::nullopt);  // the table does not ask for it here
    using enum NoduleType;
    EXPECT_EQ(advice(unknown_risk, nodule_of(kGroundGlass, 5.4)), "no routine follow-up");
    EXPECT_EQ(row(unknown_risk, nodule_of(kGroundGlass, 5.5)), "ground glass, single, 6 mm or more");
    EXPECT_THAT(advice(unknown_risk, nodule_of(kGroundGlass, 6)),
                ::testing::HasSubstr("every 2 years until 5 years"));
    EXPECT_EQ(advice(unknown_risk, nodule_of(kPartSolid, 5.4)), "no routine follow-up");
    EXPECT_THAT(advice(unknown_risk, nodule_of(kPartSolid, 6)),
                ::testing::HasSubstr("CT every year for 5 years"));
    EXPECT_EQ(row(unknown_risk, nodule_of(kPartSolid, 5.4, 2)), "subsolid, multiple, under 6 mm");
    EXPECT_EQ(row(unknown_risk, nodule_of(kGroundGlass, 9, 2)), "subsolid, multiple, 6 mm or more");
}

TEST(Fleischner, a_large_solid_part_is_pointed_out) {
    NoduleFacts nodule = nodule_of(NoduleType::kPartSolid, 12);
    nodule.solid_mean_diameter_mm = 5.4;
    EXPECT_THAT(fleischner_2017(suitable({}), nodule).notes, IsEmpty());
    nodule.solid_mean_diameter_mm = 5.5;
    EXPECT_THAT(fleischner_2017(suitable({}), nodule).notes, SizeIs(1));
}

TEST(Fleischner, unknown_risk_gives_both_rows_and_assumes_neither) {
    const GuidelineResult result = fleischner_2017(suitable(std::nullopt), nodule_of(NoduleType::kSolid, 7));
    EXPECT_EQ(result.status, GuidelineStatus::kConditional);
    EXPECT_THAT(result.missing, ElementsAre("risk (low or high)"));
    ASSERT_THAT(result.rules, SizeIs(2));
    EXPECT_EQ(result.rules[0].name, "solid, single, 6-8 mm, low risk");
    EXPECT_EQ(result.rules[1].name, "solid, single, 6-8 mm, high risk");
}

TEST(Fleischner, benign_calcification_or_fat_ends_it) {
    NoduleFacts nodule = nodule_of(NoduleType::kSolid, 12);
    nodule.benign_calcification = true;
    EXPECT_EQ(row(suitable({}), nodule), "benign calcification or fat");
    EXPECT_EQ(fleischner_2017(suitable({}), nodule).status, GuidelineStatus::kApplies);
    nodule.benign_calcification = false;
    nodule.calcified = true;  // some calcium is not a benign pattern
    EXPECT_EQ(row(suitable({}), nodule), "solid, single, over 8 mm, low or high risk");
}

TEST(Fleischner, is_not_used_for_those_it_was_not_written_for) {
    const NoduleFacts nodule = nodule_of(NoduleType::kSolid, 7);
    const auto status = [&](auto change, const NoduleFacts& of) {
        PatientFacts patient = suitable(Risk::kLow);
        change(patient);
        const GuidelineResult result = fleischner_2017(patient, of);
        EXPECT_EQ(result.status == GuidelineStatus::kNotApplicable,
                  result.rules.empty() && !result.reason.empty());
        return result.status;
    };
    using enum GuidelineStatus;
    EXPECT_EQ(status([](PatientFacts& p) { p.age_years = 34.9; }, nodule), kNotApplicable);
    EXPECT_EQ(status([](PatientFacts& p) { p.age_years = 35; }, nodule), kApplies);
    EXPECT_EQ(status([](PatientFacts& p) { p.known_cancer = true; }, nodule), kNotApplicable);
    EXPECT_EQ(status([](PatientFacts& p) { p.immunosuppressed = true; }, nodule), kNotApplicable);
    EXPECT_EQ(status([](PatientFacts& p) { p.screening_exam = true; }, nodule), kNotApplicable);
    EXPECT_EQ(status([](PatientFacts&) {}, nodule_of(NoduleType::kSolid, 29)), kApplies);
    EXPECT_EQ(status([](PatientFacts&) {}, nodule_of(NoduleType::kSolid, 29.1)), kNotApplicable);
}

TEST(Fleischner, unconfirmed_conditions_are_listed) {
    NoduleFacts nodule = nodule_of(NoduleType::kSolid, 12);
    nodule.contains_fat.reset();
    PatientFacts patient = suitable(Risk::kLow);
    patient.known_cancer.reset();
    const GuidelineResult result = fleischner_2017(patient, nodule);
    EXPECT_EQ(result.status, GuidelineStatus::kConditional);
    EXPECT_THAT(result.unconfirmed, ElementsAre("no known cancer", "no fat inside"));
    EXPECT_THAT(result.rules, SizeIs(1));
}

TEST(Fleischner, names_no_rule_without_size_type_or_number) {
    const GuidelineResult result = fleischner_2017(suitable(Risk::kLow), {});
    EXPECT_EQ(result.status, GuidelineStatus::kMissingInputs);
    EXPECT_THAT(result.rules, IsEmpty());
    EXPECT_THAT(result.missing,
                ElementsAre("mean diameter or volume", "nodule type (solid, part-solid or ground glass)",
                            "number of nodules"));
}

}  // namespace
}  // namespace huizhen::clinical
