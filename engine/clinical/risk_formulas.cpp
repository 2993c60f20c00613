#include <huizhen/clinical/risk_formulas.h>

namespace huizhen::clinical {
namespace {

double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

double indicator(bool value) { return value ? 1.0 : 0.0; }

constexpr std::string_view kMalignant = "this nodule being malignant";

// Collects the inputs of one formula: a value, or its name among the missing.
class Inputs {
  public:
    explicit Inputs(FormulaResult& result) : result_(result) {}

    double number(std::optional<double> value, std::string_view name) {
        if (!value) result_.missing.push_back(name);
        return value.value_or(0.0);
    }
    // For terms that divide by the value: zero and below are no answer.
    double positive(std::optional<double> value, std::string_view name) {
        if (value && *value > 0) return *value;
        result_.missing.push_back(name);
        return 1.0;
    }
    double yes(std::optional<bool> value, std::string_view name) {
        if (!value) result_.missing.push_back(name);
        return indicator(value.value_or(false));
    }
    double ever_smoked(const PatientFacts& patient) {
        if (!patient.smoking) result_.missing.push_back("smoking history");
        return indicator(patient.smoking.value_or(Smoking::kNever) != Smoking::kNever);
    }
    // Those who never smoked and those who still do have no years since quitting: zero by definition.
    double years_quit(const PatientFacts& patient) {
        if (patient.smoking != Smoking::kFormer) return 0.0;
        return number(patient.years_since_quitting, "years since quitting");
    }
    bool complete() const { return result_.missing.empty(); }

