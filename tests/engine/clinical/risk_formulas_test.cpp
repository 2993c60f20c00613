#include <huizhen/clinical/risk_formulas.h>

namespace huizhen::clinical {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Computed by hand from the printed coefficients, to the digits shown.
constexpr double kPrinted = 6e-7;

PatientFacts mayo_patient(double age, bool smoked, bool cancer) {
    PatientFacts patient;
    patient.age_years = age;
    patient.smoking = smoked ? Smoking::kCurrent : Smoking::kNever;
    patient.extrathoracic_cancer_over_5_years_ago = cancer;
    return patient;
}

NoduleFacts mayo_nodule(double mm, bool spiculated, bool upper) {
    NoduleFacts nodule;
    nodule.long_axis_mm = mm;
    nodule.spiculated = spiculated;
    nodule.upper_lobe = upper;
    return nodule;
}

TEST(Mayo, agrees_with_the_printed_coefficients) {
    EXPECT_NEAR(*mayo(mayo_patient(60, false, false), mayo_nodule(10, false, false)).probability, 0.038896,
                kPrinted);
    EXPECT_NEAR(*mayo(mayo_patient(65, true, false), mayo_nodule(15, true, true)).probability, 0.560083,
                kPrinted);
    EXPECT_NEAR(*mayo(mayo_patient(70, true, true), mayo_nodule(20, true, true)).probability, 0.917798,
                kPrinted);
}

TEST(Mayo, names_every_missing_input_and_gives_no_number) {
    const FormulaResult nothing = mayo({}, {});
    EXPECT_FALSE(nothing.probability);
    EXPECT_THAT(nothing.missing,
                ElementsAre("age", "smoking history", "extrathoracic cancer more than 5 years ago",
                            "diameter", "spiculation", "upper lobe"));
    PatientFacts patient = mayo_patient(60, false, false);
    patient.smoking.reset();
    const FormulaResult one = mayo(patient, mayo_nodule(10, false, false));
    EXPECT_FALSE(one.probability);
    EXPECT_THAT(one.missing, ElementsAre("smoking history"));
}

TEST(Mayo, says_where_it_was_not_derived) {
    const PatientFacts patient = mayo_patient(60, false, false);
    EXPECT_THAT(mayo(patient, mayo_nodule(4.0, false, false)).notes, IsEmpty());
    EXPECT_THAT(mayo(patient, mayo_nodule(3.9, false, false)).notes,
                ElementsAre("derived on nodules of 4-30 mm"));
    EXPECT_THAT(mayo(patient, mayo_nodule(30.1, false, false)).notes, SizeIs(1));
    NoduleFacts second = mayo_nodule(10, false, false);
    second.nodule_count = 2;
    EXPECT_THAT(mayo(patient, second).notes, SizeIs(1));
}

struct BrockCase {
    double age;
    Sex sex;
    bool family, emphysema;
    double mm;
    NoduleType type;
    bool upper;
    int count;
    bool spiculated;
    double expected;
};

FormulaResult brock_of(const BrockCase& c) {
    PatientFacts patient;
    patient.age_years = c.age;
    patient.sex = c.sex;
    patient.family_lung_cancer = c.family;
    patient.emphysema = c.emphysema;
    NoduleFacts nodule = mayo_nodule(c.mm, c.spiculated, c.upper);
    nodule.type = c.type;
    nodule.nodule_count = c.count;
    return brock(patient, nodule);
}

TEST(Brock, agrees_with_the_printed_coefficients) {
    using enum NoduleType;
    const BrockCase cases[] = {
        {60, Sex::kMale, false, false, 10, kSolid, false, 1, false, 0.030191},
        {70, Sex::kFemale, true, true, 15, kPartSolid, true, 2, true, 0.673378},
        {55, Sex::kFemale, false, false, 8, kGroundGlass, true, 1, false, 0.042413},
    };
    for (const BrockCase& c : cases) EXPECT_NEAR(*brock_of(c).probability, c.expected, kPrinted);
    const BrockCase reference{62, Sex::kMale, false, false, 4, kSolid, false, 4, false, 0.00112464};
    EXPECT_NEAR(*brock_of(reference).probability, reference.expected, 6e-9);
}

TEST(Brock, lists_what_a_scan_cannot_tell) {
    PatientFacts patient;
    patient.age_years = 60;
    NoduleFacts nodule = mayo_nodule(10, false, false);
    nodule.type = NoduleType::kSolid;
    nodule.nodule_count = 1;
    const FormulaResult result = brock(patient, nodule);
    EXPECT_FALSE(result.probability);
    EXPECT_THAT(result.missing, ElementsAre("sex", "family history of lung cancer", "emphysema"));
}

TEST(Brock, a_diameter_of_nothing_is_missing) {
    const FormulaResult result =
        brock_of({60, Sex::kMale, false, false, 0, NoduleType::kSolid, false, 1, false, 0});
    EXPECT_FALSE(result.probability);
    EXPECT_THAT(result.missing, ElementsAre("diameter"));
}

TEST(VeteransAffairs, agrees_with_the_published_worked_example) {
    PatientFacts patient;
    patient.age_years = 62;
    patient.smoking = Smoking::kNever;
    NoduleFacts nodule;
    nodule.long_axis_mm = 10;
    EXPECT_NEAR(*veterans_affairs(patient, nodule).probability, 0.079132, kPrinted);
}

TEST(VeteransAffairs, asks_only_former_smokers_since_when) {
    PatientFacts patient;
    patient.age_years = 62;
    patient.smoking = Smoking::kFormer;
    NoduleFacts nodule;
    nodule.long_axis_mm = 10;
    EXPECT_THAT(veterans_affairs(patient, nodule).missing, ElementsAre("years since quitting"));
    patient.years_since_quitting = 10;
    const double former = veterans_affairs(patient, nodule).probability.value();
    patient.smoking = Smoking::kCurrent;
    patient.years_since_quitting.reset();
    EXPECT_GT(veterans_affairs(patient, nodule).probability.value(), former);
}

TEST(Pkuph, agrees_with_the_printed_coefficients) {
    PatientFacts patient;
    patient.age_years = 60;
    patient.family_any_cancer = false;
    NoduleFacts nodule;
    nodule.long_axis_mm = 20;
    nodule.spiculated = true;
    nodule.calcified = false;
    nodule.clear_border = false;
    EXPECT_NEAR(*pkuph(patient, nodule).probability, 0.857172, kPrinted);
    nodule.calcified = true;
    EXPECT_LT(*pkuph(patient, nodule).probability, 0.857172 - 0.1);
    nodule.clear_border.reset();
    EXPECT_THAT(pkuph(patient, nodule).missing, ElementsAre("clear border"));
}

// The vectors take a Mayo probability of one half; age is solved for it.
TEST(Herder, agrees_with_the_printed_coefficients) {
    NoduleFacts nodule = mayo_nodule(10, false, false);
    const PatientFacts patient = mayo_patient((6.8272 - 1.274) / 0.0391, false, false);
    ASSERT_NEAR(*mayo(patient, nodule).probability, 0.5, 1e-12);
    const std::pair<FdgUptake, double> cases[] = {{FdgUptake::kNone, 0.052476},
                                                  {FdgUptake::kFaint, 0.360891},
                                                  {FdgUptake::kModerate, 0.848579},
                                                  {FdgUptake::kIntense, 0.867324}};
    for (const auto& [uptake, expected] : cases) {
        nodule.fdg_uptake = uptake;
        EXPECT_NEAR(*herder(patient, nodule).probability, expected, kPrinted);
    }
    nodule.fdg_uptake.reset();
    EXPECT_FALSE(herder(patient, nodule).probability);
    EXPECT_THAT(herder(patient, nodule).missing, ElementsAre("FDG uptake on PET"));
}

PatientFacts plco_reference() {
    PatientFacts patient;
    patient.age_years = 62;
    patient.education_level = 4;
    patient.body_mass_index = 27;
    patient.copd = false;
    patient.any_cancer_history = false;
    patient.family_lung_cancer = false;
    patient.ethnicity = Ethnicity::kWhite;
    patient.smoking = Smoking::kFormer;
    patient.cigarettes_per_day = 10 / 0.4021541613;
    patient.years_smoked = 27;
    patient.years_since_quitting = 10;
    return patient;
}

// At the centring values only the intercept is left.
TEST(PlcoM2012, gives_the_intercept_at_its_centring_values) {
    EXPECT_NEAR(*plco_m2012(plco_reference()).probability, 1 / (1 + std::exp(4.532506)), 1e-9);
}

TEST(PlcoM2012, moves_by_each_published_coefficient) {
    const auto log_odds = [](const PatientFacts& patient) {
        const double p = plco_m2012(patient).probability.value();
        return std::log(p / (1 - p));
    };
    const double base = log_odds(plco_reference());
    PatientFacts black = plco_reference();
    black.ethnicity = Ethnicity::kBlack;
    EXPECT_NEAR(log_odds(black) - base, 0.3944778, 1e-9);
    PatientFacts current = plco_reference();
    current.smoking = Smoking::kCurrent;  // and ten years fewer since quitting
    EXPECT_NEAR(log_odds(current) - base, 0.2597431 + 0.308572, 1e-9);
    PatientFacts ill = plco_reference();
    ill.copd = true;
    ill.any_cancer_history = true;
    ill.family_lung_cancer = true;
    EXPECT_NEAR(log_odds(ill) - base, 0.3553063 + 0.4589971 + 0.587185, 1e-9);
}

TEST(PlcoM2012, gives_no_number_for_who_never_smoked_or_smoked_nothing) {
    PatientFacts patient = plco_reference();
    patient.smoking = Smoking::kNever;
    EXPECT_FALSE(plco_m2012(patient).probability);
    EXPECT_THAT(plco_m2012(patient).missing, SizeIs(1));
    patient.smoking = Smoking::kFormer;
    patient.cigarettes_per_day = 0;
    EXPECT_FALSE(plco_m2012(patient).probability);
    EXPECT_THAT(plco_m2012(patient).missing, ElementsAre("cigarettes per day"));
}

TEST(AllFormulas, either_a_probability_or_something_missing) {
    for (const FormulaResult& result : all_formulas({}, {})) {
        EXPECT_FALSE(result.probability) << result.id;
        EXPECT_FALSE(result.missing.empty()) << result.id;
    }
    EXPECT_THAT(all_formulas({}, {}), SizeIs(6));
}

}  // namespace
}  // namespace huizhen::clinical
