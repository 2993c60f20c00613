#include <huizhen/clinical/guidelines.h>

namespace huizhen::clinical {
namespace {

// A size as Lung-RADS compares it: the mean diameter to one decimal, or the volume to the whole mm3.
class Size {
  public:
    static Size of_diameter(double mm) { return Size(std::round(mm * 10) / 10, std::nullopt); }
    static Size of_volume(double mm3) { return Size(std::nullopt, std::round(mm3)); }

    bool at_least(double mm, double mm3) const { return mm_ ? *mm_ >= mm : *mm3_ >= mm3; }

    bool at_least_6() const { return at_least(6, 113); }
    bool at_least_8() const { return at_least(8, 268); }
    bool at_least_10() const { return at_least(10, 524); }
    bool at_least_15() const { return at_least(15, 1767); }
    bool at_least_30() const { return at_least(30, 14137); }

  private:
    Size(std::optional<double> mm, std::optional<double> mm3) : mm_(mm), mm3_(mm3) {}
    std::optional<double> mm_, mm3_;  // exactly one
};

std::string_view management(std::string_view category, bool solid_part_8_mm) {
    if (category == "1" || category == "2") return "screening low-dose CT in 12 months";
    if (category == "3") return "low-dose CT in 6 months";
    if (category == "4A") {
        return solid_part_8_mm ? "low-dose CT in 3 months; PET/CT may be considered"
                               : "low-dose CT in 3 months";
    }
    return solid_part_8_mm ? "referral for further evaluation: diagnostic chest CT, PET/CT, tissue sampling"
                           : "referral for further evaluation: diagnostic chest CT, tissue sampling";
}

struct Row {
    std::string_view category, name;
    bool solid_part_8_mm = false;
};

Row solid_row(const Size& size) {
    if (size.at_least_15()) return {"4B", "solid, baseline, 15 mm or more", true};
    if (size.at_least_8()) return {"4A", "solid, baseline, 8 to under 15 mm", true};
    if (size.at_least_6()) return {"3", "solid, baseline, 6 to under 8 mm"};
    return {"2", "solid, baseline, under 6 mm"};
}

Row ground_glass_row(const Size& size) {
    if (size.at_least_30()) return {"3", "ground glass, baseline, 30 mm or more"};
    return {"2", "ground glass, baseline, under 30 mm"};
}

Row part_solid_row(const Size& solid_part) {
    if (solid_part.at_least_8()) return {"4B", "part-solid, baseline, solid part 8 mm or more", true};
    if (solid_part.at_least_6())
        return {"4A", "part-solid, baseline, 6 mm or more, solid part 6 to under 8 mm"};
    return {"3", "part-solid, baseline, 6 mm or more, solid part under 6 mm"};
}

// Nothing when an input is missing; `result.missing` then names it.
std::optional<Row> row_of(GuidelineResult& result, const NoduleFacts& nodule) {
    std::optional<Size> size;
    if (const auto mean_mm = nodule.mean_diameter_mm()) size = Size::of_diameter(*mean_mm);
    if (!size && nodule.volume_mm3) size = Size::of_volume(*nodule.volume_mm3);
    if (!size) result.missing.push_back("mean diameter or volume");
    if (!nodule.type) result.missing.push_back("nodule type (solid, part-solid or ground glass)");
    if (!result.missing.empty()) return std::nullopt;
    if (*nodule.type == NoduleType::kGroundGlass) return ground_glass_row(*size);
    if (*nodule.type == NoduleType::kSolid) {
        if (nodule.benign_juxtapleural_shape.value_or(false) && !size->at_least_10()) {
            return Row{"2", "juxtapleural, solid, smooth, oval, lentiform or triangular, under 10 mm"};
        }
        return solid_row(*size);
    }
    if (!size->at_least_6()) return Row{"2", "part-solid, baseline, under 6 mm"};
    if (!nodule.solid_mean_diameter_mm) {
        result.missing.push_back("mean diameter of the solid part");
        return std::nullopt;
    }
    return part_solid_row(Size::of_diameter(*nodule.solid_mean_diameter_mm));
}

GuidelineResult blank(const PatientFacts& patient) {
    GuidelineResult result{.id = "lung_rads_2022",
                           .name = "Lung-RADS v2022, baseline",
                           .source = "American College of Radiology, November 2022",
                           .applicability = "lung cancer screening CT, first examination; not for other CT"};
    if (patient.earlier_chest_ct.value_or(false))
        result.reason = "there is an earlier CT: the rows for comparison apply";
    if (patient.screening_exam == false) result.reason = "this is not a screening CT";
    if (!result.reason.empty()) result.status = GuidelineStatus::kNotApplicable;
    if (!patient.screening_exam) result.unconfirmed.push_back("this is a screening CT");
    if (!patient.earlier_chest_ct) result.unconfirmed.push_back("no earlier CT to compare with");
    return result;
}

void settle(GuidelineResult& result) {
    result.status = result.unconfirmed.empty() && result.missing.empty() ? GuidelineStatus::kApplies
                                                                         : GuidelineStatus::kConditional;
}

void fire(GuidelineResult& result, const Row& row) {
    result.rules.push_back({std::string(row.name), std::string(row.category),
                            std::string(management(row.category, row.solid_part_8_mm))});
}

}  // namespace

GuidelineResult lung_rads_2022_baseline(const PatientFacts& patient, const NoduleFacts& nodule) {
    GuidelineResult result = blank(patient);
    if (result.status == GuidelineStatus::kNotApplicable) return result;
    if (nodule.benign_calcification.value_or(false) || nodule.contains_fat.value_or(false)) {
        fire(result, {"1", "complete, central, popcorn or ring calcification, or fat"});
        settle(result);
        return result;
    }
    std::optional<Row> row = row_of(result, nodule);
    if (!row) return result;
    if (!nodule.benign_calcification) result.unconfirmed.push_back("no benign calcification pattern");
    if (!nodule.contains_fat) result.unconfirmed.push_back("no fat inside");
    const bool suspicious = row->category != "2";
    if (suspicious && !nodule.spiculated)
        result.missing.push_back("spiculation (it would raise the category to 4X)");
    if (suspicious && nodule.spiculated.value_or(false)) {
        result.notes.push_back("without spiculation the category would be " + std::string(row->category));
        const std::string name = std::string(row->name) + ", with spiculation";
        fire(result, {"4X", name, row->solid_part_8_mm});
    } else {
        fire(result, *row);
    }
    settle(result);
    return result;
}

GuidelineResult lung_rads_2022_no_nodule(const PatientFacts& patient) {
    GuidelineResult result = blank(patient);
    if (result.status == GuidelineStatus::kNotApplicable) return result;
    fire(result, {"1", "no lung nodules"});
    settle(result);
    return result;
}

}  // namespace huizhen::clinical
