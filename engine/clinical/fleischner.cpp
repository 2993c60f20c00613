#include <huizhen/clinical/guidelines.h>

namespace huizhen::clinical {
namespace {

enum class SizeClass { kUnder6, k6To8, kOver8 };

constexpr std::array<std::string_view, 3> kSizeNames = {"under 6 mm", "6-8 mm", "over 8 mm"};

// The guideline rounds the mean diameter to the whole millimetre before it compares.
SizeClass by_diameter(double mean_mm) {
    const double rounded = std::round(mean_mm);
    if (rounded < 6) return SizeClass::kUnder6;
    return rounded <= 8 ? SizeClass::k6To8 : SizeClass::kOver8;
}

SizeClass by_volume(double mm3) {
    if (mm3 < 100) return SizeClass::kUnder6;
    return mm3 <= 250 ? SizeClass::k6To8 : SizeClass::kOver8;
}

std::string_view solid_single(SizeClass size, Risk risk) {
    const bool high = risk == Risk::kHigh;
    switch (size) {
        case SizeClass::kUnder6: return high ? "optional CT at 12 months" : "no routine follow-up";
        case SizeClass::k6To8:
            return high ? "CT at 6-12 months, then CT at 18-24 months"
                        : "CT at 6-12 months, then consider CT at 18-24 months";
        case SizeClass::kOver8: return "consider CT at 3 months, PET/CT or tissue sampling";
    }
    return "";
}

std::string_view solid_multiple(SizeClass size, Risk risk) {
    const bool high = risk == Risk::kHigh;
    if (size == SizeClass::kUnder6) return high ? "optional CT at 12 months" : "no routine follow-up";
    return high ? "CT at 3-6 months, then CT at 18-24 months"
                : "CT at 3-6 months, then consider CT at 18-24 months";
}

std::string_view subsolid(NoduleType type, bool under_6, bool single) {
    if (!single) {
        return under_6 ? "CT at 3-6 months; if stable, consider CT at 2 and 4 years"
                       : "CT at 3-6 months; afterwards by the most suspicious nodule";
    }
    if (under_6) return "no routine follow-up";
    if (type == NoduleType::kGroundGlass) {
        return "CT at 6-12 months to confirm it persists, then CT every 2 years until 5 years";
    }
    return "CT at 3-6 months to confirm it persists; if unchanged and the solid part stays under 6 mm, "
           "CT every year for 5 years";
}

void add_rule(GuidelineResult& result, std::string row, std::string_view risk,
              std::string_view recommendation) {
    std::string name = row;
    if (!risk.empty()) name += ", " + std::string(risk) + " risk";
    result.rules.push_back({std::move(name), std::move(row), std::string(recommendation)});
}

void add_solid_rules(GuidelineResult& result, const PatientFacts& patient, SizeClass size, bool single) {
    const std::string row = std::string("solid, ") + (single ? "single, " : "multiple, ") +
                            std::string(kSizeNames.at(static_cast<std::size_t>(size)));
    const auto words = [&](Risk risk) {
        return single ? solid_single(size, risk) : solid_multiple(size, risk);
    };
    if (words(Risk::kLow) == words(Risk::kHigh))
        return add_rule(result, row, "low or high", words(Risk::kLow));
    if (!patient.fleischner_risk) result.missing.push_back("risk (low or high)");
    if (patient.fleischner_risk != Risk::kHigh) add_rule(result, row, "low", words(Risk::kLow));
    if (patient.fleischner_risk != Risk::kLow) add_rule(result, row, "high", words(Risk::kHigh));
}

// Who the guideline was not written for; empty when it may be used.
std::string excluded(const PatientFacts& patient, const NoduleFacts& nodule) {
    if (patient.age_years && *patient.age_years < 35) return "the patient is younger than 35 years";
    if (patient.known_cancer.value_or(false)) return "the patient has a known cancer";
    if (patient.immunosuppressed.value_or(false)) return "the patient is immunosuppressed";
    if (patient.screening_exam.value_or(false)) return "this is a screening CT: Lung-RADS applies instead";
    if (nodule.long_axis_mm && *nodule.long_axis_mm > 30) return "over 30 mm it is a mass, not a nodule";
    return {};
}

void list_unconfirmed(GuidelineResult& result, const PatientFacts& patient, const NoduleFacts& nodule) {
    if (!patient.age_years) result.unconfirmed.push_back("age 35 years or more");
    if (!patient.known_cancer) result.unconfirmed.push_back("no known cancer");
    if (!patient.immunosuppressed) result.unconfirmed.push_back("not immunosuppressed");
    if (!patient.screening_exam) result.unconfirmed.push_back("found incidentally, not on a screening CT");
    if (!nodule.benign_calcification) result.unconfirmed.push_back("no benign calcification pattern");
    if (!nodule.contains_fat) result.unconfirmed.push_back("no fat inside");
}

std::optional<SizeClass> size_class(GuidelineResult& result, const NoduleFacts& nodule) {
    const std::optional<double> mean_mm = nodule.mean_diameter_mm();
    if (!mean_mm) {
        if (nodule.volume_mm3) return by_volume(*nodule.volume_mm3);
        result.missing.push_back("mean diameter or volume");
        return std::nullopt;
    }
    const SizeClass size = by_diameter(*mean_mm);
    if (nodule.volume_mm3 && by_volume(*nodule.volume_mm3) != size) {
        result.notes.push_back(
            "by volume it would count as " +
            std::string(kSizeNames.at(static_cast<std::size_t>(by_volume(*nodule.volume_mm3)))));
    }
    return size;
}

}  // namespace

GuidelineResult fleischner_2017(const PatientFacts& patient, const NoduleFacts& nodule) {
    GuidelineResult result{
        .id = "fleischner_2017",
        .name = "Fleischner Society 2017",
        .source = "MacMahon, Radiology 2017;284:228",
        .applicability =
            "nodules found incidentally in adults of 35 years or more, without known cancer "
            "or immunosuppression; not for screening CT"};
    result.reason = excluded(patient, nodule);
    if (!result.reason.empty()) {
        result.status = GuidelineStatus::kNotApplicable;
        return result;
    }
    list_unconfirmed(result, patient, nodule);
    if (nodule.benign_calcification.value_or(false) || nodule.contains_fat.value_or(false)) {
        result.rules.push_back({"benign calcification or fat", "benign", "no follow-up"});
        std::erase(result.unconfirmed, "no benign calcification pattern");
        std::erase(result.unconfirmed, "no fat inside");
    } else {
        const std::optional<SizeClass> size = size_class(result, nodule);
        if (!nodule.type) result.missing.push_back("nodule type (solid, part-solid or ground glass)");
        if (!nodule.nodule_count) result.missing.push_back("number of nodules");
        if (!result.missing.empty()) return result;
        const bool single = *nodule.nodule_count == 1;
        if (*nodule.type == NoduleType::kSolid) {
            add_solid_rules(result, patient, *size, single);
        } else {
            const bool under_6 = *size == SizeClass::kUnder6;
            // Several subsolid nodules share one row; a single one has its own for each type.
            const std::string kind =
                single ? std::string(to_string(*nodule.type)) + ", single, " : "subsolid, multiple, ";
            add_rule(result, kind + (under_6 ? "under 6 mm" : "6 mm or more"), "",
                     subsolid(*nodule.type, under_6, single));
        }
        if (*nodule.type == NoduleType::kPartSolid && nodule.solid_mean_diameter_mm &&
            std::round(*nodule.solid_mean_diameter_mm) >= 6) {
            result.notes.emplace_back("a solid part of 6 mm or more should be held highly suspicious");
        }
        if (nodule.benign_juxtapleural_shape.value_or(false)) {
            result.notes.emplace_back(
                "the shape is that of an intrapulmonary lymph node, which needs no follow-up");
        }
    }
    result.status = result.unconfirmed.empty() && result.missing.empty() ? GuidelineStatus::kApplies
                                                                         : GuidelineStatus::kConditional;
    return result;
}

std::string_view to_string(GuidelineStatus status) {
    switch (status) {
        case GuidelineStatus::kApplies: return "applies";
        case GuidelineStatus::kConditional: return "conditional";
        case GuidelineStatus::kNotApplicable: return "not-applicable";
        case GuidelineStatus::kMissingInputs: return "missing-inputs";
    }
    return "";
}

}  // namespace huizhen::clinical