  private:
    FormulaResult& result_;
};

void note_size_range(FormulaResult& result, const NoduleFacts& nodule, double low_mm, double high_mm) {
    if (!nodule.long_axis_mm || (*nodule.long_axis_mm >= low_mm && *nodule.long_axis_mm <= high_mm)) return;
    std::string range = low_mm > 0 ? std::to_string(static_cast<int>(low_mm)) + "-" : "up to ";
    result.notes.push_back("derived on nodules of " + range + std::to_string(static_cast<int>(high_mm)) +
                           " mm");
}

void note_solitary(FormulaResult& result, const NoduleFacts& nodule) {
    if (nodule.nodule_count && *nodule.nodule_count > 1) {
        result.notes.emplace_back("derived on solitary nodules; this scan shows more than one");
    }
}

}  // namespace

FormulaResult mayo(const PatientFacts& patient, const NoduleFacts& nodule) {
    FormulaResult result{
        .id = "mayo", .name = "Mayo Clinic", .source = "Swensen, Arch Intern Med 1997", .target = kMalignant};
    Inputs in(result);
    const double x =
        -6.8272 + 0.0391 * in.number(patient.age_years, "age") + 0.7917 * in.ever_smoked(patient) +
        1.3388 * in.yes(patient.extrathoracic_cancer_over_5_years_ago,
                        "extrathoracic cancer more than 5 years ago") +
        0.1274 * in.number(nodule.long_axis_mm, "diameter") +
        1.0407 * in.yes(nodule.spiculated, "spiculation") + 0.7838 * in.yes(nodule.upper_lobe, "upper lobe");
    note_size_range(result, nodule, 4, 30);
    note_solitary(result, nodule);
    if (patient.known_cancer.value_or(false))
        result.notes.emplace_back("not derived for patients with known cancer");
    if (in.complete()) result.probability = logistic(x);
    return result;
}

FormulaResult brock(const PatientFacts& patient, const NoduleFacts& nodule) {
    FormulaResult result{.id = "brock",
                         .name = "Brock (PanCan), full with spiculation",
                         .source = "McWilliams, N Engl J Med 2013, model 2b",
                         .target = kMalignant};
    Inputs in(result);
    double x = -6.78917 + 0.0286687 * (in.number(patient.age_years, "age") - 62);
    if (!patient.sex) result.missing.push_back("sex");
    x += 0.6010727 * indicator(patient.sex == Sex::kFemale);
    x += 0.296109 * in.yes(patient.family_lung_cancer, "family history of lung cancer");
    x += 0.2953112 * in.yes(patient.emphysema, "emphysema");
    x -= 5.385484 * (1 / std::sqrt(in.positive(nodule.long_axis_mm, "diameter") / 10) - 1.58113883);
    if (!nodule.type) result.missing.push_back("nodule type");
    if (nodule.type == NoduleType::kPartSolid) x += 0.3769578;
    if (nodule.type == NoduleType::kGroundGlass) x -= 0.1276173;
    x += 0.6581383 * in.yes(nodule.upper_lobe, "upper lobe");
    const std::optional<double> count = nodule.nodule_count;
    x -= 0.0824156 * (in.number(count, "nodule count") - 4);
    x += 0.7729335 * in.yes(nodule.spiculated, "spiculation");
    if (patient.screening_exam == false)
        result.notes.emplace_back("derived on screening CT of people who smoked");
    if (in.complete()) result.probability = logistic(x);
    return result;
}

FormulaResult veterans_affairs(const PatientFacts& patient, const NoduleFacts& nodule) {
    FormulaResult result{
        .id = "va", .name = "Veterans Affairs", .source = "Gould, Chest 2007", .target = kMalignant};
    Inputs in(result);
    const double x = -8.404 + 2.061 * in.ever_smoked(patient) +
                     0.779 * in.number(patient.age_years, "age") / 10 +
                     0.112 * in.number(nodule.long_axis_mm, "diameter") - 0.567 * in.years_quit(patient) / 10;
    note_size_range(result, nodule, 7, 30);
    note_solitary(result, nodule);
    if (in.complete()) result.probability = logistic(x);
    return result;
}

FormulaResult pkuph(const PatientFacts& patient, const NoduleFacts& nodule) {
    FormulaResult result{.id = "pkuph",
                         .name = "Peking University People's Hospital",
                         .source = "Li, Chin J Cancer Res 2011",
                         .target = kMalignant};
    Inputs in(result);
    const double x = -4.496 + 0.070 * in.number(patient.age_years, "age") +
                     0.676 * in.number(nodule.long_axis_mm, "diameter") / 10 +
                     0.736 * in.yes(nodule.spiculated, "spiculation") +
                     1.267 * in.yes(patient.family_any_cancer, "family history of cancer") -
                     1.615 * in.yes(nodule.calcified, "calcification") -
                     1.408 * in.yes(nodule.clear_border, "clear border");
    note_size_range(result, nodule, 0, 30);
    note_solitary(result, nodule);
    if (in.complete()) result.probability = logistic(x);
    return result;
}

FormulaResult herder(const PatientFacts& patient, const NoduleFacts& nodule) {
    FormulaResult result = mayo(patient, nodule);
    result.id = "herder";
    result.name = "Herder (Mayo with FDG-PET)";
    result.source = "Herder, Chest 2005";
    const std::optional<double> before = std::exchange(result.probability, std::nullopt);
    if (!nodule.fdg_uptake) {
        result.missing.push_back("FDG uptake on PET");
        return result;
    }
    if (!before) return result;
    constexpr std::array kUptake = {0.0, 2.322, 4.617, 4.771};
    result.probability =
        logistic(-4.739 + 3.691 * *before + kUptake.at(static_cast<std::size_t>(*nodule.fdg_uptake)));
    return result;
}

FormulaResult plco_m2012(const PatientFacts& patient) {
    FormulaResult result{.id = "plco_m2012",
                         .name = "PLCOm2012",
                         .source = "Tammemagi, N Engl J Med 2013",
                         .target = "this person being diagnosed with lung cancer within six years"};
    Inputs in(result);
    double x = -4.532506 + 0.0778868 * (in.number(patient.age_years, "age") - 62);
    const std::optional<double> education = patient.education_level;
    x -= 0.0812744 * (in.number(education, "education level") - 4);
    x -= 0.0274194 * (in.number(patient.body_mass_index, "body mass index") - 27);
    x += 0.3553063 * in.yes(patient.copd, "COPD");
    x += 0.4589971 * in.yes(patient.any_cancer_history, "personal history of cancer");
    x += 0.587185 * in.yes(patient.family_lung_cancer, "family history of lung cancer");
    if (!patient.ethnicity) result.missing.push_back("ethnicity");
    // White and American Indian are the reference level.
    constexpr std::array kEthnicity = {0.0, 0.3944778, -0.7434744, -0.466585, 0.0, 1.027152};
    x += kEthnicity.at(static_cast<std::size_t>(patient.ethnicity.value_or(Ethnicity::kWhite)));
    const bool ever = in.ever_smoked(patient) > 0;
    if (patient.smoking && !ever) {
        result.missing.push_back("a smoking history (the formula is for people who ever smoked)");
        return result;
    }
    x += 0.2597431 * indicator(patient.smoking == Smoking::kCurrent);
    x -= 1.822606 * (10 / in.positive(patient.cigarettes_per_day, "cigarettes per day") - 0.4021541613);
    x += 0.0317321 * (in.number(patient.years_smoked, "years smoked") - 27);
    x -= 0.0308572 * (in.years_quit(patient) - 10);
    if (in.complete()) result.probability = logistic(x);
    return result;
}

std::vector<FormulaResult> all_formulas(const PatientFacts& patient, const NoduleFacts& nodule) {
    return {mayo(patient, nodule),  brock(patient, nodule),  veterans_affairs(patient, nodule),
            pkuph(patient, nodule), herder(patient, nodule), plco_m2012(patient)};
}

}  // namespace huizhen::clinical
