#pragma once

// What the published formulas and guidelines ask about a patient and a nodule. Every field is optional:
// an empty one is "not known", which is never the same as "no". Plain values; no patient identity here.

#include <optional>
#include <string_view>

namespace huizhen::clinical {

enum class Sex { kFemale, kMale };
enum class Smoking { kNever, kFormer, kCurrent };
enum class NoduleType { kSolid, kPartSolid, kGroundGlass };
enum class FdgUptake { kNone, kFaint, kModerate, kIntense };  // on PET, Herder 2005
enum class Risk { kLow, kHigh };                              // Fleischner 2017: a clinician's judgement
// As PLCOm2012 words them.
enum class Ethnicity { kWhite, kBlack, kHispanic, kAsian, kAmericanIndian, kHawaiianPacific };

struct PatientFacts {
    std::optional<double> age_years;
    std::optional<Sex> sex;
    std::optional<Smoking> smoking;
    std::optional<double> years_since_quitting;  // former smokers
    std::optional<double> years_smoked;
    std::optional<double> cigarettes_per_day;
    std::optional<bool> extrathoracic_cancer_over_5_years_ago;
    std::optional<bool> any_cancer_history;  // personal, any organ
    std::optional<bool> known_cancer;        // active, or a primary that may have spread
    std::optional<bool> immunosuppressed;
    std::optional<bool> family_lung_cancer;
    std::optional<bool> family_any_cancer;
    std::optional<bool> emphysema;
    std::optional<bool> copd;
    std::optional<double> body_mass_index;  // kg/m^2
    std::optional<int> education_level;     // PLCOm2012: 1 below high school ... 6 postgraduate
    std::optional<Ethnicity> ethnicity;
    std::optional<Risk> fleischner_risk;
    std::optional<bool> screening_exam;    // the CT was a lung cancer screening
    std::optional<bool> earlier_chest_ct;  // one exists to compare with
};

struct NoduleFacts {
    std::optional<double> long_axis_mm, short_axis_mm;  // in the plane where the long axis is greatest
    std::optional<double> volume_mm3;
    std::optional<double> solid_mean_diameter_mm;  // of a part-solid nodule's solid part
    std::optional<NoduleType> type;
    std::optional<bool> spiculated;
    std::optional<bool> upper_lobe;  // right or left upper lobe; the lingula counts, the middle lobe does not
    std::optional<bool> calcified;   // any calcification
    std::optional<bool> benign_calcification;  // complete, central, popcorn or concentric rings
    std::optional<bool> contains_fat;
    std::optional<bool> clear_border;               // smooth and well defined
    std::optional<bool> benign_juxtapleural_shape;  // at the pleura, smooth, oval, lentiform or triangular
    std::optional<int> nodule_count;                // nodules in this scan, this one included
    std::optional<FdgUptake> fdg_uptake;

    // The average of the two axes, as Fleischner 2017 and Lung-RADS v2022 measure.
    std::optional<double> mean_diameter_mm() const;
};

std::string_view to_string(Sex sex);
std::string_view to_string(Smoking smoking);
std::string_view to_string(NoduleType type);

}  // namespace huizhen::clinical
