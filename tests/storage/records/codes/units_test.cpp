#include <gtest/gtest.h>

#include <huizhen/record_codes/code_systems.h>
#include <huizhen/record_codes/ucum.h>
#include <huizhen/record_codes/unit_spelling.h>
#include <huizhen/record_codes/usual_units.h>

namespace huizhen::records {
namespace {

std::string ucum(std::string_view written) { return ucum_of(written).value_or("unknown"); }

TEST(UnitSpelling, becomes_ucum) {
    for (const auto& [written, meant] : std::vector<std::pair<const char*, const char*>>{
             {"mmol/L", "mmol/L"},
             {"mmol/l", "mmol/L"},
             {"MMOL/L", "mmol/L"},
             {"mg/dl", "mg/dL"},
             {"MG/DL", "mg/dL"},
             {"\xCE\xBCmol/L", "umol/L"},
             {"\xC2\xB5mol/L", "umol/L"},
             {"10^9/L", "10*9/L"},
             {"x10^9/L", "10*9/L"},
             {"\xC3\x97"
              "10\xE2\x81\xB9/L",
              "10*9/L"},
             {"10E9/L", "10*9/L"},
             {"x10(9)/L", "10*9/L"},
             {"10**3/uL", "10*3/uL"},
             {"K/uL", "10*3/uL"},
             {"K/UL", "10*3/uL"},
             {"U/L", "U/L"},
             {"IU/L", "[IU]/L"},
             {"uIU/mL", "u[IU]/mL"},
             {"mm Hg", "mm[Hg]"},
             {"mEq/L", "meq/L"},
             {"mm/hr", "mm/h"},
             {"%", "%"},
             {"\xE2\x84\x83", "Cel"},
             {"\xE6\xAC\xA1/\xE5\x88\x86", "/min"},
             {"U/ML", "U/mL"},
             {"kg/m2", "kg/m2"},
             {"mL/min/1.73m2", "mL/min/{1.73_m2}"},
             {"{score}", "{score}"},
         }) {
        EXPECT_EQ(ucum(written), meant) << written;
    }
}

TEST(UnitSpelling, does_not_guess) {
    for (const char* written :
         {"", "G/L", "arbitrary units", "mmol//L", "mmol/", "10^/L", "{a", "blobs/L", "K"})
        EXPECT_EQ(ucum(written), "unknown") << written;
    EXPECT_EQ(ucum(std::string(100, 'm')), "unknown");
}

TEST(Ucum, converts_what_is_the_same_thing) {
    const auto turned = [](double value, const char* from, const char* to,
                           std::optional<double> molar = std::nullopt) {
        return convert(value, *read_ucum(from), *read_ucum(to), molar);
    };
    EXPECT_DOUBLE_EQ(*turned(1, "g/L", "mg/dL"), 100);
    EXPECT_DOUBLE_EQ(*turned(5, "10*9/L", "10*3/uL"), 5);
    EXPECT_DOUBLE_EQ(*turned(5, "10*3/mm3", "10*9/L"), 5);
    EXPECT_DOUBLE_EQ(*turned(0.4, "L/L", "%"), 40);
    EXPECT_DOUBLE_EQ(*turned(1, "ug/L", "ng/mL"), 1);
    EXPECT_FALSE(turned(1, "g/L", "mmol/L"));
    EXPECT_FALSE(turned(1, "U/L", "[IU]/L"));
    EXPECT_FALSE(turned(37, "Cel", "[degF]"));
    EXPECT_NEAR(*turned(100, "mg/dL", "mmol/L", 180.156), 5.5507, 1e-4);
    EXPECT_NEAR(*turned(5.5507, "mmol/L", "mg/dL", 180.156), 100, 1e-2);
    EXPECT_FALSE(turned(1, "meq/L", "mg/dL", 24.3));
}

chart::Observation laboratory(const char* loinc, double value, const char* unit) {
    chart::Observation observation;
    observation.what.codes = {{std::string(kLoinc), loinc, ""}};
    observation.value = chart::Quantity{value, "", unit, ""};
    return observation;
}

TEST(UsualUnit, is_one_for_each_value_whatever_was_written) {
    auto creatinine = laboratory("2160-0", 88.42, "\xCE\xBCmol/L");
    creatinine.low = 44.21;
    EXPECT_EQ(normalise_unit(creatinine), UnitFound::kKnown);
    const auto& quantity = std::get<chart::Quantity>(creatinine.value);
    EXPECT_NEAR(quantity.value, 1.0002, 1e-4);
    EXPECT_NEAR(*creatinine.low, 0.5001, 1e-4);
    EXPECT_EQ(quantity.unit, "mg/dL");
    EXPECT_EQ(quantity.written, "88.42 \xCE\xBCmol/L");
}

TEST(UsualUnit, leaves_what_has_none) {
    auto other = laboratory("99999-9", 5, "mmol/l");
    EXPECT_EQ(normalise_unit(other), UnitFound::kKnown);
    EXPECT_EQ(std::get<chart::Quantity>(other.value), (chart::Quantity{5, "", "mmol/L", "5 mmol/l"}));
    auto unknown = laboratory("2160-0", 5, "blobs");
    EXPECT_EQ(normalise_unit(unknown), UnitFound::kUnknown);
    EXPECT_EQ(std::get<chart::Quantity>(unknown.value), (chart::Quantity{5, "", "blobs", ""}));
    auto same = laboratory("2160-0", 1.1, "mg/dL");
    EXPECT_EQ(normalise_unit(same), UnitFound::kKnown);
    EXPECT_EQ(std::get<chart::Quantity>(same.value), (chart::Quantity{1.1, "", "mg/dL", ""}));
    auto other_kind = laboratory("2951-2", 140, "mg/dL");  // sodium by mass: no factor is asked for
    EXPECT_EQ(normalise_unit(other_kind), UnitFound::kKnown);
    EXPECT_EQ(std::get<chart::Quantity>(other_kind.value).unit, "mg/dL");
}

}  // namespace
}  // namespace huizhen::records
