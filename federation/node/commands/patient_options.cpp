#include "patient_options.h"

#include <map>
#include <string>

#include <CLI/CLI.hpp>

namespace huizhen::node {
namespace {

constexpr const char* kGroup =
    "What is known about the patient (each optional; what is not given is never assumed)";

void number(CLI::App& command, const char* name, std::optional<double>& value, double low, double high,
            const char* help) {
    command.add_option(name, value, help)
        ->check(CLI::Range(low, high).description(""))
        ->type_name("NUMBER")
        ->group(kGroup);
}

template <typename Value>
void choice(CLI::App& command, const char* name, std::optional<Value>& value,
            const std::map<std::string, Value>& words, const char* help) {
    std::string listed;
    for (const auto& [word, meaning] : words) listed += (listed.empty() ? "" : "|") + word;
    command
        .add_option_function<std::string>(
            name, [&value, words](const std::string& word) { value = words.at(word); }, help)
        ->check(CLI::IsMember([&words] {
                    std::vector<std::string> known;
                    for (const auto& [word, meaning] : words) known.push_back(word);
                    return known;
                }())
                    .description(""))
        ->type_name(listed)
        ->group(kGroup);
}

void yes_no(CLI::App& command, const char* name, std::optional<bool>& value, const char* help) {
    choice<bool>(command, name, value, {{"yes", true}, {"no", false}}, help);
}

}  // namespace

void add_patient_options(CLI::App& command, clinical::PatientFacts& facts) {
    using namespace clinical;
    number(command, "--age", facts.age_years, 0, 130, "age in years; else from the DICOM header");
    choice<Sex>(command, "--sex", facts.sex, {{"female", Sex::kFemale}, {"male", Sex::kMale}},
                "else from the DICOM header");
    choice<Smoking>(
        command, "--smoking", facts.smoking,
        {{"never", Smoking::kNever}, {"former", Smoking::kFormer}, {"current", Smoking::kCurrent}},
        "smoking history");
    number(command, "--years-since-quitting", facts.years_since_quitting, 0, 100, "of a former smoker");
    number(command, "--years-smoked", facts.years_smoked, 0, 110, "");
    number(command, "--cigarettes-per-day", facts.cigarettes_per_day, 0, 200, "");
    yes_no(command, "--old-cancer", facts.extrathoracic_cancer_over_5_years_ago,
           "extrathoracic cancer more than 5 years ago");
    yes_no(command, "--cancer-history", facts.any_cancer_history, "any cancer, ever");
    yes_no(command, "--known-cancer", facts.known_cancer, "a cancer now, or one that may have spread");
    yes_no(command, "--immunosuppressed", facts.immunosuppressed, "");
    yes_no(command, "--family-lung-cancer", facts.family_lung_cancer, "lung cancer in the family");
    yes_no(command, "--family-cancer", facts.family_any_cancer, "any cancer in the family");
    yes_no(command, "--emphysema", facts.emphysema, "");
    yes_no(command, "--copd", facts.copd, "");
    number(command, "--bmi", facts.body_mass_index, 8, 120, "body mass index, kg/m2");
    command
        .add_option("--education", facts.education_level,
                    "1 below high school ... 6 postgraduate (PLCOm2012)")
        ->check(CLI::Range(1, 6).description(""))
        ->group(kGroup);
    choice<Ethnicity>(command, "--ethnicity", facts.ethnicity,
                      {{"white", Ethnicity::kWhite},
                       {"black", Ethnicity::kBlack},
                       {"hispanic", Ethnicity::kHispanic},
                       {"asian", Ethnicity::kAsian},
                       {"american-indian", Ethnicity::kAmericanIndian},
                       {"pacific", Ethnicity::kHawaiianPacific}},
                      "as PLCOm2012 asks");
    choice<Risk>(command, "--risk", facts.fleischner_risk, {{"low", Risk::kLow}, {"high", Risk::kHigh}},
                 "Fleischner 2017's risk");
    yes_no(command, "--screening", facts.screening_exam, "this CT is a lung cancer screening");
    yes_no(command, "--earlier-ct", facts.earlier_chest_ct, "there is an earlier chest CT to compare with");
}

}  // namespace huizhen::node
