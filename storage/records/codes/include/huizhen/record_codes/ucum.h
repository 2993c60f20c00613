#pragma once

// The part of UCUM (The Unified Code for Units of Measure, case sensitive) that clinical measurements use:
// atoms with prefixes and exponents, "." and "/", powers of ten, annotations. No parentheses.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace huizhen::records {

struct UcumUnit {
    std::string text;                    // with "L" for "l"
    double factor = 1;                   // to the base units
    std::array<signed char, 8> power{};  // of g, m, s, mol, eq, U, [IU], others
    std::string other;                   // the atoms no other is compared with: "Cel", "[pH]"

    bool same_kind(const UcumUnit& as) const { return power == as.power && other == as.other; }
};

inline constexpr std::size_t kMaxUnitBytes = 64;

std::optional<UcumUnit> read_ucum(std::string_view text);

// nullopt where the units measure different things. `molar_mass_g_per_mol` lets substance and mass
// concentration be the same thing.
std::optional<double> convert(double value, const UcumUnit& from, const UcumUnit& to,
                              std::optional<double> molar_mass_g_per_mol);

}  // namespace huizhen::records
