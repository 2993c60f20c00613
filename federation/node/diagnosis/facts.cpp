#include <huizhen/node/diagnosis/facts.h>

namespace huizhen::node {
namespace {

constexpr std::size_t kMargin = 4, kSpiculation = 6, kTexture = 7;
static_assert(engine::kAttributes[kMargin].name == "margin");
static_assert(engine::kAttributes[kSpiculation].name == "spiculation");
static_assert(engine::kAttributes[kTexture].name == "texture");

std::optional<clinical::Sex> sex_of(const imaging::SeriesInfo& header) {
    const std::string& sex = header.sex.reveal_phi("sex is an input of the formulas");
    if (sex == "F") return clinical::Sex::kFemale;
    if (sex == "M") return clinical::Sex::kMale;
    return std::nullopt;
}

}  // namespace

KnownPatient known_patient(const clinical::PatientFacts& given, const imaging::SeriesInfo& header) {
    KnownPatient known{given, {}};
    const auto from = [&](const char* fact, bool told, const char* source) {
        if (told) known.sources.push_back({fact, source});
    };
    from("age", given.age_years.has_value(), "command line");
    from("sex", given.sex.has_value(), "command line");
    if (!given.age_years) {
        if (const auto age = imaging::age_in_years(header)) known.facts.age_years = *age;
        from("age", known.facts.age_years.has_value(), "DICOM header");
    }
    if (!given.sex) {
        known.facts.sex = sex_of(header);
        from("sex", known.facts.sex.has_value(), "DICOM header");
    }
    return known;
}

clinical::NoduleType nodule_type(double texture, const imaging::NoduleMeasurement& measurement) {
    using enum clinical::NoduleType;
    const bool some_solid = measurement.solid_volume_mm3 > 0;
    if (texture >= 4 && some_solid) return kSolid;
    if (texture < 2 || !some_solid) return kGroundGlass;
    return kPartSolid;
}

void set_lobe(Place& place, const imaging::LungLocation& location) {
    if (location.side == imaging::kNoLung) {
        place.side = "outside the lungs";
        return;
    }
    place.side = location.side == imaging::kRightLung ? "right lung" : "left lung";
    using enum imaging::LungLobe;
    const bool upper = location.lobe == kRightUpper || location.lobe == kLeftUpper;
    place.lobe = upper ? "upper lobe" : location.lobe == kRightMiddle ? "middle lobe" : "lower lobe";
    place.lobe_probability = location.lobe_probability;
    place.upper_lobe_probability = location.upper_lobe_probability;
}

void set_nodule_facts(Finding& finding, int nodule_count) {
    const imaging::NoduleMeasurement& m = finding.measurement;
    clinical::NoduleFacts& facts = finding.facts;
    auto& sources = finding.fact_sources;
    facts = {};
    sources = {
        {"diameter", "measured"},
        {"volume", "measured"},
        {"nodule type", "measured, and the model's texture"},
        {"spiculation", "model, " + std::to_string(static_cast<int>(kSpiculatedFrom)) + " or more of 5"},
        {"clear border",
         "model, margin of " + std::to_string(static_cast<int>(kClearBorderFrom)) + " or more of 5"},
        {"nodule count", "findings more likely a nodule than not, and this one"}};
    facts.long_axis_mm = m.long_axis_mm;
    facts.short_axis_mm = m.short_axis_mm;
    facts.volume_mm3 = m.volume_mm3;
    facts.type = finding.type;
    if (finding.type == clinical::NoduleType::kPartSolid) {
        facts.solid_mean_diameter_mm = m.solid_diameter_mm;
        sources.push_back({"mean diameter of the solid part", "measured, of the sphere of its volume"});
    }
    facts.spiculated = finding.attributes[kSpiculation] >= kSpiculatedFrom;
    facts.clear_border = finding.attributes[kMargin] >= kClearBorderFrom;
    facts.nodule_count = nodule_count;
    const double upper = finding.place.upper_lobe_probability;
    if (!finding.place.lobe.empty() && (upper >= kLobeDecided || upper <= 1 - kLobeDecided)) {
        facts.upper_lobe = upper >= kLobeDecided;
        sources.push_back({"upper lobe", "estimated from the position"});
    }
    if (m.calcified_fraction < kNoCalciumBelow) facts.benign_calcification = facts.calcified = false;
    if (m.calcified_fraction >= kCalciumFrom) facts.calcified = true;
    if (facts.calcified) sources.push_back({"calcification", "measured"});
    if (m.fat_fraction < kNoFatBelow) {
        facts.contains_fat = false;
        sources.push_back({"fat", "measured"});
    }
}

}  // namespace huizhen::node
