#include <charconv>

#include <huizhen/record_codes/code_systems.h>
#include <huizhen/record_codes/ucum.h>
#include <huizhen/record_codes/unit_spelling.h>
#include <huizhen/record_codes/usual_units.h>

namespace huizhen::records {
namespace {

struct Usual {
    std::string_view loinc, unit;
    double molar_mass_g_per_mol = 0;  // 0: not asked for, or no single substance
};

// Molar masses: IUPAC atomic weights 2021. Urea nitrogen counts its two nitrogen atoms, phosphate its
// phosphorus.
constexpr std::array kUsual{
    Usual{"2160-0", "mg/dL", 113.118},  // creatinine
    Usual{"2345-7", "mg/dL", 180.156},  // glucose
    Usual{"1558-6", "mg/dL", 180.156},  // glucose, fasting
    Usual{"3094-0", "mg/dL", 28.014},   // urea nitrogen
    Usual{"3084-1", "mg/dL", 168.110},  // urate
    Usual{"1975-2", "mg/dL", 584.66},   // bilirubin
    Usual{"1968-7", "mg/dL", 584.66},   // bilirubin, direct
    Usual{"2093-3", "mg/dL", 386.65},   // cholesterol
    Usual{"2085-9", "mg/dL", 386.65},   // HDL cholesterol
    Usual{"13457-7", "mg/dL", 386.65},  // LDL cholesterol, calculated
    Usual{"18262-6", "mg/dL", 386.65},  // LDL cholesterol, direct
    Usual{"17861-6", "mg/dL", 40.078},  // calcium
    Usual{"2777-1", "mg/dL", 30.974},   // phosphate
    Usual{"19123-9", "mg/dL", 24.305},  // magnesium
    Usual{"2498-4", "ug/dL", 55.845},   // iron
    Usual{"2951-2", "mmol/L"},          // sodium
    Usual{"2823-3", "mmol/L"},          // potassium
    Usual{"2075-0", "mmol/L"},          // chloride
    Usual{"1751-7", "g/dL"},            // albumin
    Usual{"2885-2", "g/dL"},            // protein
    Usual{"718-7", "g/dL"},             // haemoglobin
    Usual{"786-4", "g/dL"},             // MCHC
    Usual{"6690-2", "10*3/uL"},         // leukocytes
    Usual{"777-3", "10*3/uL"},          // platelets
    Usual{"789-8", "10*6/uL"},          // erythrocytes
    Usual{"751-8", "10*3/uL"},          // neutrophils
    Usual{"731-0", "10*3/uL"},          // lymphocytes
    Usual{"4544-3", "%"},               // haematocrit
    Usual{"1988-5", "mg/L"},            // C-reactive protein
    Usual{"2039-6", "ng/mL"},           // CEA
    Usual{"25390-6", "ng/mL"},          // CYFRA 21-1
    Usual{"15156-7", "ng/mL"},          // neuron-specific enolase
    Usual{"9679-2", "ng/mL"},           // squamous cell carcinoma antigen
    Usual{"48065-7", "ng/mL"},          // D-dimer, FEU
    Usual{"2532-0", "U/L"},             // LDH
    Usual{"8302-2", "cm"},              // body height
    Usual{"29463-7", "kg"},             // body weight
    Usual{"8480-6", "mm[Hg]"},          // systolic pressure
    Usual{"8462-4", "mm[Hg]"},          // diastolic pressure
};

const Usual* usual_of(const chart::Concept& what) {
    for (const chart::Code& code : what.codes) {
        if (code.system != kLoinc) continue;
        for (const Usual& usual : kUsual) {
            if (usual.loinc == code.code) return &usual;
        }
    }
    return nullptr;
}

std::string shortest(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

// Nine digits: what the factor's rounding adds is no part of the measurement.
double rounded(double value) {
    if (value == 0 || !std::isfinite(value)) return value;
    const double step = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 8);
    return std::round(value / step) * step;
}

}  // namespace

UnitFound normalise_unit(chart::Observation& observation) {
    auto* quantity = std::get_if<chart::Quantity>(&observation.value);
    if (quantity == nullptr || quantity->unit.empty()) return UnitFound::kNone;
    const auto ucum = ucum_of(quantity->unit);
    if (!ucum) return UnitFound::kUnknown;
    const chart::Quantity as_sent = *quantity;
    quantity->unit = *ucum;
    const Usual* usual = usual_of(observation.what);
    if (usual != nullptr && *ucum != usual->unit) {
        const auto from = read_ucum(*ucum), to = read_ucum(usual->unit);
        const std::optional<double> molar =
            usual->molar_mass_g_per_mol > 0 ? std::optional(usual->molar_mass_g_per_mol) : std::nullopt;
        const auto value = from && to ? convert(quantity->value, *from, *to, molar) : std::nullopt;
        if (value) {
            const auto scaled = [&](std::optional<double>& bound) {
                if (bound) bound = rounded(*convert(*bound, *from, *to, molar));
            };
            quantity->value = rounded(*value);
            quantity->unit = usual->unit;
            scaled(observation.low);
            scaled(observation.high);
        }
    }
    if (quantity->unit != as_sent.unit && quantity->written.empty())
        quantity->written = as_sent.comparator + shortest(as_sent.value) + " " + as_sent.unit;
    return UnitFound::kKnown;
}

}  // namespace huizhen::records
